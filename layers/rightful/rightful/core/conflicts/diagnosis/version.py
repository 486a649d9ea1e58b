"""What an administrator's word about a conflict is given to: a short name of the facts that were judged. Pure.

Two versions are the same as long as the same would be taken from the same people and given to the same, for the same
reasons and by the same rule. Repeats by the identity provider, approvals and the days that pass change nothing about
that; neither does a holder who signs in each day. What is so again is the same version again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict

from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.core.conflicts.diagnosis.evidence import protection_of
from rightful.core.conflicts.diagnosis.snapshot import Snapshot
from rightful.domain.conflicts.conflict import Conflict, ConflictClass
from rightful.domain.conflicts.evidence import Evidence, HolderFacts
from rightful.domain.conflicts.policy import Rule
from rightful.domain.conflicts.refused_request import Operation

_CHARACTERS = 24

NAMELESS = frozenset({ConflictClass.OTHER_ORGANIZATION, ConflictClass.UNVERIFIED_DOMAIN})
"""Classes whose holder is none of the organization's business: that it changed must not show in a version either."""


def judged(snapshot: Snapshot, diagnosis: Diagnosis, rule: Rule) -> str:
    """What was judged about a conflict, besides what it asks for itself: `Conflict.judged`.

    Args:
        rule: what the policy says; automatic or by one approval are the same, because either takes one at most.
    """
    conflict, holder = snapshot.conflict, snapshot.holder
    if diagnosis.effective_class in NAMELESS or (
        holder is not None and holder.organization_id not in {None, conflict.request.organization_id}
    ):
        holder = None
    if circle_of(snapshot, diagnosis):
        return _named(_circle(snapshot, diagnosis, rule))
    requester = snapshot.requester
    return _named(
        {
            "class": diagnosis.conflict_class.value,
            "underlying_class": diagnosis.underlying_class.value if diagnosis.underlying_class else None,
            "free": diagnosis.free,
            "rule": Rule.APPROVAL.value if rule is Rule.AUTO else rule.value,
            "gives up": requester.holds if requester else None,
            "holder": holder.id if holder else None,
            "link": [holder.link.directory_id, holder.link.scim_id] if holder and holder.link else None,
            "userName too": holder is not None and snapshot.participant.user_name_holder_id == holder.id,
            "evidence": _evidence(conflict, diagnosis.evidence),
            "can be linked": diagnosis.no_relink is None,
        }
    )


def version_of(conflict: Conflict) -> str:
    """The version of a conflict as it is stored: what its last examination judged, and what it asks for; once it is
    over, what was done.

    One that nobody has examined yet has a version that no examination has: there is nothing to agree to.
    """
    if conflict.live and conflict.finding.circle_ids:
        return _named({"judged": conflict.finding.judged or "not examined"})  # what all of them ask for is part of it
    if conflict.live:
        return _named({"judged": conflict.finding.judged or "not examined", **_asked(conflict)})
    return _named(
        {
            "conflict": conflict.id,
            "status": conflict.status.value,
            "resolved": conflict.outcome.resolved_at.isoformat() if conflict.outcome.resolved_at else None,
            "class": conflict.finding.conflict_class.value if conflict.finding.conflict_class else None,
            "underlying_class": conflict.finding.underlying_class.value if conflict.finding.underlying_class else None,
            "decision": conflict.finding.rule,
            "touched": list(conflict.outcome.touched_account_ids),
            "participants": sorted(conflict.outcome.participant_ids),
            "wanted": conflict.request.wanted.value,
            "gave up": conflict.request.old_email.value if conflict.request.old_email else None,
            "placeholder": conflict.outcome.placeholder.value if conflict.outcome.placeholder else None,
            "released": list(conflict.outcome.released),
            "prepared": conflict.prepared,
        }
    )


def circle_of(snapshot: Snapshot, diagnosis: Diagnosis) -> tuple[str, ...]:
    """The other conflicts of a swap or rotation that is resolved as one; empty: it is none."""
    if not snapshot.cyclic or diagnosis.effective_class is not ConflictClass.LEAVING:
        return ()
    return tuple(participant.conflict.id for participant in snapshot.following)


def _circle(snapshot: Snapshot, diagnosis: Diagnosis, rule: Rule) -> Mapping[str, object]:
    """What is judged of a swap or rotation: the same from whichever of its conflicts one looks, because what is said
    about one of them is said about all."""
    legs = sorted(snapshot.participants(), key=lambda each: each.conflict.id)
    return {
        "class": diagnosis.conflict_class.value,
        "underlying_class": diagnosis.underlying_class.value if diagnosis.underlying_class else None,
        "rule": Rule.APPROVAL.value if rule is Rule.AUTO else rule.value,
        "other letters": diagnosis.other_letters,
        "circle": [
            {
                **_asked(leg.conflict),
                "gives up": leg.account.holds if leg.account else None,
                "account": leg.account.id if leg.account else None,
                "link": [leg.account.link.directory_id, leg.account.link.scim_id]
                if leg.account and leg.account.link
                else None,
                "userName of": leg.user_name_holder_id,
                "protected": [asdict(each) for each in protection_of(snapshot, leg)],
            }
            for leg in legs
        ],
    }


def _asked(conflict: Conflict) -> Mapping[str, object]:
    """Who asks for what."""
    return {
        "conflict": conflict.id,
        "for": conflict.request.requester_key,
        "scimId": conflict.request.requester.scim_id,
        "create": conflict.request.operation is Operation.CREATE,
        "collision": conflict.request.collision.value,
        "wanted": conflict.request.wanted.value,
        "change": dict(conflict.request.change.after),
        "active": conflict.request.change.active,
    }


def _evidence(conflict: Conflict, evidence: Evidence) -> Mapping[str, object]:
    """The evidence, with a last login only as far as it tells a used account from one that is left behind."""
    facts: dict[str, object] = asdict(evidence)
    if isinstance(evidence.holder, HolderFacts) and evidence.holder.last_login is not None:
        before = evidence.holder.last_login < conflict.created_at.date()
        facts["holder"] = {**asdict(evidence.holder), "last_login": "before" if before else "since it was asked"}
    return facts


def _named(facts: Mapping[str, object]) -> str:
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:_CHARACTERS]
