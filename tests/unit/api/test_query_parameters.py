"""A query parameter that there is not, or is there twice, is an error on every route of the admin and accounts API."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import yaml

from local.paths import ROOT
from rightful.api.admin import service as admin
from rightful.api.host import service as host
from rightful.api.request import Principal, Request, Response
from rightful.domain.key import Scope
from tests.support.service import BASE_URL, Service

DOCUMENT: dict[str, Any] = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())


def routes() -> Iterator[tuple[Any, str, str]]:
    for module in (admin, host):
        for route, methods in module.ROUTES.items():
            for method in methods:
                yield module, route, method


EVERY = pytest.mark.parametrize(
    ("module", "route", "method"), list(routes()), ids=lambda value: value if isinstance(value, str) else "api"
)


def answered(module: Any, route: str, method: str, query: dict[str, tuple[str, ...]]) -> Response:
    service = Service()
    ours, key = service.organization.id, service.admin_key if module is admin else service.app_key
    request = Request(
        method=method,
        resource=module.BASE + route,
        path_parameters={"orgId": ours, "id": "some", "tokenId": "some", "domain": "x.example", "flag": "privileged"},
        query=query,
        headers={},
        body=None,
        principal=Principal(key.id, key.scope, key.owner, key.organization_id or "", ""),
        base_url=BASE_URL,
        request_id="test",
    )
    if module is host:
        return host.AccountsService(service.store).answer(request, service.invocation())
    found = admin.AdminService(service.store, service.queue, lambda what, error: None)
    return found.answer(replace(request, principal=service_principal(service)), service.invocation())


def service_principal(service: Service) -> Principal:
    return Principal(service.admin_key.id, Scope.ADMIN, "Ines", service.organization.id, "")


@EVERY
def test_one_that_there_is_not_is_named_with_those_that_there_are(module: Any, route: str, method: str) -> None:
    there = module.PARAMETERS.get((route, method), ())
    for name in ("Status", "limitt", "x" * 300, ""):
        answer = answered(module, route, method, {name: ("1",)})
        assert answer.status == 400, answer.body
        assert isinstance(answer.body, dict)
        error = answer.body["error"]
        assert (error["code"], error.get("field", "")) == ("invalid_value", name[:64])
        assert all(known in error["message"] for known in there)


@EVERY
def test_one_that_is_there_twice_is_named(module: Any, route: str, method: str) -> None:
    for name in module.PARAMETERS.get((route, method), ()):
        answer = answered(module, route, method, {name: ("1", "1")})
        assert answer.status == 400
        assert isinstance(answer.body, dict)
        assert answer.body["error"]["field"] == name


@EVERY
def test_the_document_has_those_that_there_are(module: Any, route: str, method: str) -> None:
    shown = DOCUMENT["paths"][module.BASE + route]
    listed = [*shown.get("parameters", ()), *shown[method.lower()].get("parameters", ())]
    resolved = [
        DOCUMENT["components"]["parameters"][each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        for each in listed
    ]
    told = {each["name"] for each in resolved if each["in"] == "query"}
    assert told == set(module.PARAMETERS.get((route, method), ()))
