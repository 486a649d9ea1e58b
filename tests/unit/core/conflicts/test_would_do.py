"""A dry run says what would have been done, and counts it once."""

from rightful.core.conflicts.decision.limits import Brake
from rightful.core.conflicts.remediate import Effect, remediate
from rightful.domain.conflicts.conflict import Conflict
from rightful.domain.conflicts.policy import Policy
from tests.support.service import patch
from tests.unit.core.conflicts.test_undo import Office


def test_what_would_have_been_done_by_itself_is_data_and_counted_once() -> None:
    office = Office(Policy())
    service = office.service
    assert service.admin("PUT", "/policy", {"brakes": {"dryRun": True}, "reason": "The first week."}).status == 200
    ada, sales = office.create("ada"), office.create("sales")
    for scim_id, name in ((ada, "sales"), (sales, "ada")):
        assert service.move(scim_id, name).status == 409
    service.remediate_all()
    conflict_id = office.refused(ada, "sales")
    conflict = office.conflict(conflict_id)
    assert conflict.finding.would_do == "swapped"
    assert office.account(ada).holds == "ada@example.com"
    again = remediate(service.context(), conflict.pointer)
    assert (again.effect, again.brake) == (Effect.NOTHING, None)
    # Without the dry run it is done, and no longer said.
    service.admin("PUT", "/policy", {"brakes": {"dryRun": False}})
    service.remediate_all()
    remediate(service.context(), conflict.pointer)
    assert office.account(ada).holds == "sales@example.com"
    assert office.conflict(conflict_id).finding.would_do is None


def test_what_waits_for_people_anyway_would_not_have_been_done() -> None:
    office = Office(Policy())
    office.service.admin("PUT", "/policy", {"brakes": {"dryRun": True}})
    ada, sales = office.create("ada"), office.create("sales")
    office.service.scim("PATCH", f"/Users/{sales}", patch({"op": "replace", "path": "active", "value": False}))
    conflict = office.conflict(office.refused(ada, "sales"))  # deactivated today: two weeks have to pass
    assert conflict.finding.would_do is None


def test_a_dry_run_is_a_brake() -> None:
    office = Office(Policy())
    service = office.service
    service.admin("PUT", "/policy", {"brakes": {"dryRun": True}})
    ada = office.create("ada")
    service.accounts("POST", "", {"email": "sales@example.com"}, headers={"idempotency-key": "1"})
    assert service.move(ada, "sales").status == 409
    [conflict] = service.store.all_of(Conflict)
    outcome = remediate(service.context(), conflict.pointer)
    assert (outcome.effect, outcome.brake) == (Effect.DECIDED, Brake.DRY_RUN)
    assert outcome.conflict is not None
    assert outcome.conflict.finding.would_do == "holder_released"
