"""Bodies before any SCIM rule: media types, sizes, JSON that is not what it seems."""

import pytest

from rightful.scim.errors import ScimError
from rightful.scim.requests import MAX_DEPTH, parse_body

JSON = "application/scim+json"


@pytest.mark.parametrize(
    "content_type",
    [JSON, "application/json", "application/scim+json; charset=utf-8", 'Application/JSON;charset="UTF-8"', None, ""],
)
def test_scim_and_json_media_types_are_accepted(content_type: str | None) -> None:
    assert parse_body('{"a": 1}', content_type, limit_bytes=100) == {"a": 1}


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "application/json; charset=latin-1", "application/scim", ";"]
)
def test_another_media_type_is_refused_with_415(content_type: str | None) -> None:
    with pytest.raises(ScimError) as refused:
        parse_body("{}", content_type, limit_bytes=100)
    assert refused.value.status == 415
    assert "application/scim+json" in refused.value.detail


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "",
        "  ",
        "{",
        "[]",
        '"text"',
        "null",
        "{'a': 1}",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        '{"a": ' + "9" * 5000 + "}",
        '{"userName": "a", "username": "b"}',
        '{"name": {"givenName": "a", "givenName": "b"}}',
        '{"a": "\\ud800"}',
        '{"\\udfff": 1}',
        '{"a": "\x01"}',
        '{"a":' * 100_000,
        '{"a":' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}",
        "[" * 100_000 + "]" * 100_000,
        '{"a": 1} {"b": 2}',
    ],
)
def test_what_is_no_clean_json_object_is_invalid_syntax(raw: str | None) -> None:
    with pytest.raises(ScimError) as refused:
        parse_body(raw, JSON, limit_bytes=10_000_000)
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidSyntax")


def test_the_twice_sent_key_is_named() -> None:
    with pytest.raises(ScimError, match="username"):
        parse_body('{"userName": "a", "username": "b"}', JSON, limit_bytes=100)


def test_a_body_over_the_limit_in_bytes_is_refused_with_413() -> None:
    raw = '{"a": "' + "ü" * 50 + '"}'
    assert parse_body(raw, JSON, limit_bytes=109)
    with pytest.raises(ScimError) as refused:
        parse_body(raw, JSON, limit_bytes=108)
    assert refused.value.status == 413


def test_paired_surrogates_are_one_character() -> None:
    assert parse_body('{"a": "\\ud83d\\ude00"}', JSON, limit_bytes=100) == {"a": "\U0001f600"}


def test_the_deepest_legal_body_is_read() -> None:
    raw = '{"a":' + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1) + "}"
    assert "a" in parse_body(raw, JSON, limit_bytes=1000)


@pytest.mark.parametrize("number", ["9" * 6000, "-" + "9" * 400, "1e999"])
def test_a_number_that_is_too_large_is_named_in_words_of_ours(number: str) -> None:
    with pytest.raises(ScimError, match="is too large") as refused:
        parse_body(f'{{"a": {number}}}', JSON, limit_bytes=10_000)
    assert "int_max_str_digits" not in refused.value.detail
    assert len(refused.value.detail) < 120
