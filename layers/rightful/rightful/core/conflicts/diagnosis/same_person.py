"""When two accounts are the same person. Only an identifier that the identity provider never changes proves it; a name
or an address never does, nor does a value that identifies nobody (`rightful.text.identity`)."""

from collections.abc import Collection, Mapping

from rightful.core.accounts.index_writes import number_of
from rightful.domain.account import Account
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.conflicts.evidence import NoProof, NoProofKind, Proof, ProofKind
from rightful.text.identity import identifier


def same_person(
    conflict: Conflict,
    requester: Account | None,
    holder: Account,
    numbered: Collection[str] = (),
    *,
    shared: bool = False,
) -> Proof | None:
    """The proof that requester and holder are one person; None: there is none.

    An externalId means something only inside the directory that gave it; there, a different one is a different person,
    whatever else agrees. An employeeNumber is the organization's own and holds across its directories, where nobody
    else in the organization has it.

    Args:
        numbered: the accounts of the organization that have the number of both (`number_of_both`), as they are listed.
        shared: others in the directory have the externalId of both, too (`external_ids_of_both`).
    """
    if holder.organization_id != conflict.request.organization_id:
        return None
    sent, known = _external_ids(conflict, requester), _external_id_in(holder, conflict.request.directory_id)
    if sent and known is not None:
        proved = sent == {known} and not shared
        return Proof(ProofKind.EXTERNAL_ID) if proved else None
    number = number_of_both(conflict, requester, holder)
    ours = {holder.id} if requester is None else {holder.id, requester.id}
    if number is None or holder.id not in numbered or not ours.issuperset(numbered):
        return None
    link = holder.link or holder.former_link
    across = link is None or link.directory_id != conflict.request.directory_id
    return Proof(ProofKind.NUMBER_ELSEWHERE if across else ProofKind.NUMBER, number)


def why_no_proof(
    conflict: Conflict, requester: Account | None, holder: Account, numbered: Collection[str]
) -> NoProof | None:
    """Why two people with the same employeeNumber are not one (`same_person`); None: they have none."""
    number = number_of_both(conflict, requester, holder)
    if number is None:
        return None
    others = set(numbered) - {holder.id, requester.id if requester else None}
    shared = others or holder.id not in numbered
    return NoProof(NoProofKind.SHARED if shared else NoProofKind.OTHER_EXTERNAL_IDS, number)


def external_ids_of_both(conflict: Conflict, requester: Account | None, holder: Account) -> frozenset[str]:
    """The externalId that requester and holder have in the directory, as each was sent; empty: not the same."""
    known = _external_id_in(holder, conflict.request.directory_id)
    if holder.organization_id != conflict.request.organization_id or _external_ids(conflict, requester) != {known}:
        return frozenset()
    sent = (
        *(attributes.get("externalId") for attributes in _said(conflict, requester)),
        conflict.request.requester.external_id,
    )
    former = [link.external_id for link in (holder.link, holder.former_link) if link is not None]
    return frozenset(each for each in (*sent, *former) if isinstance(each, str) and identifier(each) == known)


def number_of_both(conflict: Conflict, requester: Account | None, holder: Account) -> str | None:
    """The employeeNumber that requester and holder have; None: not the same, or none that says who somebody is."""
    if holder.organization_id != conflict.request.organization_id:
        return None
    held = number_of(holder.attributes)
    said = {number_of(attributes) for attributes in _said(conflict, requester)} - {None}
    return held if held is not None and said == {held} else None


def _said(conflict: Conflict, requester: Account | None) -> tuple[Mapping[str, object], ...]:
    """What is known of the requester, and what the change says. Where they contradict, nothing is proved."""
    return (requester.attributes if requester else {}, conflict.request.change.after)


def _external_ids(conflict: Conflict, requester: Account | None) -> set[str]:
    sent = [attributes.get("externalId") for attributes in _said(conflict, requester)]
    if requester is None:
        sent.append(conflict.request.requester.external_id)
    return {each for each in map(identifier, sent) if each is not None}


def _external_id_in(account: Account, directory_id: str) -> str | None:
    for link in (account.link, account.former_link):
        if link is not None:
            return identifier(link.external_id) if link.directory_id == directory_id else None
    return None
