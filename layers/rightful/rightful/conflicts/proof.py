"""When two accounts are the same person. Only an identifier that the identity provider never changes proves it; a name
or an address never does (DOMAIN "Same person")."""

from collections.abc import Mapping

from rightful.accounts.account import Account
from rightful.conflicts.conflict import Conflict

ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def same_person(conflict: Conflict, requester: Account | None, holder: Account) -> str | None:
    """The proof that requester and holder are one person, in words; None: there is none.

    An externalId means something only inside the directory that gave it; there, a different one is a different person,
    whatever else agrees. An employeeNumber is the organization's own and holds across its directories.
    """
    if holder.organization_id != conflict.organization_id:
        return None
    wanted = {**(requester.attributes if requester else {}), **conflict.change.after}
    external_id = wanted.get("externalId") or conflict.requester.external_id
    known = _external_id_in(holder, conflict.directory_id)
    if external_id and known:
        return "the same externalId in this directory" if external_id == known else None
    number, held_number = _employee_number(wanted), _employee_number(holder.attributes)
    if number and number == held_number:
        return f"the same employeeNumber ({number})"
    return None


def _external_id_in(account: Account, directory_id: str) -> str | None:
    for link in (account.link, account.former_link):
        if link is not None:
            return link.external_id if link.directory_id == directory_id else None
    return None


def _employee_number(attributes: Mapping[str, object]) -> str | None:
    extension = attributes.get(ENTERPRISE_USER)
    number = extension.get("employeeNumber") if isinstance(extension, Mapping) else None
    return number if isinstance(number, str) and number else None
