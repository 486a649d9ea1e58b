"""What a simulated policy would have done with a conflict, and what of it cannot be known, as codes (docs/codes.md)."""

from rightful.domain.conflicts.code import Code


class Verdict(Code):
    """How a conflict would be decided."""

    AUTOMATIC = "automatic", "It would be resolved by itself."
    ONLY_TOLD = "only_told", "What would be done by itself would only be told: without an approval nothing moves."
    APPROVAL = "one_approval", "It would wait for the approval of an administrator."
    TWO_APPROVALS = "two_approvals", "It would wait for the approvals of two administrators."
    NEVER = "never", "It would be refused: no approval resolves it."


class VerdictNote(Code):
    """Instead of the sentence of a verdict."""

    AFTER_ANOTHER = (
        "after_another",
        "There would be nothing to decide: it follows another change, which is decided on its own.",
    )


class WhyNotSimulated(Code):
    """Why it cannot be known how conflicts would be decided."""

    NOT_EXAMINED = "not_examined", "{conflicts}: not examined yet, so that nothing is known of who has what is wanted."
    DROPPED = (
        "dropped",
        "{conflicts}: what was found is not kept any more. It is dropped when a change is over without anything having "
        "moved, and when the account that has the address is given back to its owner.",
    )


class LeftOut(Code):
    """What a simulation does not take into account."""

    EXAMINED_LAST = (
        "examined_last",
        "Each conflict is decided by what was found when it was examined last: what else would have come of it, with "
        "others or later, is not known.",
    )
    LIMITS = (
        "limits",
        "Limits are not counted anew. What a limit held back, or that it would have gone back and forth, is held back "
        "here under both.",
    )
    DOMAIN_POLICY = (
        "domain_policy",
        "The domain policy that is asked for is left out: who has an address on a domain that may not be used was "
        "never looked at.",
    )
    RELINKING = (
        "relinking",
        "Which creates link a former account again by its userName is left out: those that do are no conflicts.",
    )
    SECOND_ADMINISTRATOR = (
        "second_administrator",
        "Simulated as asked for ({classes}): for seven days it takes two approvals all the same, unless a different "
        "administrator confirms it.",
    )
