"""Every metric that the service emits: its name, its unit, and what it may be divided by.

The dashboard and the alarms of template.yaml name these and no others (tests/template). A metric has the dimension
`service` (the function) and at most one more, with few values; ids and addresses are never dimensions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Metric(StrEnum):
    """A metric's name in CloudWatch."""

    # Requests
    REQUESTS = "Requests"
    CLIENT_ERRORS = "ClientErrors"
    SERVER_ERRORS = "ServerErrors"
    SCIM_WRITES = "ScimWrites"
    """Users and groups asked to be created, changed or removed, whatever the answer."""
    UNIQUENESS_REFUSALS = "UniquenessRefusals"
    """Those of them that were answered 409. Entra stops a job at 40 %."""
    REFUSAL_SHARE = "RefusalShare"
    """With each 409: what percent of its directory's writes within the hour were, from 20 writes on."""
    CROSS_ORGANIZATION_ATTEMPTS = "CrossOrganizationAttempts"
    """A key was used on an organization or a directory that another organization has."""
    COLD_STARTS = "ColdStart"
    """Emitted by Powertools, under its own name."""

    # Keys
    KEYS_REFUSED = "KeysRefused"
    KEY_DAYS_LEFT = "KeyDaysLeft"
    """Days until the next key expires; nothing where none does within 30 days."""
    SETTINGS_UNCONFIRMED = "SettingsUnconfirmed"
    """One administrator issued a directory's key, let a directory erase, or loosened the policy: others should look."""
    HELD_FOR_TWO = "HeldForTwo"
    """Requests that would have changed or ended with one administrator's word what takes two people."""

    # The console's door
    CONSOLE_KEYS_USED = "ConsoleKeysUsed"
    """Somebody came into the console with a key instead of signing in."""
    SIGN_INS_REFUSED = "SignInsRefused"
    FORMS_REFUSED = "FormsRefused"
    """A form that no page of the console sent, or one of another session."""
    CONTENT_POLICY_REPORTS = "ContentPolicyReports"
    """Browsers did not load what a page asked for, and said so. Always 0."""

    # Conflicts, as they were committed
    CONFLICTS_OPENED = "ConflictsOpened"
    CONFLICTS_DIAGNOSED = "ConflictsDiagnosed"
    """By class, each time a conflict gets one it did not have."""
    DECISIONS = "Decisions"
    """By outcome: the status a conflict went to."""
    TIME_TO_RESOLVE = "TimeToResolve"
    """From the refusal to the end, for conflicts that were applied."""
    BLOCKED_DEACTIVATIONS = "BlockedDeactivations"
    """People whose deactivation has waited with an address for longer than a remediation takes. Always 0."""
    OPEN_CONFLICTS = "OpenConflicts"
    """Whose change is still wanted, refused ones among them; counted up to 100,000."""
    OLDEST_OPEN_CONFLICT = "OldestOpenConflict"
    """Age of the oldest conflict that is undecided or waits for an approval."""
    ORGANIZATIONS_PAUSED = "OrganizationsPaused"

    # Remediation
    CONFLICTS_EXAMINED = "ConflictsExamined"
    """By effect, each time the queue delivered one."""
    HELD_BACK = "HeldBack"
    """By brake: what the policy would have let happen by itself, and a brake did not."""
    EXAMINATIONS_FAILED = "ExaminationsFailed"
    """An examination that ended in an error; SQS delivers its pointer again."""
    FORGED_MESSAGES = "ForgedMessages"

    # Events
    EVENTS_PUBLISHED = "EventsPublished"
    CONFLICTS_REQUEUED = "ConflictsRequeued"

    # The janitor's rounds
    ROUNDS_MADE = "RoundsMade"
    """Rounds of which no part failed. What the alarm on a janitor that does nothing misses."""
    CONFLICTS_SENT_AGAIN = "ConflictsSentAgain"
    RESERVATIONS_ENDED = "ReservationsEnded"
    ACCOUNTS_ERASED = "AccountsErased"
    ITEMS_CHECKED = "ItemsChecked"
    INDEX_DISAGREEMENTS = "IndexDisagreements"
    """Index items that did not agree with their account, repaired or not. Always 0."""
    INDEX_REPAIRS = "IndexRepairs"

    # Trouble
    TRANSACTION_CONTENTION = "TransactionContention"
    """Attempts that DynamoDB cancelled because another transaction was at the same item; they are repeated."""
    THROTTLES = "Throttles"
    """Attempts that an AWS service refused for their rate; they are repeated."""
    AWS_CALL_FAILURES = "AwsCallFailures"
    EVENT_LOG_WRITE_FAILURES = "EventLogWriteFailures"
    CONFLICTS_NOT_SENT = "ConflictsNotSent"
    """The queue did not take a pointer; the janitor sends it."""
    PUBLISHING_FAILURES = "PublishingFailures"
    UNREADABLE_CHANGES = "UnreadableChanges"
    OTHER_FAILURES = "OtherFailures"


class Unit(StrEnum):
    """CloudWatch's units, as far as they are used."""

    COUNT = "Count"
    SECONDS = "Seconds"
    PERCENT = "Percent"
    NONE = "None"


class Dimension(StrEnum):
    """What a metric may be divided by besides the service."""

    CLASS = "class"
    OUTCOME = "outcome"
    EFFECT = "effect"
    BRAKE = "brake"


UNITS: Mapping[Metric, Unit] = {
    **dict.fromkeys(Metric, Unit.COUNT),
    Metric.TIME_TO_RESOLVE: Unit.SECONDS,
    Metric.OLDEST_OPEN_CONFLICT: Unit.SECONDS,
    Metric.KEY_DAYS_LEFT: Unit.NONE,
    Metric.REFUSAL_SHARE: Unit.PERCENT,
}

DIMENSIONS: Mapping[Metric, Dimension] = {
    Metric.CONFLICTS_DIAGNOSED: Dimension.CLASS,
    Metric.DECISIONS: Dimension.OUTCOME,
    Metric.CONFLICTS_EXAMINED: Dimension.EFFECT,
    Metric.HELD_BACK: Dimension.BRAKE,
}
"""Metrics that have a second dimension; all others have only the service."""

_APIS = frozenset({"scim", "admin", "accounts", "console"})
_ALL = _APIS | {"authorizer", "remediator", "publisher", "janitor"}

EMITTERS: Mapping[Metric, frozenset[str]] = {
    **dict.fromkeys((Metric.REQUESTS, Metric.CLIENT_ERRORS, Metric.SERVER_ERRORS), _APIS),
    Metric.AWS_CALL_FAILURES: _APIS | {"authorizer"},
    **dict.fromkeys((Metric.SCIM_WRITES, Metric.UNIQUENESS_REFUSALS, Metric.REFUSAL_SHARE), frozenset({"scim"})),
    Metric.EVENT_LOG_WRITE_FAILURES: frozenset({"scim"}),
    **dict.fromkeys(
        (
            Metric.CONSOLE_KEYS_USED,
            Metric.SIGN_INS_REFUSED,
            Metric.FORMS_REFUSED,
            Metric.CONTENT_POLICY_REPORTS,
        ),
        frozenset({"console"}),
    ),
    Metric.CONFLICTS_NOT_SENT: frozenset({"scim", "admin", "console"}),
    Metric.CROSS_ORGANIZATION_ATTEMPTS: frozenset({"scim", "admin"}),
    Metric.KEYS_REFUSED: frozenset({"authorizer"}),
    Metric.HELD_FOR_TWO: frozenset({"scim"}),
    Metric.SETTINGS_UNCONFIRMED: frozenset({"publisher"}),
    **dict.fromkeys(
        (
            Metric.CONFLICTS_OPENED,
            Metric.CONFLICTS_DIAGNOSED,
            Metric.DECISIONS,
            Metric.TIME_TO_RESOLVE,
            Metric.EVENTS_PUBLISHED,
            Metric.PUBLISHING_FAILURES,
            Metric.UNREADABLE_CHANGES,
        ),
        frozenset({"publisher"}),
    ),
    Metric.CONFLICTS_REQUEUED: frozenset({"publisher", "remediator"}),
    **dict.fromkeys(
        (Metric.CONFLICTS_EXAMINED, Metric.EXAMINATIONS_FAILED, Metric.HELD_BACK, Metric.FORGED_MESSAGES),
        frozenset({"remediator"}),
    ),
    **dict.fromkeys(
        (
            Metric.ROUNDS_MADE,
            Metric.KEY_DAYS_LEFT,
            Metric.BLOCKED_DEACTIVATIONS,
            Metric.OPEN_CONFLICTS,
            Metric.OLDEST_OPEN_CONFLICT,
            Metric.ORGANIZATIONS_PAUSED,
            Metric.CONFLICTS_SENT_AGAIN,
            Metric.RESERVATIONS_ENDED,
            Metric.ACCOUNTS_ERASED,
            Metric.ITEMS_CHECKED,
            Metric.INDEX_DISAGREEMENTS,
            Metric.INDEX_REPAIRS,
        ),
        frozenset({"janitor"}),
    ),
    **dict.fromkeys((Metric.COLD_STARTS, Metric.TRANSACTION_CONTENTION, Metric.THROTTLES, Metric.OTHER_FAILURES), _ALL),
}
"""Which functions emit a metric: the values that its dimension `service` has."""

FAILURES: Mapping[str, Metric] = {
    "aws_call": Metric.AWS_CALL_FAILURES,
    "key_use": Metric.AWS_CALL_FAILURES,
    "event_log": Metric.EVENT_LOG_WRITE_FAILURES,
    "conflict_not_sent": Metric.CONFLICTS_NOT_SENT,
    "unreadable_change": Metric.UNREADABLE_CHANGES,
}
"""What could not be done, in the words of whoever tried, to its metric; anything else is OTHER_FAILURES."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One value of a metric; `divided_by` is the value of its second dimension."""

    metric: Metric
    value: float = 1
    divided_by: str | None = None
