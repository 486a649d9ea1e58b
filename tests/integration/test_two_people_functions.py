"""What takes two people, through the functions as they are deployed: from the key that one administrator issues, by
what the authorizer hands on, to what the scim function answers and the publisher tells."""

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from rightful.aws.dynamodb.items.settings import token_item
from rightful.aws.dynamodb.keys.base import token as token_key
from rightful.core.organizations.registry import issue_token
from rightful.domain.account import Flag
from rightful.domain.key import Grant, Scope
from rightful.ports.context import Context, Invocation
from rightful.ports.writes.accounts import ClaimAddress, ClaimUserName, CountUsers, PutAccount
from rightful.ports.writes.settings import PutDirectory, PutOrganization
from tests.support.builders import NOW, a_directory, a_link, an_account, an_organization
from tests.support.functions import Deployed, deployed_on_moto, example

ORGANIZATION, DIRECTORY, ACCOUNT = "a" * 32, "1" * 32, "c" * 32
ARN = "arn:aws:execute-api:eu-central-1:123456789012:api/dev/GET/scim/directory/x/Users"


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with deployed_on_moto() as deployment:
        link = replace(a_link(ACCOUNT, DIRECTORY), scim_id=f"{ACCOUNT}-1", user_name="chief")
        emails = [{"value": "chief@example.com", "type": "work", "primary": True}]
        chief = an_account(
            ACCOUNT,
            email="chief@example.com",
            organization_id=ORGANIZATION,
            claimed=True,
            link=link,
            links_made=1,
            flags=frozenset({Flag.PRIVILEGED}),
            attributes={"userName": "chief", "emails": emails},
        )
        deployment.store.commit(
            [
                PutOrganization(an_organization(ORGANIZATION, domains={"example.com": NOW}), None),
                PutDirectory(a_directory(ORGANIZATION, DIRECTORY), None),
                PutAccount(chief, None),
                ClaimAddress("chief@example.com", ACCOUNT, NOW),
                ClaimUserName(DIRECTORY, "chief", ACCOUNT, link.scim_id),
                CountUsers(DIRECTORY, ACCOUNT, 1),
            ],
            remaining=lambda: 10.0,
        )
        yield deployment


def issued(deployed: Deployed) -> dict[str, Any]:
    """Ines issues a key by the admin function."""
    event = copy.deepcopy(example("admin_list_conflicts"))
    event |= {
        "httpMethod": "POST",
        "resource": "/admin/v1/orgs/{orgId}/directories/{id}/tokens",
        "pathParameters": {"orgId": ORGANIZATION, "id": DIRECTORY},
        "headers": {"Content-Type": "application/json"},
        "body": "{}",
        "multiValueQueryStringParameters": None,
    }
    _, ines = issue_token(Context(deployed.store, Invocation()), Grant(Scope.ADMIN, ORGANIZATION), "Ines")
    whose = {"tokenId": ines.id, "organizationId": ORGANIZATION, "scope": "admin", "owner": "Ines"}
    event["requestContext"]["authorizer"] |= whose
    answer = deployed.call("admin", event)
    assert answer["statusCode"] == 201, answer
    key: dict[str, Any] = json.loads(answer["body"])
    return key


def renamed(deployed: Deployed, context: dict[str, Any]) -> dict[str, Any]:
    """The answer to a rename with a key, as the authorizer's context says whose it is."""
    event = copy.deepcopy(example("scim_change_email"))
    event["pathParameters"] |= {"directoryId": DIRECTORY, "id": f"{ACCOUNT}-1"}
    operation = {"op": "replace", "path": 'emails[type eq "work"].value', "value": "new@example.com"}
    event["body"] = json.dumps(
        {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
    )
    event["requestContext"]["authorizer"] = context
    answer: dict[str, Any] = deployed.call("scim", event)
    return answer


def test_from_the_key_that_one_administrator_issued_to_who_hears_of_it(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    key = issued(deployed)
    asked = {"type": "TOKEN", "authorizationToken": f"Bearer {key['token']}", "methodArn": ARN}
    context = deployed.call("authorizer", asked)["context"]
    assert all(isinstance(value, str) for value in context.values()), "API Gateway takes texts, numbers and truths"
    capsys.readouterr()

    answer = renamed(deployed, context)

    assert answer["statusCode"] == 403, answer
    assert f"/tokens/{key['id']}/confirmation" in json.loads(answer["body"])["detail"]
    printed = capsys.readouterr().out
    assert '"HeldForTwo"' in printed
    assert "chief@example.com" not in printed
    [pointer] = deployed.messages(deployed.conflicts_queue_url)
    conflict = deployed.store.conflicts(ORGANIZATION, limit=10).conflicts[0]
    assert pointer["conflictId"] == conflict.id

    [token] = deployed.store.tokens(organization_id=ORGANIZATION, directory_id=DIRECTORY)
    item = token_item(token, token_key(token.sha256))
    change = {
        "ApproximateCreationDateTime": 1795424400.0,
        "Keys": {"pk": item["pk"], "sk": item["sk"]},
        "NewImage": item,
        "SequenceNumber": "1",
    }
    record = {"eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": change}
    assert deployed.call("publisher", {"Records": [record]}) == {"batchItemFailures": []}
    heard, told = deployed.told()
    assert (heard["type"], heard["key"]["id"]) == ("key.issued", key["id"])
    assert (told["type"], told["setting"]["by"], told["setting"]["id"]) == ("settings.unconfirmed", "Ines", key["id"])
    assert '"SettingsUnconfirmed"' in capsys.readouterr().out


def test_what_the_authorizer_said_a_minute_ago_ends_at_its_moment(deployed: Deployed) -> None:
    context = {"tokenId": "d" * 32, "scope": "scim", "owner": "x", "organizationId": ORGANIZATION}
    over = {**context, "directoryId": DIRECTORY, "aloneUntil": "2020-01-01T00:00:00+00:00"}
    assert renamed(deployed, over)["statusCode"] in {200, 204}
