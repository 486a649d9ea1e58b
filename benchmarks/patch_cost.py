"""CPU of one PATCH of a full enterprise user, from body text to answer text, without storage.

The same stored user and the same four operations go through this engine and through scim2-models,
in turns and in one process, so that what else the machine does hits both. Printed are the ratio of
the medians and both medians; the ratio is what counts. The exit code is 1 under the floor.

    python benchmarks/patch_cost.py
"""

import argparse
import copy
import gc
import json
import statistics
import sys
import time
from collections.abc import Callable

from scim2_models import Context, EnterpriseUser, PatchOp, User

from rightful.scim.patch.patch import apply_patch, read_patch
from rightful.scim.profiles import ScimRequest, profile
from rightful.scim.rendering import render
from rightful.scim.requests import parse_body
from rightful.scim.schemas.resource_types import USER

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

STORED: dict[str, object] = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
    "id": "2819c223-7f76-453a-919d-413861904646",
    "externalId": "701984",
    "userName": "nadia.koch@example.com",
    "name": {
        "formatted": "Ms. Nadia M Koch, III",
        "familyName": "Koch",
        "givenName": "Nadia",
        "middleName": "Marit",
        "honorificPrefix": "Ms.",
        "honorificSuffix": "III",
    },
    "displayName": "Nadia Koch",
    "nickName": "Nad",
    "profileUrl": "https://login.example.com/nadia",
    "emails": [
        {"value": "nadia@example.com", "type": "work", "primary": True},
        {"value": "nadia@koch.example.org", "type": "home"},
    ],
    "addresses": [
        {
            "type": "work",
            "streetAddress": "100 Universal Plaza",
            "locality": "Oslo",
            "region": "OS",
            "postalCode": "0150",
            "country": "NO",
            "formatted": "100 Universal Plaza\n0150 Oslo",
            "primary": True,
        },
        {"type": "home", "streetAddress": "4 Quay", "locality": "Bergen", "postalCode": "5003", "country": "NO"},
    ],
    "phoneNumbers": [{"value": "+47-555-0123", "type": "work"}, {"value": "+47-555-0124", "type": "mobile"}],
    "ims": [{"value": "nadiakoch", "type": "xmpp"}],
    "photos": [{"value": "https://photos.example.com/nadia.png", "type": "photo"}],
    "userType": "Employee",
    "title": "Tour Guide",
    "preferredLanguage": "nb-NO",
    "locale": "nb-NO",
    "timezone": "Europe/Oslo",
    "active": True,
    "groups": [
        {"value": "e9e30dba", "$ref": "https://example.com/v2/Groups/e9e30dba", "display": "Tour Guides"},
        {"value": "fc348aa8", "$ref": "https://example.com/v2/Groups/fc348aa8", "display": "Employees"},
    ],
    "roles": [{"value": "guide", "display": "Guide"}],
    "entitlements": [{"value": "bus"}],
    ENTERPRISE: {
        "employeeNumber": "701984",
        "costCenter": "4130",
        "organization": "Example Studios",
        "division": "Parks",
        "department": "Tours",
        "manager": {"value": "26118915", "$ref": "https://example.com/v2/Users/26118915", "displayName": "Ilse Brandt"},
    },
    "meta": {
        "resourceType": "User",
        "created": "2026-01-23T04:56:22Z",
        "lastModified": "2026-05-13T04:42:34Z",
        "version": 'W/"3694e05e9dff591"',
        "location": "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646",
    },
}

BODY = json.dumps(
    {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [
            {"op": "replace", "path": 'emails[type eq "work"].value', "value": "koch@example.com"},
            {"op": "replace", "path": "name.familyName", "value": "Koch-Roth"},
            {"op": "add", "path": f"{ENTERPRISE}:department", "value": "Harbour"},
            {"op": "replace", "path": "active", "value": False},
        ],
    }
)
MEDIA_TYPE = "application/scim+json"
OracleUser = User[EnterpriseUser]
OraclePatch = PatchOp[OracleUser]


def ours() -> str:
    """Text in, text out, as a function does it under the generic profile."""
    body = parse_body(BODY, MEDIA_TYPE, limit_bytes=1_000_000)
    changed = apply_patch(STORED, read_patch(body), USER)
    return json.dumps(render(changed, USER), separators=(",", ":"))


def ours_for_entra() -> str:
    """The same behind the longest chain of workarounds."""
    chosen = profile("entra")
    body = parse_body(BODY, MEDIA_TYPE, limit_bytes=1_000_000)
    request = chosen.rewrite(ScimRequest("PATCH", "/Users/2819c223", {}, body))
    operations = read_patch(request.body or {}, chosen.patch_rules)
    changed = apply_patch(STORED, operations, USER, chosen.patch_rules)
    return json.dumps(render(changed, USER), separators=(",", ":"))


def theirs() -> str:
    """The same with scim2-models, as its documentation shows it."""
    user = OracleUser.model_validate(STORED)
    patch = OraclePatch.model_validate_json(BODY, scim_ctx=Context.RESOURCE_PATCH_REQUEST)
    patch.patch(user)
    return user.model_dump_json(scim_ctx=Context.RESOURCE_PATCH_RESPONSE)


def microseconds(work: Callable[[], str], repeats: int) -> float:
    """CPU time of one call, averaged over `repeats`."""
    started = time.process_time_ns()
    for _ in range(repeats):
        work()
    return (time.process_time_ns() - started) / repeats / 1000


def main() -> int:
    """Measure, print, and judge by the floor."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--floor", type=float, default=7.0, help="fail under this ratio")
    arguments = parser.parse_args()
    before = copy.deepcopy(STORED)
    mine, oracle = json.loads(ours()), json.loads(theirs())
    if mine != oracle or json.loads(ours_for_entra()) != mine or before != STORED:
        differing = sorted(key for key in {*mine, *oracle} if mine.get(key) != oracle.get(key))
        print(f"the results differ in {differing}: the comparison would mean nothing")
        return 2
    samples: dict[str, list[float]] = {"rightful": [], "rightful, entra profile": [], "scim2-models": []}
    gc.disable()
    for _ in range(arguments.rounds):
        samples["rightful"].append(microseconds(ours, 200))
        samples["rightful, entra profile"].append(microseconds(ours_for_entra, 100))
        samples["scim2-models"].append(microseconds(theirs, 20))
        gc.collect()
    medians = {name: statistics.median(values) for name, values in samples.items()}
    reference = medians["scim2-models"]
    print("PATCH, 4 operations, full enterprise user, body text to answer text (CPU)")
    for name, median in medians.items():
        print(f"  {name:25} {median:9.1f} us   {reference / median:6.1f} x less than scim2-models")
    ratio = reference / medians["rightful"]
    print(f"ratio {ratio:.1f} (floor {arguments.floor:g}, aim 15)")
    return 0 if ratio >= arguments.floor else 1


if __name__ == "__main__":
    sys.exit(main())
