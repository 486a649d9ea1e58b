"""The policy: what may happen by itself to each class of conflict, and what is one person's word still."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from rightful.api.admin.organizations.settings import policy_document
from rightful.api.console.call import ConsoleCall, Document, error_of
from rightful.api.request import Response
from rightful.domain.conflicts.conflict import ConflictClass
from rightful.domain.conflicts.policy import ALLOWED, STANDARD_RULES, Rule
from rightful.domain.one_word import OWN_WORD
from rightful.domain.organization import Organization
from rightful.domain.person import same_person
from rightful.domain.sign_in import ConsoleRole


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class, and what counts for it now.

    Attributes:
        sentence: who the holder is.
        standard: the rule of the standard policy, where that is another one; else empty.
        fixed: whether no policy can say otherwise.
        lowered: who lowered it alone, as the admin API has it; None: nobody did, or it counts by now.
    """

    name: str
    sentence: str
    rule: str
    told: str
    standard: str
    fixed: bool
    lowered: Document | None = None


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """The policy as it counts.

    Attributes:
        settings: policy, brakes and domain policy, as the admin API has them.
        seen: stands for what is to be confirmed, as it was read.
        to_confirm: whether this reader can confirm what somebody else said alone.
        no_confirmation: why this reader cannot, though owners could.
    """

    classes: Sequence[ClassRow]
    settings: Document
    may_change: bool
    to_confirm: bool = False
    seen: str = ""
    no_confirmation: str = ""
    reason: str = ""
    error: str = ""
    notice: str = ""
    title: str = "Policy"


def policy_page(call: ConsoleCall) -> Response:
    """GET policy."""
    return _shown(call)


def confirm(call: ConsoleCall) -> Response:
    """POST policy/confirmation: a second owner wants it, too."""
    refusal = call.why_alone()
    if refusal:
        return _shown(call, refusal, 403)
    if call.field("seen") != seen_words(call.organization()):
        return _shown(
            call, "The rules that wait for a confirmation were changed since you read them. Read them again.", 409
        )
    answer = call.api("POST", "/policy/confirmation", body={"reason": call.field("reason")})
    if answer.status >= 400:
        return _shown(call, error_of(answer), answer.status)
    before = policy_document(call.organization(), call.invocation.now)
    return call.redirect("/policy", notice="unchanged" if answer.body == before else "saved")


def seen_words(organization: Organization) -> str:
    """What stands for the rules that somebody lowered, as a form has them: nobody agrees to what they have not read.
    Pure."""
    words = [(each.value, organization.policy.rule(each).value, word.by, word.at.isoformat())
             for each, word in sorted(organization.lowered.items())]  # fmt: skip
    return sha256(repr(words).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _shown(call: ConsoleCall, error: str = "", status: int = 200) -> Response:
    settings = call.read("/policy")
    others = [each for each in _unconfirmed(settings) if not same_person(str(each["by"]), call.session.who)]
    own = bool(_unconfirmed(settings)) and not others
    page = PolicyPage(
        classes=class_rows(call.organization(), settings),
        settings=settings,
        may_change=call.may(ConsoleRole.OWNER),
        to_confirm=bool(others),
        seen=seen_words(call.organization()),
        no_confirmation=OWN_WORD if own else call.why_alone() if others else "",
        reason=call.field("reason"),
        error=error,
        notice=call.parameter("notice") or "",
    )
    return call.page("policy.html", page, status=status)


def class_rows(organization: Organization, settings: Document) -> list[ClassRow]:
    """Every class with the rule that counts. Pure."""
    lowered = {str(each["class"]): each for each in _unconfirmed(settings)}
    found = []
    for each in ConflictClass:
        word, standard = lowered.get(each.value), STANDARD_RULES[each]
        rule = Rule.TWO_APPROVALS if word else organization.policy.rule(each)
        found.append(
            ClassRow(
                name=each.value,
                sentence=each.sentence,
                rule=rule.value,
                told=rule.pattern,
                standard=standard.value if standard is not rule else "",
                fixed=len(ALLOWED.get(each, Rule)) == 1,
                lowered=word,
            )
        )
    return found


def _unconfirmed(settings: Document) -> Sequence[Document]:
    found = settings["unconfirmed"]
    return found if isinstance(found, list) else []
