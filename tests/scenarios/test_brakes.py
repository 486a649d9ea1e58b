"""Brakes over several changes: what goes back and forth stops, and the caps count what really moves."""

from collections.abc import Sequence
from datetime import timedelta

from rightful.core.organizations.registry import create_directory
from rightful.domain.conflicts.conflict import Conflict, ConflictStatus
from tests.support.service import AT_ONCE, Service, patch, user

APPLIED, WAITING = ConflictStatus.APPLIED, ConflictStatus.WAITING_APPROVAL


class People:
    """Users of one directory, whose deactivated users give way at once."""

    def __init__(self, *names: str) -> None:
        self.service = Service(policy=AT_ONCE)
        self.ids = {name: self.service.create_user(name)["id"] for name in names}

    def takes(self, name: str, address: str, *, on_from: str | None = None) -> Conflict:
        """A person gets an address that a deactivated one holds: what becomes of the conflict."""
        if on_from is not None:
            self.set_active(on_from, False)
        self.set_active(name, True)
        assert self.service.move(self.ids[name], address).status == 409
        self.service.remediate_all()
        return self.conflict_of(name)

    def conflict_of(self, name: str) -> Conflict:
        """Somebody's latest conflict."""
        conflicts = self.service.store.all_of(Conflict)
        return max(
            (each for each in conflicts if each.request.requester.scim_id == self.ids[name]),
            key=lambda each: each.created_at,
        )

    def set_active(self, name: str, active: bool) -> None:
        """Let somebody in, or not."""
        body = patch({"op": "replace", "path": "active", "value": active})
        assert self.service.scim("PATCH", f"/Users/{self.ids[name]}", body).status == 200
        self.service.pass_time(timedelta(minutes=1))

    def set_caps(self, **brakes: int) -> None:
        """Change the organization's caps."""
        assert self.service.admin("PUT", "/policy", {"brakes": brakes}).status == 200

    def rotate(self, names: Sequence[str]) -> list[ConflictStatus]:
        """Each gets the next one's address."""
        for name, following in zip(names, [*names[1:], names[0]], strict=True):
            assert self.service.move(self.ids[name], following).status == 409
        self.service.remediate_all()
        return [self.conflict_of(name).status for name in names]


def test_an_address_does_not_come_back_by_itself_through_a_third_person() -> None:
    people = People("x", "ben", "cleo")
    assert people.takes("ben", "x", on_from="x").status is APPLIED
    assert people.takes("cleo", "x", on_from="ben").status is APPLIED
    stopped = people.takes("x", "x", on_from="cleo")
    assert stopped.status is WAITING
    assert "back and forth" in stopped.explanation.sentence


def test_an_address_that_somebody_lost_does_not_come_back_after_another_change_of_theirs() -> None:
    people = People("x", "ben", "other")
    assert people.takes("ben", "x", on_from="x").status is APPLIED
    assert people.takes("x", "other", on_from="other").status is APPLIED
    assert people.takes("x", "x", on_from="ben").status is WAITING


def test_an_address_that_somebody_got_and_gave_away_does_not_come_a_second_time_by_itself() -> None:
    people = People("x", "ben")
    assert people.takes("ben", "x", on_from="x").status is APPLIED
    people.set_active("x", True)
    assert people.service.move(people.ids["ben"], "ben").status == 200
    assert people.service.move(people.ids["x"], "x").status == 200
    assert people.takes("ben", "x", on_from="x").status is WAITING


def test_after_a_week_it_moves_again() -> None:
    people = People("x", "ben")
    assert people.takes("ben", "x", on_from="x").status is APPLIED
    people.service.pass_time(timedelta(days=7))
    assert people.takes("x", "x", on_from="ben").status is APPLIED


def test_a_rotation_counts_as_many_moves_as_it_makes() -> None:
    people = People("a", "b", "c", "d", "x", "ben")
    people.set_caps(perOrganizationHour=3)
    assert set(people.rotate(["a", "b", "c", "d"])) <= {WAITING, ConflictStatus.OPEN}
    assert WAITING in {people.conflict_of(name).status for name in "abcd"}
    assert people.takes("ben", "x", on_from="x").status is APPLIED, "what the cap stopped used up nothing"


def test_a_rotation_within_the_cap_moves_and_fills_it() -> None:
    people = People("a", "b", "c", "d", "x", "ben")
    people.set_caps(perOrganizationHour=4)
    assert set(people.rotate(["a", "b", "c", "d"])) == {APPLIED}
    assert people.takes("ben", "x", on_from="x").status is WAITING


def test_each_account_of_a_rotation_has_had_its_turn_of_the_day() -> None:
    people = People("a", "b", "c", "x")
    people.set_caps(perAccountDay=1)
    assert set(people.rotate(["a", "b", "c"])) == {APPLIED}
    for name in ("a", "b", "c"):
        assert people.takes(name, "x", on_from="x").status is WAITING


def test_two_directories_that_create_a_user_in_turns_are_stopped_by_the_cap_of_the_day() -> None:
    people = People("x")
    service = people.service
    service.admin("PUT", "/policy", {"policy": {"base": "custom", "rules": {"other_directory": "auto"}}})
    second = create_directory(service.context(), service.organization.id, "Second")
    sides = [(service.directory, service.scim_key)]
    service.enter(second)
    sides.append((service.directory, service.scim_key))
    taken = 0
    for turn in range(12):
        service.directory, service.scim_key = sides[(turn + 1) % 2]
        person = user("x", externalId=f"by {service.directory.id}")
        if service.scim("POST", "/Users", person).status == 409:
            service.remediate_all()
            taken += service.scim("POST", "/Users", person).status == 201
        service.pass_time(timedelta(minutes=5))
    assert 0 < taken <= 2 * 3
    assert WAITING in {conflict.status for conflict in service.store.all_of(Conflict)}


def test_a_change_that_the_cap_of_the_day_stops_uses_up_nothing_of_the_hour_nor_of_the_other_accounts_day() -> None:
    people = People("ada", "h1", "h2", "h3", "ben", "cleo")
    people.set_caps(perAccountDay=1, perOrganizationHour=4)
    assert people.takes("ada", "h1", on_from="h1").status is APPLIED
    people.set_active("h2", False)
    for _ in range(5):
        stopped = people.takes("ada", "h2")
        assert stopped.status is WAITING
        assert "as often today as it may" in stopped.explanation.sentence
    assert people.takes("ben", "h2").status is APPLIED, "h2 has not had its turn of the day"
    assert people.takes("cleo", "h3", on_from="h3").status is APPLIED, "and the hour has room"
