"""Whether a refused change is still wanted: by the directory that asked, for the person it asked for. Pure."""

from rightful.core.conflicts.diagnosis.merge import wanted_user_name_of
from rightful.core.conflicts.diagnosis.snapshot import Participant, Snapshot
from rightful.domain.account import Account
from rightful.domain.address import Address
from rightful.domain.conflicts.conflict import ConflictStatus
from rightful.domain.conflicts.explanation import OutcomeCode, Statement
from rightful.domain.conflicts.refused_request import UserName
from rightful.text.identity import identifier
from rightful.text.wording import moment_text


def reason_to_end(snapshot: Snapshot) -> tuple[ConflictStatus, Statement[OutcomeCode]] | None:
    """Why the change is not wanted any more, if it is not: the end it comes to, and why."""
    conflict, account = snapshot.conflict, snapshot.requester
    if snapshot.now >= conflict.expires_at:
        return ConflictStatus.EXPIRED, Statement(OutcomeCode.EXPIRED, {"until": moment_text(conflict.expires_at)})
    if snapshot.organization is None or not snapshot.directory_exists:
        return ConflictStatus.SUPERSEDED, Statement(OutcomeCode.DIRECTORY_DELETED)
    if snapshot.revoked:
        return ConflictStatus.SUPERSEDED, Statement(OutcomeCode.KEY_REVOKED)
    if snapshot.pending_id != conflict.id:
        return ConflictStatus.SUPERSEDED, Statement(OutcomeCode.REPLACED)
    if conflict.request.requester.account_id is None:
        return _reason_not_to_create(snapshot.participant)
    if account is None:
        return ConflictStatus.SUPERSEDED, Statement(OutcomeCode.ACCOUNT_REMOVED)
    if not is_requester(snapshot.participant):
        return ConflictStatus.SUPERSEDED, Statement(OutcomeCode.NOT_PROVISIONED)
    if not wants_still(snapshot.participant):
        return ConflictStatus.SUPERSEDED, Statement(OutcomeCode.ANOTHER_ADDRESS_GIVEN)
    if conflict.request.address is None and wanted_user_name_of(account, conflict.request.change) is None:
        return ConflictStatus.SUPERSEDED, Statement(OutcomeCode.ANOTHER_USER_NAME_GIVEN)
    deactivated = account.deactivated_at is not None and account.deactivated_at > conflict.activity_said_at
    if not account.active and deactivated and conflict.request.change.active is not False:
        return ConflictStatus.SUPERSEDED, Statement(OutcomeCode.PERSON_DEACTIVATED)
    return None


def _reason_not_to_create(participant: Participant) -> tuple[ConflictStatus, Statement[OutcomeCode]] | None:
    """The user exists by now, with another address. Under another externalId it is somebody else."""
    link = participant.namesake.link if participant.namesake else None
    if link is None or holds_wanted(participant.namesake, participant.conflict.request.wanted):
        return None
    if participant.conflict.request.requester.identifier not in {None, identifier(link.external_id)}:
        return None
    return ConflictStatus.SUPERSEDED, Statement(OutcomeCode.CREATED_OTHERWISE)


def is_requester(participant: Participant) -> bool:
    """Whether the account is still the user that the directory asked for, in the organization that asked."""
    conflict, account = participant.conflict, participant.account
    return (
        account is not None
        and account.link is not None
        and account.link.directory_id == conflict.request.directory_id
        and account.link.scim_id == conflict.request.requester.scim_id
        and account.organization_id == conflict.request.organization_id
    )


def wants_still(participant: Participant) -> bool:
    """Whether the account holds what it held when it asked, or what it asked for, or lost it to another conflict."""
    conflict, account = participant.conflict, participant.account
    if account is None:
        return False
    old = conflict.request.old_email.canonical if conflict.request.old_email else None
    emptied = account.email is not None and account.email.is_placeholder
    return emptied or account.holds in {old, conflict.request.wanted.canonical}


def holds_wanted(account: Account | None, wanted: Address | UserName) -> bool:
    """Whether the account has the address."""
    return account is not None and account.holds == wanted.canonical
