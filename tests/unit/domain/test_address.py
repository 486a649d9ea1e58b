"""One canonical form, by which an address has one holder (docs/concepts.md, invariant 1)."""
# ruff: noqa: RUF001 - letters that look alike are what is tested here

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rightful.domain.address import (
    PLACEHOLDER_DOMAIN,
    Address,
    InvalidAddressError,
    canonical_domain,
    parse_address,
    placeholder,
)
from tests.support.work import lines_run

SAME_MAILBOX = [
    ("Ada@example.com", "ada@example.com", "case of the local part does not count"),
    ("ada@EXAMPLE.Com", "ada@example.com", "case of the domain does not count"),
    ("  ada@example.com\t\n", "ada@example.com", "white space around it does not count"),
    ("ada@example.com.", "ada@example.com", "the root's dot does not count"),
    ("STRAẞE@example.com", "straße@example.com", "lower case of the capital sharp s"),
    ("ΣΊΣΥΦΟΣ@example.com", "σίσυφος@example.com", "lower case of the final sigma"),
    ("ａｄａ@example.com", "ada@example.com", "full-width letters are plain ones"),
    ("ｱﾀﾞ@example.com", "アダ@example.com", "half-width letters are plain ones, and compose"),
    ("cafe\u0301@example.com", "café@example.com", "NFC composes"),
    ("ada@bücher.example", "ada@xn--bcher-kva.example", "an internationalised domain"),
    ("ada@BÜCHER.example", "ada@xn--bcher-kva.example", "an internationalised domain in capitals"),
    ("ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example", "its A-label in capitals"),
    ("ada@straße.example", "ada@xn--strae-oqa.example", "IDNA 2008 keeps the sharp s"),
    ("ada@例え。example", "ada@xn--r8jz45g.example", "an ideographic full stop separates labels"),
    ("ada@ｅｘａｍｐｌｅ.com", "ada@example.com", "a full-width domain"),
    ("ada@exa\u200bmple.com", "ada@example.com", "UTS 46 drops what is invisible in a domain"),
]


@pytest.mark.parametrize(("sent", "canonical", "why"), SAME_MAILBOX, ids=[case[2] for case in SAME_MAILBOX])
def test_an_address_has_one_canonical_form(sent: str, canonical: str, why: str) -> None:
    assert parse_address(sent) == Address(sent.strip(), canonical)


DIFFERENT = [
    ("ada+lists@example.com", "ada@example.com"),
    ("a.d.a@example.com", "ada@example.com"),
    ("ada@mail.example.com", "ada@example.com"),
    ("ada@googlemail.com", "ada@gmail.com"),
    ('"ada"@example.com', "ada@example.com"),
    ("\u0430da@example.com", "ada@example.com"),
    ("straße@example.com", "strasse@example.com"),
    ("ﬁona@example.com", "fiona@example.com"),
    ("ada①@example.com", "ada1@example.com"),
    ("ada²@example.com", "ada2@example.com"),
    ("ſam@example.com", "sam@example.com"),
    ("ﬀ@example.com", "ff@example.com"),
    ("Ⅳ@example.com", "iv@example.com"),
    ("ıda@example.com", "ida@example.com"),
    ("σίσυφος@example.com", "σίσυφοσ@example.com"),
    ("ada@straße.example", "ada@strasse.example"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_only_a_mailbox_provider_could_call_the_same_stays_different(one: str, other: str) -> None:
    assert parse_address(one).canonical != parse_address(other).canonical


ADDRESSES = [
    "a@corp.local",
    "a@localhost",
    "o'brien@example.com",
    "!#$%&'*+/=?^_`{|}~-@example.com",
    "..@example.com",
    '"quoted"@example.com',
    "a@1.2.3.4",
    f"{'l' * 64}@example.com",
    f"a@{'d' * 63}.example",
    "\u00df" * 32 + "@example.com",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_deliverability_is_none_of_our_business(text: str) -> None:
    assert parse_address(text).value == text


NO_ADDRESSES = [
    ("", "nothing"),
    ("   ", "white space"),
    ("ada", "no @"),
    ("@example.com", "no local part"),
    ("ada@", "no domain"),
    ("@", "only @"),
    ("a b@example.com", "a space in the local part"),
    ("a\u00a0b@example.com", "a no-break space"),
    ("a\tb@example.com", "a tab"),
    ("a\x00b@example.com", "a control character"),
    ("a\u200bb@example.com", "a zero-width space"),
    ("a\u200d@example.com", "a zero-width joiner"),
    ("a\u202eb@example.com", "a direction override"),
    ("a\u00adb@example.com", "a soft hyphen"),
    ("a\ufe0f@example.com", "a variation selector"),
    ("a\u034f@example.com", "a grapheme joiner"),
    ("\u3164@example.com", "a Hangul filler"),
    ("a\U000e0101@example.com", "a supplementary variation selector"),
    ("a\ufeffb@example.com", "a byte order mark"),
    ("a\ud800@example.com", "an unpaired surrogate"),
    ("ada＠corp@example.com", "a full-width @ in the local part"),
    ("ada＠example.com", "a full-width @ alone"),
    ("a@b@example.com", "two @"),
    ('"a@b"@example.com', "a quoted @"),
    ('"a b"@example.com', "a quoted space"),
    ("ada@example..com", "an empty label"),
    ("ada@.example.com", "a label missing at the front"),
    ("ada@example.com..", "two dots at the end"),
    ("ada@-example.com", "a label that begins with a hyphen"),
    ("ada@example-.com", "a label that ends with a hyphen"),
    ("ada@exa_mple.com", "an underscore"),
    ("ada@exa mple.com", "a space in the domain"),
    ("ada@[192.0.2.1]", "an address literal"),
    ("ada@xn--", "an empty A-label"),
    ("ada@xn--99999999.example", "an A-label that is no Punycode"),
    ("ada@xn--ada.example", "an A-label that is not what its U-label encodes to"),
    ("ada@\u0301a.example", "a label that begins with a mark"),
    ("ada@☃.example", "a symbol in the domain"),
    ("ada@a\ud800.example", "an unpaired surrogate in the domain"),
    (f"{'l' * 65}@example.com", "a local part of 65 octets"),
    ("ß" * 33 + "@example.com", "a local part whose canonical form has 66 octets"),
    ("\u0958" * 11 + "@example.com", "a local part that NFC makes long"),
    ("ada﹫corp@example.com", "a small @ in the local part"),
    ("ada@ example.com", "white space before the domain"),
    ("ada@\u3000example.com", "a wide space before the domain"),
    (f"a@{'d' * 64}.example", "a label of 64 octets"),
    (f"a@{'.'.join(['d' * 60] * 5)}", "a domain of more than 253 octets"),
    (f"{'l' * 64}@{'.'.join(['d' * 47] * 4)}", "an address of 256 octets"),
]


@pytest.mark.parametrize(("text", "why"), NO_ADDRESSES, ids=[case[1] for case in NO_ADDRESSES])
def test_what_is_no_address_is_refused_without_being_repeated(text: str, why: str) -> None:
    with pytest.raises(InvalidAddressError) as refused:
        parse_address(text)
    assert len(text) < 3 or text not in str(refused.value)
    assert str(refused.value)


@given(st.text(max_size=40) | st.builds("{}@{}".format, st.text(max_size=20), st.text(max_size=20)))
@example("İ@example.com")
@example("ᾳ̈@example.com")
@example("ͅ@example.com")
@example("ada@İ.example")
@example("ada@ϐ.example")
@example("a@xn--a-.example")
def test_any_text_is_an_address_or_is_refused_and_canonical_is_canonical_again(text: str) -> None:
    try:
        address = parse_address(text)
    except InvalidAddressError:
        return
    assert parse_address(address.canonical).canonical == address.canonical
    local, _, domain = address.canonical.rpartition("@")
    assert local
    assert "@" not in local
    assert domain.isascii()
    assert domain == domain.lower() == address.domain
    assert len(address.canonical.encode()) <= 254
    assert address.value == text.strip()


@given(st.from_regex(r"[A-Za-z0-9.+_-]{1,20}@[a-z]{1,10}\.[a-z]{2,5}", fullmatch=True))
def test_capitals_never_make_another_address(text: str) -> None:
    assert parse_address(text.upper()).canonical == parse_address(text.lower()).canonical


@pytest.mark.parametrize(("before", "part", "after"), [("", "a", "@example.com"), ("a@", "ü", ""), ("a@", "ü.", "")])
def test_an_enormous_text_is_refused_after_work_in_proportion_at_most(before: str, part: str, after: str) -> None:
    def refused(length: int) -> None:
        with pytest.raises(InvalidAddressError):
            parse_address(before + part * length + after)

    refused(5000)
    long, enormous = (lines_run(lambda length=length: refused(length)) for length in (5000, 250_000))
    assert enormous < 1.2 * 50 * long


def test_a_domain_is_canonical_by_itself_too() -> None:
    assert canonical_domain(" BÜCHER.example. ") == "xn--bcher-kva.example"
    with pytest.raises(InvalidAddressError):
        canonical_domain("")


def test_a_placeholder_is_an_address_that_nobody_can_have() -> None:
    first, second = placeholder("conflict-1"), placeholder("conflict-1", "account-2")
    assert first.is_placeholder
    assert first.domain == PLACEHOLDER_DOMAIN
    assert first != second
    assert parse_address(first.value) == first
    assert parse_address(second.value) == second
    assert not parse_address("ada@example.com").is_placeholder
