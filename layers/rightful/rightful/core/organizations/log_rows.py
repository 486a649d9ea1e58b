"""The event log rows that a change of settings writes: who changed what, in one sentence. Pure."""

from collections.abc import Mapping

from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.policy import write_brakes, write_policy
from rightful.domain.events.event_log import Action, LogEntry, Result, row_id
from rightful.domain.key import Token
from rightful.domain.organization import Directory, Organization
from rightful.ports.context import Invocation
from rightful.ports.writes.conflicts import AppendLog

_LONGEST = 1_000
"""Characters of a sentence: ten extensions may have long names."""


def settings_row(
    about: Organization | Directory | Token,
    sentence: str,
    by: str | None,
    invocation: Invocation,
    *,
    subject: str | None = None,
) -> tuple[AppendLog, ...]:
    """The row of one change; none where nobody's key stands behind it (`by` is None), or no organization's.

    Args:
        about: what was changed, as it is then.
        subject: how that is called, if not by its name: a domain.
    """
    directory_id: str | None = None
    if isinstance(about, Token):
        organization_id, name, directory_id = about.organization_id or "", about.owner, about.directory_id
    elif isinstance(about, Directory):
        organization_id, name, directory_id = about.organization_id, about.name, about.id
    else:
        organization_id, name = about.id, about.name
    if by is None or not organization_id:
        return ()
    return (
        AppendLog(
            LogEntry(
                id=row_id(invocation.now, invocation.new_id()),
                organization_id=organization_id,
                at=invocation.now,
                action=Action.SETTINGS_CHANGED,
                result=Result.DONE,
                directory_id=directory_id,
                subject=subject or name,
                explanation=sentence[:_LONGEST],
                approver=by,
                correlation_id=invocation.correlation_id,
            )
        ),
    )


def organization_sentence(before: Organization, after: Organization) -> str:
    """What of policy, brakes and domain policy is not as it was."""
    return _differences(_of_organization(before), _of_organization(after))


def directory_sentence(before: Directory, after: Directory) -> str:
    """What of a directory's settings is not as it was."""
    return _differences(_of_directory(before), _of_directory(after))


def _of_organization(organization: Organization) -> dict[str, object]:
    policy = {name: value for name, value in write_policy(organization.policy).items() if name != "rules"}
    rules = {each.value: organization.policy.rule(each).value for each in ConflictClass}
    return {
        "name": organization.name,
        **_below("policy", policy),
        **_below("policy.rules", rules),
        **_below("brakes", write_brakes(organization.brakes)),
        "domainPolicy": organization.domain_policy.value,
    }


def _of_directory(directory: Directory) -> dict[str, object]:
    return {
        "name": directory.name,
        "profile": directory.profile,
        "onDelete": directory.on_delete.value,
        "extensions": ", ".join(str(extension.get("id")) for extension in directory.extensions) or "none",
    }


def _below(name: str, members: Mapping[str, object]) -> dict[str, object]:
    return {f"{name}.{member}": value for member, value in members.items()}


def _differences(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    changed = [
        f"{name}: {_text(before[name])} -> {_text(after[name])}" for name in after if before[name] != after[name]
    ]
    return f"{'; '.join(changed)}." if changed else "Sent again, with other details."


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
