"""Filters: RFC 7644 section 3.4.2.2, and what identity providers make of them."""

import pytest

from rightful.scim.errors import ScimError
from rightful.scim.filters.equality import equality
from rightful.scim.filters.expressions import MAX_CLAUSES, MAX_DEPTH, MAX_LENGTH, parse_filter
from rightful.scim.filters.matching import compile_filter
from rightful.scim.schemas.resource_types import GROUP, USER, schema_from_dict, user_type
from tests.support.work import lines_run
from tests.unit.scim.builders import CORE, ENTERPRISE, user

BARBARA = user()


def holds(text: str, resource: dict[str, object] = BARBARA) -> bool:
    return compile_filter(parse_filter(text), USER)(resource)


@pytest.mark.parametrize(
    "text",
    [
        'userName eq "BARBARA"',
        'USERNAME Eq "barbara"',
        f'{CORE}:userName eq "barbara"',
        'userName ne "someone"',
        'userName co "ARB"',
        'userName sw "bar"',
        'userName ew "ara"',
        'userName gt "adam"',
        'userName ge "barbara"',
        'userName lt "carl"',
        'userName le "barbara"',
        "title pr",
        "name pr",
        "emails pr",
        "active pr",
        'externalId eq "Ext-1"',
        "active eq true",
        "active eq True",
        "active ne false",
        'name.givenName eq "barbara" and name.familyName eq "JENSEN"',
        'title eq "Chef" or title eq "Guide"',
        'not (title eq "Chef")',
        'title eq "Chef" or title eq "Guide" and active eq true',
        '(title eq "Guide" or title eq "Chef") and active eq true',
        "not(nickName pr)",
        "nickName eq null",
        "title ne null",
        'nickName ne "x"',
        'emails eq "babs@example.org"',
        'emails co "EXAMPLE.ORG"',
        'emails.value ew "example.com"',
        'emails.type eq "home"',
        'emails[type eq "work"]',
        'emails[type eq "work" and value co "@example.com"]',
        'emails[not (type eq "work")]',
        'emails[type eq "work"].value eq "BARBARA@example.com"',
        'emails[type eq "home"].value sw "babs" and active eq true',
        'emails[type eq "home"].primary ne true',
        'emails.display ne "B"',
        'emails.value ne "c@example.com"',
        "emails[primary eq true]",
        'name[familyName eq "Jensen"]',
        f'{ENTERPRISE}:employeeNumber eq "701984"',
        f'{ENTERPRISE.upper()}:MANAGER.value eq "u-9"',
        f'{ENTERPRISE}:manager eq "u-9"',
        f'{ENTERPRISE}:manager[value eq "u-9"]',
        f"{ENTERPRISE} pr",
        'groups.value eq "g-1"',
        f'schemas eq "{ENTERPRISE}"',
        'meta.resourceType eq "User"',
        'meta.created eq "2026-01-01T01:00:00+01:00"',
        'meta.created eq "2026-01-01T00:00:00.0000000Z"',
        'meta.lastModified gt "2026-02-01T10:00:00.4999999Z"',
        'meta.lastModified lt "2026-02-01T10:00:00.5000001Z"',
        'meta.lastModified ge "0001-01-03T00:00:00.0000000Z" and meta.lastModified le "9999-12-31T23:59:59Z"',
        'meta.lastModified gt "0001-01-01T00:00:00+14:00"',
        'meta.created sw "2026-01"',
        'displayName eq "Barbara \\u004aensen"',
    ],
)
def test_the_filter_matches_barbara(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        'userName eq "barb"',
        'userName ne "BARBARA"',
        'externalId eq "ext-1"',
        'id eq "U-1"',
        "active eq false",
        "nickName pr",
        'nickName eq "x"',
        'nickName gt "a"',
        "title eq null",
        'emails[type eq "home" and value co "@example.com"]',
        'emails[type eq "home"].value eq "barbara@example.com"',
        'emails[type eq "other"].value ne "x"',
        'emails.type ne "work"',
        "emails.primary ne true",
        'title eq "Chef" and active eq true or userName eq "x"',
        'not (title eq "Guide" or nickName pr)',
        'meta.created gt "2026-01-01T00:00:00.0000001Z"',
        'meta.created eq "2026-01-01T00:00:00-01:00"',
        f'{ENTERPRISE}:division eq "x"',
    ],
)
def test_the_filter_does_not_match_barbara(text: str) -> None:
    assert not holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "userName",
        "userName eq",
        "userName eq bob",
        'userName xx "bob"',
        'userName eq "bob',
        'userName eq "bob" and',
        'userName eq "bob" userName',
        'and userName eq "bob"',
        '(userName eq "bob"',
        'userName eq "bob")',
        'not userName eq "bob"',
        'emails[type eq "work"',
        "emails[]",
        'emails[type eq "work"] eq "x"',
        'emails[type eq "work"] .value eq "x"',
        'emails[emails[type eq "x"]]',
        '[type eq "x"]',
        '"userName" eq "bob"',
        'userName eq "a\\x"',
        'userName eq "\\ud800"',
        "userName eq 007",
        "userName eq 1e999",
        "userName eq 1_0",
        'shoeSize eq "43"',
        'name.shoe eq "43"',
        'emails[shoe eq "43"]',
        'emails[type eq "work"].shoe eq "43"',
        'urn:ietf:params:scim:schemas:extension:other:2.0:User:x eq "1"',
        'active eq "true"',
        "active gt true",
        "active co true",
        'x509Certificates.value gt "aa"',
        "userName eq 5",
        "userName gt null",
        'meta.created eq "yesterday"',
        'meta.created gt "2026-13-01T00:00:00Z"',
        'name eq "Barbara"',
        'userName[value eq "x"]',
    ],
)
def test_a_filter_that_cannot_be_answered_is_refused(text: str) -> None:
    with pytest.raises(ScimError) as refused:
        compile_filter(parse_filter(text), USER)
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidFilter")


def test_an_unknown_attribute_is_named_even_where_no_resource_is_read() -> None:
    with pytest.raises(ScimError, match="shoeSize"):
        compile_filter(parse_filter('userName eq "x" or shoeSize eq "43"'), USER)


def test_an_unquoted_value_is_answered_with_the_way_out() -> None:
    with pytest.raises(ScimError, match="double quotes"):
        parse_filter("externalId eq jyoung")


def test_a_password_cannot_be_asked_for() -> None:
    with pytest.raises(ScimError) as refused:
        compile_filter(parse_filter('password sw "a"'), USER)
    assert refused.value.scim_type == "sensitive"


def test_in_a_search_over_types_an_unknown_attribute_counts_as_absent() -> None:
    predicate = compile_filter(parse_filter('userName eq "x" or displayName eq "Guides"'), GROUP, beside=[USER])
    assert predicate({"displayName": "Guides"})
    assert not compile_filter(parse_filter("userName pr"), GROUP, beside=[USER])({"displayName": "x"})


def test_numbers_and_simple_lists_of_an_extension_can_be_filtered() -> None:
    urn = "urn:example:scim:badges:1.0:User"
    rt = user_type(
        [
            schema_from_dict(
                {
                    "id": urn,
                    "attributes": [
                        {"name": "level", "type": "integer"},
                        {"name": "tags", "type": "string", "multiValued": True},
                    ],
                }
            )
        ]
    )
    resource = user(**{urn: {"level": 7, "tags": ["Red", "blue"]}})
    for text in (f"{urn}:level gt 6.5", f"{urn}:level le 7", f'{urn}:tags eq "RED"', f'{urn}:tags[value sw "bl"]'):
        assert compile_filter(parse_filter(text), rt)(resource), text
    assert not compile_filter(parse_filter(f"{urn}:level lt 7"), rt)(resource)
    with pytest.raises(ScimError):
        compile_filter(parse_filter(f'{urn}:level eq "7"'), rt)(resource)


@pytest.mark.parametrize(
    ("text", "scim_type"),
    [
        ('userName eq "' + "x" * MAX_LENGTH + '"', "invalidFilter"),
        ("(" * (MAX_DEPTH + 1) + "title pr" + ")" * (MAX_DEPTH + 1), "invalidFilter"),
        (" or ".join(["title pr"] * (MAX_CLAUSES + 1)), "tooMany"),
    ],
)
def test_a_filter_over_a_limit_is_refused(text: str, scim_type: str | None) -> None:
    with pytest.raises(ScimError) as refused:
        parse_filter(text)
    assert refused.value.scim_type == scim_type


@pytest.mark.parametrize("part", ["(", '"', "not(", "\\", "a", "[", ". "])
def test_a_hostile_filter_is_refused_after_work_in_proportion_at_most(part: str) -> None:
    def refused(length: int) -> None:
        with pytest.raises(ScimError):
            parse_filter(('a eq "' if part == "\\" else "") + part * (length // len(part)))

    refused(500)
    few, many = (lines_run(lambda length=length: refused(length)) for length in (800, 8000))
    assert many < 12 * few


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('userName eq "Bob"', ("userName", "Bob")),
        (f'{CORE}:USERNAME eq "Bob"', ("userName", "Bob")),
        ('id eq "1"', ("id", "1")),
        ('externalId eq "e"', ("externalId", "e")),
        ('displayName eq "Guides"', ("displayName", "Guides")),
        ('members eq "u"', ("members.value", "u")),
        ('members[value eq "u"]', ("members.value", "u")),
        ('emails.value eq "a@x.org"', ("emails.value", "a@x.org")),
        ('emails[type eq "work"].value eq "a@x.org"', ("emails.value", "a@x.org")),
        ('emails[type eq "work" and value eq "a@x.org"]', ("emails.value", "a@x.org")),
        ('active eq true and emails.value eq "a@x.org"', ("emails.value", "a@x.org")),
        ('emails.value eq "a@x.org" and userName eq "Bob"', ("userName", "Bob")),
        ('userName eq "a" or userName eq "b"', None),
        ('not (userName eq "a")', None),
        ('userName sw "a"', None),
        ("userName eq null", None),
        ('title eq "Guide"', None),
        ('emails[type eq "work" or value eq "a@x.org"]', None),
        ('emails.type eq "work"', None),
    ],
)
def test_an_equality_that_an_index_can_answer_is_found(text: str, found: tuple[str, str] | None) -> None:
    assert equality(parse_filter(text)) == found


@pytest.mark.parametrize(
    "text", [f'{ENTERPRISE} eq "x"', f'{ENTERPRISE} ne "x"', f'{CORE} co "x"', f'{ENTERPRISE}[department eq "x"]']
)
def test_a_schema_is_nothing_to_compare(text: str) -> None:
    with pytest.raises(ScimError) as refused:
        compile_filter(parse_filter(text), USER)
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidFilter")


@pytest.mark.parametrize("text", ['shoe eq "x"', "shoe pr", 'userName eq "x" or shoe[size eq 1]', "not (shoe eq null)"])
def test_a_search_over_several_types_knows_what_one_of_them_has(text: str) -> None:
    for rt, other in ((USER, GROUP), (GROUP, USER)):
        with pytest.raises(ScimError) as refused:
            compile_filter(parse_filter(text), rt, beside=[other])
        assert (refused.value.status, refused.value.scim_type) == (400, "invalidFilter")
