"""What was refused before an account was marked, and swaps, with a key that one administrator issued."""

from datetime import timedelta

from rightful.domain.conflicts.conflict import Conflict, ConflictClass, ConflictStatus
from rightful.domain.conflicts.policy import Policy
from tests.unit.api.admin.two_people import (
    CHIEF,
    custom,
    holder_of,
    mark,
    own_key,
    service_with,
)


def test_a_change_that_waited_when_the_account_was_marked_does_not_go_by_itself() -> None:
    service, scim_id = service_with(Policy(deactivated_after=timedelta(0)))
    other = service.create_user("other")
    own_key(service)
    assert service.move(scim_id, "other").status == 409
    service.remediate_all()
    mark(service, CHIEF)
    assert service.move(other["id"], "free").status == 200
    service.remediate_all()
    service.admin("POST", "/conflicts/{id}/retry", parameters={"id": service.store.all_of(Conflict)[0].id})
    assert holder_of(service, CHIEF)
    [conflict] = service.store.all_of(Conflict)
    assert conflict.status is ConflictStatus.WAITING_APPROVAL


def test_a_swap_with_a_key_of_ones_own_takes_two_for_whoever_takes_two() -> None:
    service, scim_id = service_with(custom(other_directory="two_approvals"))
    other = service.create_user("other")
    own_key(service)
    assert service.move(scim_id, "other").status == 403
    assert service.move(other["id"], "chief").status in {403, 409}
    service.remediate_all()
    assert holder_of(service, CHIEF).id == str(scim_id).rpartition("-")[0]
    assert {each.finding.conflict_class for each in service.store.all_of(Conflict)} == {ConflictClass.PROTECTED}
