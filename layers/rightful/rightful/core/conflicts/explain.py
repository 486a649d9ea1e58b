"""What administrators read about a conflict: one or two plain sentences, and who must do what next. Pure.

Written for the organization that asked. About an account of another organization it says nothing but that there is
one; and it never says more than the evidence shows.
"""

from collections.abc import Callable, Mapping

from rightful.core.conflicts.decision.decide import Decision
from rightful.core.conflicts.decision.resolution import chosen
from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.core.conflicts.plan import TRANSACTION_LIMIT, Blocked
from rightful.core.conflicts.words import OUTSIDE, VERIFY_DOMAIN
from rightful.domain.conflict import Collision, Conflict, ConflictClass, ConflictStatus, NextStep, Operation, Resolution
from rightful.domain.policy import Rule

ADMINISTRATOR = "organization administrator"
IDP_ADMINISTRATOR = "identity provider administrator"
OTHER_ADMINISTRATOR = "administrator of the other organization"
IDP = "identity provider"
OPERATOR = "operator of the service"

_FREE = NextStep(IDP, "Nothing: its next try goes through, or press Retry there.")

CONFIRM_KEY = "Or have a different administrator confirm the directory's key: then the next try goes through."
"""Where nobody else stands in the way of a change that came with one administrator's key."""

APPROVALS_ENDED = "What had been approved before was another state of things: those approvals have ended."

_NOTHING_TO_DO = "Nothing: the identity provider creates the user with its next try, or press Retry there."

_Facts = Mapping[str, str]


def _other_key(facts: _Facts) -> str:
    if facts.get("holder"):
        return "The userName was taken, but nobody has it any more."
    if facts.get("address"):
        return (
            "Two values are taken: another user of the directory has the userName that the same change asks for, and "
            "somebody has the address. Once the userName is free, the address is decided on its own."
        )
    return "It is the userName that is taken, not the email address: another user of the directory has it."


_SITUATIONS: Mapping[ConflictClass, Callable[[_Facts], str]] = {
    ConflictClass.SELF: lambda _: "The requester holds the address already.",
    ConflictClass.STALE_INDEX: lambda facts: (
        "Nobody holds the address any more."
        if "nobody" in facts.get("holder", "")
        else f"The address is kept by mistake: {facts.get('holder', 'nobody has it')}."
    ),
    ConflictClass.TOMBSTONE: lambda _: (
        "The identity provider marks a deleted user by digits before its address; that is not a new address."
    ),
    ConflictClass.OTHER_ORGANIZATION: lambda _: f"The address is held by {OUTSIDE}.",
    ConflictClass.UNVERIFIED_DOMAIN: lambda facts: (
        f"The domain {facts.get('domain', '')} is not verified by your organization."
    ),
    ConflictClass.PROTECTED: lambda facts: f"A protected account is involved ({facts.get('protected', '')}).",
    ConflictClass.LEAVING: lambda facts: (
        f"The holder is about to move to another address itself ({facts.get('kind', '')})."
    ),
    ConflictClass.ACTIVE_IN_DIRECTORY: lambda _: "Another active user of the same directory has the address.",
    ConflictClass.OTHER_DIRECTORY: lambda _: "The address belongs to a user of another directory of your organization.",
    ConflictClass.REHIRE: lambda facts: (
        f"The address is held by a former account of the same person (proof: {facts.get('same person', '')})."
    ),
    ConflictClass.PENDING_DELETION: lambda facts: (
        f"The address is held by an account that is to be deleted on {facts.get('deletion on', 'a set date')}."
    ),
    ConflictClass.DEACTIVATED: lambda facts: (
        f"The address is held by an account that was deactivated on {facts['deactivated on']}."
        if "deactivated on" in facts
        else "The address is held by a deactivated account."
    ),
    ConflictClass.UNCONFIRMED: lambda _: (
        "The address is held by a sign-up that was never confirmed and never used, on a domain of yours."
    ),
    ConflictClass.DUPLICATE: lambda facts: (
        f"The address is held by an unused duplicate of the same person (proof: {facts.get('same person', '')})."
    ),
    ConflictClass.CLAIMABLE: lambda _: (
        "The address is held by an account on a domain of yours that your organization does not manage yet."
    ),
    ConflictClass.UNLINKED: lambda facts: (
        "The address is held by an account of your organization that no directory provisions "
        f"(last login: {facts.get('last login', 'unknown')}"
        f"{'; its mailbox was never confirmed' if facts.get('address confirmed') == 'no' else ''})."
    ),
    ConflictClass.OTHER_KEY: _other_key,
    ConflictClass.UNKNOWN: lambda facts: (
        f"The address is {facts['holder']}, by another conflict ({facts['reserved by conflict']})."
        if "reserved by conflict" in facts
        else f"Who holds the address is not certain: {facts.get('holder', 'unknown')}."
    ),
}

_EFFECTS: Mapping[ConflictClass, str] = {
    ConflictClass.OTHER_DIRECTORY: "the holder is unlinked from its directory and loses its groups there.",
    ConflictClass.REHIRE: "the former account gives its address up.",
    ConflictClass.PENDING_DELETION: "the holder gives its address up; its deletion date stays.",
    ConflictClass.DEACTIVATED: "the holder gives its address up and stays deactivated.",
    ConflictClass.UNCONFIRMED: "the holder gives its address up and its sessions end.",
    ConflictClass.DUPLICATE: "the holder gives its address up and is deactivated.",
    ConflictClass.CLAIMABLE: (
        "your organization manages the account from then on, its owner is told, and the change is judged again."
    ),
    ConflictClass.UNLINKED: (
        "the holder gives its address up. Somebody may sign in with it to this day: ask that person first."
    ),
    ConflictClass.ACTIVE_IN_DIRECTORY: "the holder, an active user, loses its address.",
    ConflictClass.LEAVING: "everybody concerned moves at once.",
    ConflictClass.STALE_INDEX: "the requester gets the address.",
    ConflictClass.UNKNOWN: (
        "the requester gets the address that is reserved for another user. "
        "Without a decision it is judged again when that user is created or the reservation ends."
    ),
}

_LINKED: Mapping[ConflictClass, str] = {
    ConflictClass.REHIRE: "the former account becomes this user's again, with what belongs to it.",
    ConflictClass.DEACTIVATED: "the deactivated account becomes this user's, with what belongs to it.",
    ConflictClass.UNLINKED: "the holder becomes this user's account, with what belongs to it.",
}
"""Where a create may link the holder (`resolutions`)."""

_REFUSALS: Mapping[ConflictClass, NextStep] = {
    ConflictClass.OTHER_ORGANIZATION: NextStep(
        OTHER_ADMINISTRATOR,
        "Release the address there. Your own administrators can only give this person another address.",
    ),
    ConflictClass.UNVERIFIED_DOMAIN: NextStep(ADMINISTRATOR, VERIFY_DOMAIN),
    ConflictClass.ACTIVE_IN_DIRECTORY: NextStep(
        IDP_ADMINISTRATOR,
        "Two users of the directory claim one address: give one of them another address in the identity provider.",
    ),
    ConflictClass.OTHER_KEY: NextStep(
        IDP_ADMINISTRATOR, "Give one of the two users another userName in the identity provider."
    ),
}


def situation(diagnosis: Diagnosis) -> str:
    """Who holds the address, in one sentence; under `protected`, with who is."""
    words = _SITUATIONS[diagnosis.effective_class](diagnosis.evidence)
    if diagnosis.conflict_class is ConflictClass.PROTECTED:
        return f"{words} {_SITUATIONS[ConflictClass.PROTECTED](diagnosis.evidence)}"
    return words


def decided(conflict: Conflict, diagnosis: Diagnosis, decision: Decision) -> tuple[str, NextStep]:
    """Why a conflict was not applied: it is refused, or it waits for approvals."""
    if decision.rule is Rule.REFUSE:
        if diagnosis.free and diagnosis.conflict_class is not ConflictClass.PROTECTED:
            return situation(diagnosis), _FREE
        standard = NextStep(ADMINISTRATOR, "Your policy refuses this: free the address by hand, or change the policy.")
        return situation(diagnosis), _REFUSALS.get(diagnosis.effective_class, standard)
    explanation = " ".join(filter(None, [situation(diagnosis), decision.reason]))
    if diagnosis.effective_class is ConflictClass.UNKNOWN and "reserved by conflict" not in diagnosis.evidence:
        return explanation, unknown(conflict).next_step
    if diagnosis.free and diagnosis.conflict_class is not ConflictClass.PROTECTED:
        what = "Nothing has to be done: the identity provider's next try goes through. Approve to have it done at once."
        return explanation, NextStep(ADMINISTRATOR, what)
    people = "two different administrators have to agree" if decision.missing > 1 else "one administrator decides"
    if decision.missing == 1 and decision.approvals:
        people = "one more administrator has to agree"
    effects = {
        Resolution.RELEASE: _EFFECTS.get(diagnosis.effective_class, "the requester gets the address."),
        Resolution.RELINK: _LINKED.get(diagnosis.effective_class, ""),
    }
    resolution = chosen(conflict, diagnosis.effective_class, diagnosis.no_relink, decision.resolution)
    effect, (other, instead) = effects.pop(resolution), effects.popitem()
    what = f"Approve or reject ({people})."
    if conflict.operation is not Operation.CREATE or diagnosis.no_relink or diagnosis.effective_class not in _LINKED:
        what += f" With approval {effect}"
        if diagnosis.free:
            what += f" {CONFIRM_KEY}"
    elif decision.approvals:
        names = " and ".join(approval.holder for approval in decision.approvals)
        what += f' {names} chose the resolution "{resolution}": {effect} With "{other}" {instead} Name yours.'
    else:
        what += f' With approval {effect} With the resolution "{other}" {instead}'
    return explanation, NextStep(ADMINISTRATOR, what)


def changed(conflict: Conflict) -> str:
    """What was read is not the case any more: what is, and what to do."""
    step = conflict.next_step
    now = " ".join(filter(None, [conflict.explanation, step.what if step else ""]))
    again = "Read it again, and decide by its new version." if conflict.live else f"It is {conflict.status.value} now."
    return f"This is not what was read any more. Now: {now} {again}"


def applied(snapshot: Snapshot, diagnosis: Diagnosis, decision: Decision) -> str:
    """What was done, for a change of a user that exists."""
    conflict_class = diagnosis.effective_class
    words = situation(diagnosis)
    if conflict_class is ConflictClass.SELF:
        done = "The rest of the change was applied."
    elif conflict_class is ConflictClass.TOMBSTONE:
        done = "The address stays; the rest of the change was applied."
    elif conflict_class is ConflictClass.STALE_INDEX:
        done = "The change was applied."
    elif conflict_class is ConflictClass.OTHER_DIRECTORY:
        done = "The holder was unlinked from its directory, gave the address up, and the change was applied."
    elif conflict_class is ConflictClass.DUPLICATE:
        done = "The duplicate gave the address up and was deactivated, and the change was applied."
    elif conflict_class is ConflictClass.UNKNOWN:
        done = "The reservation was ended and the change applied."
    else:
        done = "The holder gave it up and the change was applied."
    names = " and ".join(approval.holder for approval in decision.approvals)
    approved = f" Approved by {names}." if names and not decision.by_itself else ""
    old = snapshot.conflict.old_email
    freed = f" Nobody holds {old.value} any more." if old and diagnosis.free else ""
    return f"{words} {done}{approved}{freed}"


def applied_create(snapshot: Snapshot, diagnosis: Diagnosis, *, relinked: bool) -> str:
    """What was done for a create."""
    conflict_class = diagnosis.effective_class
    if conflict_class in {ConflictClass.SELF, ConflictClass.TOMBSTONE}:
        return f"{situation(diagnosis)} There is nothing to do."
    if relinked:
        return f"{situation(diagnosis)} The next create links that account again."
    name = snapshot.conflict.requester.user_name
    if conflict_class is ConflictClass.UNKNOWN:
        return f"{situation(diagnosis)} An administrator passed it on: it is kept for the user {name} now."
    freed = "" if conflict_class is ConflictClass.STALE_INDEX else " The holder gave it up."
    return f"{situation(diagnosis)}{freed} The address is kept for the user {name}."


def next_create(conflict: Conflict) -> NextStep | None:
    """What remains to be done after a create was prepared."""
    return NextStep(IDP, _NOTHING_TO_DO) if conflict.requester.account_id is None else None


def applied_cycle(participants: int) -> str:
    """What was done for every leg of a swap or rotation."""
    if participants == 2:
        return "The two people swapped their addresses, both at once."
    return f"{participants} people passed their addresses on in a circle, all at once."


def claimed(conflict: Conflict) -> str:
    """The holder became a managed account."""
    return f"Your organization claimed the account that holds {conflict.wanted.value}; its owner is told."


def waiting_chain(snapshot: Snapshot) -> Blocked:
    """The holder wants to leave, but has nowhere to go yet."""
    last, organization = snapshot.following[-1].conflict, snapshot.organization
    follows = "This change follows as soon as that one goes through."
    if organization is not None and (organization.brakes.paused or organization.brakes.dry_run):
        follows = (
            "Once that one has gone through, this one does with the identity provider's next try, or with an approval "
            "then: nothing moves by itself now."
        )
    return Blocked(
        f"The holder is about to move to another address itself. {follows}",
        NextStep("nobody", f"It waits for the change to {last.wanted.value}, which is decided on its own."),
        ConflictStatus.OPEN,
    )


def too_long(participants: int) -> Blocked:
    """More people than one transaction can move."""
    return Blocked(
        f"{participants} people pass their addresses on in a circle: more than can move at once "
        f"({TRANSACTION_LIMIT} writes), and half a circle is never applied.",
        NextStep(
            IDP_ADMINISTRATOR, "Give one of them another address for a moment: the others then follow one by one."
        ),
    )


def user_name_taken(conflict: Conflict) -> Blocked:
    """The address could move, but the change also asks for a userName that somebody else has."""
    return Blocked(
        "The same change asks for a userName that another user of the directory has "
        f"({conflict.change.after.get('userName', conflict.requester.user_name)}).",
        _REFUSALS[ConflictClass.OTHER_KEY],
    )


def unknown(conflict: Conflict) -> Blocked:
    """Nothing that could be done safely."""
    what = "userName" if conflict.collision is Collision.USER_NAME else "address"
    return Blocked(
        f"Who holds the {what} is not certain, so nothing is done by guess.",
        NextStep(ADMINISTRATOR, "Look at the accounts concerned, correct what contradicts, then retry."),
        ConflictStatus.WAITING_APPROVAL,
    )


def failed(conflict: Conflict) -> tuple[str, NextStep]:
    """The service itself failed to examine it, again and again."""
    return (
        "The service met an error each time it looked at this change, and has stopped trying. Nothing was changed.",
        NextStep(
            OPERATOR,
            f"Find the error (correlation id {conflict.correlation_id}) and remove its cause, then retry. "
            "The identity provider's next try has it looked at again, too.",
        ),
    )


def cannot_relink(diagnosis: Diagnosis) -> str:
    """Linking the holder again was asked for where it is impossible: why, and what can be done instead."""
    instead = (
        "Approve its claim first, without a resolution: then it is judged again."
        if diagnosis.effective_class is ConflictClass.CLAIMABLE
        else "Approve releasing the address instead, or reject."
    )
    return f"The holder cannot be linked again: {diagnosis.no_relink}. {instead}"
