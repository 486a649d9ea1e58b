"""An organization's policy: what may happen by itself to each class of conflict, and the brakes on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from rightful.conflicts.conflict import ConflictClass


class Rule(StrEnum):
    """What the policy says about a class."""

    AUTO = "auto"
    APPROVAL = "approval"
    TWO_APPROVALS = "two_approvals"
    REFUSE = "refuse"


class PolicyBase(StrEnum):
    """The rows a policy starts from."""

    STANDARD = "standard"
    STRICT = "strict"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Policy:
    """Class -> rule. `rules` holds only what a custom policy changes of the standard one.

    `deactivated_after`: how long a holder has to be deactivated before its address may move by itself.
    """

    base: PolicyBase = PolicyBase.STANDARD
    rules: Mapping[ConflictClass, Rule] = field(default_factory=dict)
    deactivated_after: timedelta = timedelta(days=14)
    relink_by_user_name: bool = True


STANDARD = Policy()


@dataclass(frozen=True, slots=True)
class Brakes:
    """What stops automation within one message."""

    paused: bool = False
    dry_run: bool = False
    per_organization_hour: int = 200
    per_account_day: int = 3
