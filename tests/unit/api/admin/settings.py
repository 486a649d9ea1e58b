"""Settings over the admin API."""

from typing import Any

from rightful.api.request import Response
from rightful.core.organizations.domains import add_domain
from rightful.core.organizations.registry import create_organization, issue_token
from rightful.domain.key import Grant, Scope, Token
from tests.support.service import Service, user


def body_of(response: Response) -> dict[str, Any]:
    assert isinstance(response.body, dict)
    return response.body


def error_of(response: Response) -> tuple[int, str, str | None]:
    error = body_of(response)["error"]
    assert error["message"]
    return response.status, error["code"], error.get("field")


# Domains and domain policy are authority


def operator_of(service: Service) -> Token:
    return issue_token(service.context(), Grant(Scope.OPERATOR), "Oda")[1]


def other_organization(service: Service, domain: str) -> None:
    other = create_organization(service.context(), "Other")
    add_domain(service.context(), other, domain)


def domains(service: Service) -> list[str]:
    return [each["domain"] for each in body_of(service.admin("GET", "/domains"))["items"]]


def on(domain: str, name: str) -> dict[str, object]:
    email = f"{name}@{domain}"
    return user(name, userName=email, emails=[{"value": email, "type": "work", "primary": True}])


# Who changed what


def rows(service: Service) -> list[tuple[str, str, str, str | None]]:
    found = body_of(service.admin("GET", "/log", query={"action": "settings.changed"}))["items"]
    return [(row["approver"], row["subject"], row["explanation"], row["directoryId"]) for row in reversed(found)]
