"""An organization's settings for signing in, as its owners change them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from urllib.parse import urlsplit

from rightful.core.organizations.registry import change_organization
from rightful.domain.one_word import UNCONFIRMED, UnconfirmedPerson, confirmed, word_of
from rightful.domain.organization import Organization
from rightful.domain.plain_text import check_plain
from rightful.domain.request_error import RequestError
from rightful.domain.sign_in import ConsoleRole, SignIn
from rightful.ports.context import Context
from rightful.ports.sign_in import ClientSecrets

_LONGEST = 500
_MOST_VALUES = 20


@dataclass(frozen=True, slots=True)
class AskedSignIn:
    """What is asked for. `client_secret` None: the one that is kept stays; empty: the client has none."""

    issuer: str
    client_id: str
    client_secret: str | None
    roles_claim: str
    roles: Mapping[ConsoleRole, tuple[str, ...]]


def set_sign_in(
    context: Context, secrets: ClientSecrets, organization: Organization, asked: AskedSignIn, *, by: str
) -> Organization:
    """The organization as its people sign in from now on; sessions of before end where it matters.

    The secret is kept first, under a name of its own: whatever fails then, the settings of before still have theirs.

    Raises:
        RequestError: invalid_value, with the field; somebody else changed the organization meanwhile.
    """
    if isinstance(by, UnconfirmedPerson):
        raise RequestError("forbidden", UNCONFIRMED)
    _check(asked)
    before = organization.sign_in
    if asked.client_secret is None and before is not None and _is_another_client(before, asked):
        message = (
            "clientSecret: the secret that is kept is that of the client of before, and goes to nobody else. Give the "
            "one of the new client, or say that it has none."
        )
        raise RequestError("invalid_value", message, "clientSecret")
    secret_id = before.secret_id if before is not None else ""
    if asked.client_secret is not None:
        secret_id = context.invocation.new_id() if asked.client_secret else ""
    wanted = SignIn("", asked.issuer, asked.client_id, secret_id, asked.roles_claim, asked.roles)
    if before is not None and wanted == replace(before, id="", set_alone=None):
        return organization
    if asked.client_secret:
        secrets.put(organization.id, secret_id, asked.client_secret)
    said = replace(wanted, id=context.invocation.new_id(), set_alone=word_of(by, context.now))
    changed = replace(organization, sign_in=said)
    try:
        changed = change_organization(context, changed, _sentence(before, wanted), by=by)
    except RequestError:
        if asked.client_secret:
            secrets.forget(organization.id, secret_id)
        raise
    if before is not None and before.secret_id and before.secret_id != secret_id:
        secrets.forget(organization.id, before.secret_id)
    return changed


def confirm_sign_in(
    context: Context, organization: Organization, read: str | None, *, by: str, reason: str
) -> Organization:
    """A second administrator agrees to how people sign in. Again: nothing changes.

    Args:
        read: the id of the settings that they have read.

    Raises:
        RequestError: not_found, nobody signs in; version_required; changed, other settings were read; same_approver;
            somebody else changed the organization meanwhile.
    """
    settings = organization.sign_in
    if settings is None:
        raise RequestError("not_found", "Nobody signs in to this organization yet.")
    if read is None:
        message = "Name the id of the settings that you read (GET sign-in): nobody agrees to what they have not read."
        raise RequestError("version_required", message, "id")
    if read != settings.id:
        message = "How people sign in was changed since you read it: nothing was confirmed. Read it again."
        raise RequestError("changed", message)
    if settings.set_alone is None or settings.set_alone.confirmed_by is not None:
        return organization
    agreed = replace(settings, set_alone=confirmed(settings.set_alone, by))
    sentence = f"How people sign in, set by {settings.set_alone.by}, was confirmed. {reason}"
    return change_organization(context, replace(organization, sign_in=agreed), sentence, by=by)


def remove_sign_in(context: Context, secrets: ClientSecrets, organization: Organization, *, by: str) -> Organization:
    """The organization as nobody signs in any more: all sessions end but those with a key."""
    if isinstance(by, UnconfirmedPerson):
        raise RequestError("forbidden", UNCONFIRMED)
    before = organization.sign_in
    if before is None:
        return organization
    changed = change_organization(context, replace(organization, sign_in=None), "Nobody signs in any more.", by=by)
    if before.secret_id:
        secrets.forget(organization.id, before.secret_id)
    return changed


def _is_another_client(before: SignIn, asked: AskedSignIn) -> bool:
    return bool(before.secret_id) and (asked.issuer, asked.client_id) != (before.issuer, before.client_id)


def _check(asked: AskedSignIn) -> None:
    if not is_issuer(asked.issuer):
        raise _wrong_issuer()
    for name, text in (("clientId", asked.client_id), ("rolesClaim", asked.roles_claim)):
        check_plain(name, text)
        if not 0 < len(text) <= _LONGEST:
            raise RequestError("invalid_value", f"{name}: 1 to {_LONGEST} characters.", name)
    if asked.client_secret is not None and len(asked.client_secret) > _LONGEST:
        raise RequestError("invalid_value", f"clientSecret: at most {_LONGEST} characters.", "clientSecret")
    if not asked.roles.get(ConsoleRole.OWNER):
        message = "roles.owner: name a value of the claim that makes somebody an owner: else nobody could change this."
        raise RequestError("invalid_value", message, "roles.owner")
    for role, values in asked.roles.items():
        if len(values) > _MOST_VALUES or not all(0 < len(value.strip()) <= _LONGEST for value in values):
            message = f"roles.{role}: at most {_MOST_VALUES} values of 1 to {_LONGEST} characters, none of them blank."
            raise RequestError("invalid_value", message, f"roles.{role}")
        for value in values:
            check_plain(f"roles.{role}", value)


def is_issuer(issuer: str) -> bool:
    """Whether it can be one: an https URL without query and fragment (OpenID Connect Discovery 1.0 section 3); one on
    this machine may do without TLS, and only a stack that runs there asks it."""
    try:
        url = urlsplit(issuer)
        host, port = url.hostname or "", url.port
    except ValueError:
        return False
    local = url.scheme == "http" and is_loopback(host)
    plain = not (url.query or url.fragment or url.username or url.password) and len(issuer) <= _LONGEST
    return (url.scheme == "https" or local) and bool(host) and plain and issuer.isascii() and port != 0


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _wrong_issuer() -> RequestError:
    message = (
        "issuer: an https URL without a query, as your identity provider calls itself, like https://login.example.com."
    )
    return RequestError("invalid_value", message, "issuer")


def _sentence(before: SignIn | None, after: SignIn) -> str:
    told = {
        "issuer": after.issuer,
        "client": after.client_id,
        "claim": after.roles_claim,
        **{f"role {role}": ", ".join(after.roles.get(role, ())) or "nobody" for role in ConsoleRole},
    }
    secret = "with a secret" if after.secret_id else "without a secret"
    how = "People sign in now" if before is None else "How people sign in was changed"
    return f"{how}: {'; '.join(f'{name} {value}' for name, value in told.items())}; {secret}."
