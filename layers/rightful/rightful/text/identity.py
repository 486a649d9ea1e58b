"""Who is who: when a value identifies somebody, and when two values are the same person's. Pure.

Identity providers send what their directory has in a field, also where it has nothing: a blank, or what somebody once
typed or programmed to fill it (`N/A`, `0000`, `-`). RFC 7643 section 2.5 knows no such value as an unassigned one, but
whoever took it for an identifier would make one person of all who have it. So it is stored and shown as it was sent,
and wherever a value has to say who somebody is, it says nothing.
"""

import re
import unicodedata

from rightful.text.folding import lowered

_OF_PROGRAMS = {
    "null", "nil", "nul", "none", "nan", "undefined", "undef", "void", "empty", "blank", "missing", "default",
    "objectobject", "true", "false", "yes", "no",
}  # fmt: skip
"""What programs put for nothing, and spreadsheets and templates that were told to."""
_OF_PEOPLE = {
    "na", "notapplicable", "notavailable", "notassigned", "notset", "notspecified", "notprovided", "notknown",
    "notdefined", "notfound", "unassigned", "unspecified", "unset", "unknown", "unk", "unavailable", "novalue",
    "nodata", "nonumber", "noid", "nothing", "noone", "nobody",
}  # fmt: skip
"""What people put for it (`N/A`, `not applicable`, `n.a.`)."""
_FOR_LATER = {
    "tbd", "tba", "tbc", "tbs", "todo", "pending", "tobedetermined", "tobeannounced", "tobeconfirmed",
    "tobedefined", "tobeassigned", "test", "testing", "dummy", "sample", "example", "placeholder", "fixme",
    "changeme", "temp", "tmp",
}  # fmt: skip
"""What stands there until somebody knows better, or was left by whoever tried."""
_ELSEWHERE = {
    "keine", "keiner", "keines", "ka", "unbekannt", "entfällt", "leer", "nichtzutreffend", "nichtvorhanden",
    "nv", "nvt", "geen", "onbekend", "leeg", "aucun", "aucune", "néant", "inconnu", "inconnue", "sansobjet",
    "so", "nonapplicable", "nondéfini", "nonrenseigné", "nr", "vide", "ninguno", "ninguna", "desconocido",
    "noaplica", "sindato", "sindatos", "sinasignar", "vacío", "nenhum", "nenhuma", "desconhecido",
    "nãoaplicável", "nãoinformado", "nessuno", "nessuna", "sconosciuto", "nondisponibile", "nonapplicabile",
    "vuoto", "brak", "nieznany", "niedotyczy", "ingen", "okänd", "saknas", "ukendt", "ukjent", "puuttuu", "нет",
    "неизвестно", "なし", "不明", "無", "无", "未知", "없음",
}  # fmt: skip
"""The same in other languages."""
FILLERS = frozenset(_OF_PROGRAMS | _OF_PEOPLE | _FOR_LATER | _ELSEWHERE)
"""Texts that stand for nothing, in their letters and digits alone. What else does has a rule: see `_is_filler`."""

_SPREADSHEET_ERROR = re.compile(r"#(ref|value|name|null|num|div/0|spill|calc)[!?]")
_UNFILLED = re.compile(r"\$\{.*\}|\$\(.*\)|\{\{.*\}\}|\{[a-z_. ]+\}|<[^<>]*>|%[a-z_.]+%|\[[a-z_. ]+\]")
"""A template that nothing was put into: `${user.employeeNumber}`, `{{id}}`, `{id}`, `<none>`, `%EMPLOYEE_ID%`."""
_ROUNDED = re.compile(r"\d([.,]\d+)?e\+\d+")
"""What a spreadsheet makes of a long number: `1.23457E+11` is what many numbers are rounded to."""
_SAME_SIGN = 6
_NINES = re.compile("9{4,}")
_IGNORABLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")


def is_invisible(character: str) -> bool:
    """Whether a character shows nothing: white space, control and format characters (zero-width ones among them), and
    letters and marks that are never drawn (Unicode's Default_Ignorable_Code_Point, and the empty Braille cell)."""
    return (
        unicodedata.category(character) in {"Zs", "Zl", "Zp", "Cc", "Cf"}
        or character in _IGNORABLE
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0000" <= character <= "\U000e0fff"
    )


def trimmed(text: str) -> str:
    """A text without what shows nothing at its ends."""
    start, end = 0, len(text)
    while start < end and is_invisible(text[start]):
        start += 1
    while end > start and is_invisible(text[end - 1]):
        end -= 1
    return text[start:end]


def identifier(value: object) -> str | None:
    """What an externalId says of who somebody is, in its own case (RFC 7643 section 3.1: caseExact); None: nothing, it
    is unassigned, blank or a filler."""
    if not isinstance(value, str):
        return None
    text = trimmed(value)
    return None if not text or _is_filler(text) else text


def employee_number(value: object) -> str | None:
    """The same for an employeeNumber, which has a digit besides zero in it ("typically based on order of hire", RFC
    7643 section 4.3): `contractor`, `see HR` and `extern` are no numbers in any language."""
    number = identifier(value)
    return number if number is not None and any(map(_counts, number)) else None


def same_but_for_case(one: str, other: str) -> bool:
    """Whether two names differ in nothing but case and white space around them, to the letter.

    Names that only one may have are compared more widely (`folding.fold`: width). That is enough to refuse one because
    of the other, and not enough to take the one who has it for the one who asks.
    """
    return in_one_case(one) == in_one_case(other)


def in_one_case(name: str) -> str:
    """The form of a name that says who somebody is, where nothing better does: nothing but case and white space around
    it is taken away."""
    return lowered(name.strip())


def _counts(character: str) -> bool:
    return unicodedata.digit(character, 0) > 0


def _is_filler(text: str) -> bool:
    """Whether a text stands for nothing: no letter or digit (`-`, `?`), nothing but zeros and x (`0000`, `xxx`), one
    sign six times or more (the nil and the max UUID, `AAAAAA==`), four nines or more, or words (`N/A`, `null null`)."""
    lower = unicodedata.normalize("NFKC", text).lower()
    if any(pattern.fullmatch(lower) for pattern in (_SPREADSHEET_ERROR, _UNFILLED, _ROUNDED)):
        return True
    bare = _bare(lower)
    repeated = len(bare) >= _SAME_SIGN and len(set(bare)) == 1
    if set(bare) <= {"0", "x"} or repeated or _NINES.fullmatch(bare):
        return True
    return bare in FILLERS or all(word in FILLERS for word in lower.split())


def _bare(lower: str) -> str:
    """Letters and digits alone: `N/A`, `n.a.` and `(na)` are one filler."""
    digits = (str(unicodedata.decimal(each)) if each.isdecimal() else each for each in lower if each.isalnum())
    return "".join(digits)
