"""What everybody who may read a conflict reads of it, in the admin API and in events: camelCase. Pure."""

from collections.abc import Iterable

from rightful.domain.address import shown, shown_text
from rightful.domain.conflicts.code import Code
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.conflicts.explanation import Statement
from rightful.domain.conflicts.next_step import NextStep
from rightful.text.ids import time_text


def outline(conflict: Conflict) -> dict[str, object]:
    """A conflict without its holder, whom not everybody may see. Of `wantedEmail` and `wantedUserName` one is set at
    least; both where the change asks for both."""
    requester, step = conflict.request.requester, conflict.next_step
    about_email = conflict.request.address is not None
    return {
        "id": conflict.id,
        "status": conflict.status.value,
        "class": conflict.finding.conflict_class.value if conflict.finding.conflict_class else None,
        "decision": conflict.finding.rule,
        "directoryId": conflict.request.directory_id,
        "operation": conflict.request.operation.value,
        "collision": conflict.request.collision.value,
        "requester": {
            "accountId": requester.account_id,
            "scimId": requester.scim_id,
            "userName": shown_text(requester.user_name),
            "externalId": requester.external_id,
        },
        "wantedEmail": conflict.request.wanted.value if about_email else None,
        "wantedUserName": _wanted_user_name(conflict),
        "oldEmail": shown(conflict.request.old_email),
        "explanation": conflict.explanation.sentence,
        "explanationCode": conflict.explanation.code.value if conflict.explanation.code else None,
        "statements": statement_documents(conflict.explanation.statements),
        "nextStep": next_step_document(step) if step else None,
        "createdAt": time_text(conflict.created_at),
        "correlationId": conflict.correlation_id,
    }


def _wanted_user_name(conflict: Conflict) -> str | None:
    request = conflict.request
    if request.address is None:
        return request.wanted.value
    asked = request.change.after.get("userName")
    return shown_text(asked) if isinstance(asked, str) and len(request.waits_for) > 1 else None


def next_step_document(step: NextStep) -> dict[str, object]:
    """Who must do what: sentences for people, and codes that stay."""
    return {
        "who": step.who.value,
        "whoCode": step.who.code,
        "what": step.what,
        "code": step.code.value,
        "statements": statement_documents(step.statements),
    }


def statement_documents(statements: Iterable[Statement[Code]]) -> list[dict[str, object]]:
    """What was said, as codes and parameters, for who says it in other words."""
    return [
        {"code": each.code.value, "parameters": {name: str(value) for name, value in each.parameters.items()}}
        for each in statements
    ]
