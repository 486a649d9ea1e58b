"""What counts as an attempt at another organization's things, and what as a wrong URL, on moto."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from rightful.ports.writes.accounts import CountUsers
from rightful.ports.writes.settings import PutDirectory, PutOrganization
from tests.support.builders import a_directory, an_organization
from tests.support.functions import Deployed, deployed_on_moto, example

MINE, MY_SECOND, EMPTY, NOBODYS = "1" * 32, "2" * 32, "5" * 32, "0" * 32
ANOTHERS = "3" * 32
OURS, THEIRS = "a" * 32, "b" * 32


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with deployed_on_moto() as deployment:
        for organization_id, directory_ids in ((OURS, (MINE, MY_SECOND)), (THEIRS, (ANOTHERS, EMPTY))):
            deployment.store.commit([PutOrganization(an_organization(organization_id), None)], remaining=lambda: 10.0)
            for directory_id in directory_ids:
                directory = a_directory(organization_id, directory_id)
                writes: list[Any] = [PutDirectory(directory, None)]
                if directory_id != EMPTY:
                    writes.append(CountUsers(directory_id, "somebody", 1))
                deployment.store.commit(writes, remaining=lambda: 10.0)
        yield deployment


def asked(name: str, **path_parameters: str) -> dict[str, Any]:
    event: dict[str, Any] = copy.deepcopy(example(name))
    event["pathParameters"] |= path_parameters
    authorizer = event["requestContext"]["authorizer"]
    authorizer |= {"organizationId": OURS} | ({"directoryId": MINE} if name.startswith("scim") else {})
    return event


@pytest.mark.parametrize(
    ("function", "event", "expected"),
    [
        ("scim", asked("scim_get_user", directoryId=ANOTHERS), True),
        ("scim", asked("scim_get_user", directoryId=NOBODYS), False),
        ("scim", asked("scim_get_user", directoryId=EMPTY), False),
        ("scim", asked("scim_get_user", directoryId=MY_SECOND), False),
        ("scim", asked("scim_get_user", directoryId=MINE), False),
        ("admin", asked("admin_list_conflicts", orgId=THEIRS), True),
        ("admin", asked("admin_list_conflicts", orgId=NOBODYS), False),
        ("admin", asked("admin_list_conflicts", orgId="ada@example.com"), False),
        ("admin", asked("admin_list_conflicts", orgId=OURS), False),
    ],
)
def test_an_attempt_is_counted_where_another_organization_has_what_was_asked_for(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], function: str, event: dict[str, Any], expected: bool
) -> None:
    answer = deployed.call(function, event)
    printed = capsys.readouterr().out
    assert ("CrossOrganizationAttempts" in printed) is expected, answer
    assert not expected or answer["statusCode"] in {403, 404}
    assert "ada@example.com" not in printed


def test_the_answer_is_the_same_whether_it_is_anothers_or_nobodys(deployed: Deployed) -> None:
    for function, name, parameter, theirs in (
        ("scim", "scim_get_user", "directoryId", ANOTHERS),
        ("admin", "admin_list_conflicts", "orgId", THEIRS),
    ):
        answers = [deployed.call(function, asked(name, **{parameter: id_})) for id_ in (theirs, NOBODYS)]
        texts = [json.dumps(answer).replace(theirs, NOBODYS) for answer in answers]
        assert texts[0] == texts[1]
