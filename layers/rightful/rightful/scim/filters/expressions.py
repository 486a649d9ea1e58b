"""Filters as data: the syntax tree of RFC 7644 section 3.4.2.2, and its parser.

Recursive descent over the tokens, one look ahead, no backtracking. Length, depth and clause count
are bounded, so a hostile filter costs no more than a long honest one.
"""

from dataclasses import dataclass
from functools import lru_cache

from rightful.scim.errors import invalid_filter, too_many
from rightful.scim.filters.lexer import STRING, WORD, Token, number_value, string_value, tokens

MAX_LENGTH = 8192
MAX_DEPTH = 24
MAX_CLAUSES = 100
OPERATORS = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"})

Literal = str | bool | int | float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`path op value`; the path as the client wrote it, the operator in lower case."""

    path: str
    op: str
    value: Literal


@dataclass(frozen=True, slots=True)
class Present:
    """`path pr`."""

    path: str


@dataclass(frozen=True, slots=True)
class And:
    """All of `clauses` hold."""

    clauses: "tuple[Filter, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """One of `clauses` holds."""

    clauses: "tuple[Filter, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """`clause` does not hold."""

    clause: "Filter"


@dataclass(frozen=True, slots=True)
class ValuePath:
    """`path[filter]`: one value of a multi-valued attribute meets the whole filter.

    `then` is the comparison after the bracket in `emails[type eq "work"].value eq "x"`. The
    grammar of the RFC does not have it, Entra and others send it; it holds for the same value.
    """

    path: str
    filter: "Filter"
    then: Comparison | Present | None = None


Filter = Comparison | Present | And | Or | Not | ValuePath


def parse_filter(text: str) -> Filter:
    """Return the syntax tree of `text`. Attribute names are not looked up here (see matching.py).

    Raises:
        ScimError: 400 invalidFilter (what is wrong and where; too long; too deep) or tooMany (more than MAX_CLAUSES
            comparisons).
    """
    check_length(text)
    parser = Parser(text)
    parsed = parser.any_of()
    parser.end()
    return parsed


def check_length(text: str) -> None:
    """Refuse a filter that is too long to be looked at."""
    if len(text) > MAX_LENGTH:
        raise invalid_filter(f"The filter is longer than {MAX_LENGTH} characters: ask for less at once.")


class Parser:
    """Reads one expression from the left; `position` is the next token."""

    __slots__ = ("_clauses", "_depth", "_in_brackets", "_tokens", "position")

    def __init__(self, text: str) -> None:
        try:
            self._tokens = tokens(text)
        except ValueError as broken:
            raise invalid_filter(f"The filter cannot be read: {broken}.") from None
        self.position = 0
        self._depth = 0
        self._clauses = 0
        self._in_brackets = False

    def peek(self) -> Token | None:
        """Return the next token without taking it."""
        return self._tokens[self.position] if self.position < len(self._tokens) else None

    def take(self, expected: str) -> Token:
        """Return the next token; `expected` says what should stand there."""
        token = self.peek()
        if token is None:
            raise invalid_filter(f"The filter ends where {expected} should follow.")
        self.position += 1
        return token

    def end(self) -> None:
        """Make sure that nothing is left."""
        token = self.peek()
        if token is not None:
            raise _unexpected(token, "'and', 'or' or the end")

    def any_of(self) -> Filter:
        """Read clauses joined by `or`, which binds less than `and`."""
        clauses = [self._all_of()]
        while self._take_word("or"):
            clauses.append(self._all_of())
        return clauses[0] if len(clauses) == 1 else Or(tuple(clauses))

    def _all_of(self) -> Filter:
        clauses = [self._clause()]
        while self._take_word("and"):
            clauses.append(self._clause())
        return clauses[0] if len(clauses) == 1 else And(tuple(clauses))

    def _take_word(self, word: str) -> bool:
        token = self.peek()
        if token is None or token.kind != WORD or token.text.lower() != word:
            return False
        self.position += 1
        return True

    def _clause(self) -> Filter:
        token = self.take("a comparison")
        if token.kind == "(":
            return self._group()
        if token.kind != WORD:
            raise _unexpected(token, "an attribute name")
        following = self.peek()
        if following is not None and following.kind == "(" and token.text.lower() == "not":
            self.position += 1
            return Not(self._group())
        if following is not None and following.kind == "[":
            self.position += 1
            return self._value_path(token)
        return self._comparison(token.text)

    def _group(self) -> Filter:
        self._deeper()
        inner = self.any_of()
        self._close(")")
        return inner

    def _value_path(self, attribute: Token) -> ValuePath:
        inner = self.value_filter()
        sub = self.sub_attribute()
        return ValuePath(attribute.text, inner, None if sub is None else self._comparison(sub))

    def value_filter(self) -> Filter:
        """Read the filter of a value path; its opening bracket is already taken."""
        if self._in_brackets:
            raise invalid_filter(
                "A filter in square brackets cannot hold another one: join comparisons by 'and' or 'or'."
            )
        self._deeper()
        self._in_brackets = True
        inner = self.any_of()
        self._close("]")
        self._in_brackets = False
        return inner

    def sub_attribute(self) -> str | None:
        """Read `.name` right after a closing bracket, if it is there."""
        token = self.peek()
        if token is None or token.kind != WORD or not token.text.startswith("."):
            return None
        if token.start != self._tokens[self.position - 1].end or len(token.text) == 1:
            raise _unexpected(token, "a sub-attribute right after the bracket")
        self.position += 1
        return token.text[1:]

    def _comparison(self, path: str) -> Comparison | Present:
        self._clauses += 1
        if self._clauses > MAX_CLAUSES:
            raise too_many(f"The filter has more than {MAX_CLAUSES} comparisons: ask for less at once.")
        operator = self.take("an operator")
        op = operator.text.lower()
        if op == "pr":
            return Present(path)
        if op not in OPERATORS:
            raise _unexpected(operator, "one of eq, ne, co, sw, ew, gt, ge, lt, le, pr")
        return Comparison(path, op, _literal(self.take("a value")))

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise invalid_filter(
                f"The filter has more than {MAX_DEPTH} brackets within each other: write a simpler one."
            )

    def _close(self, bracket: str) -> None:
        token = self.take(f"'{bracket}'")
        if token.kind != bracket:
            raise _unexpected(token, f"'and', 'or' or '{bracket}'")
        self._depth -= 1


_CONSTANTS: dict[str, Literal] = {"true": True, "false": False, "null": None}


def _literal(token: Token) -> Literal:
    if token.kind == STRING:
        try:
            return string_value(token)
        except ValueError as broken:
            raise invalid_filter(f"The string at character {token.start + 1} cannot be read: {broken}.") from None
    if token.kind != WORD:
        raise _unexpected(token, "a value")
    constant = token.text.lower()
    if constant in _CONSTANTS:
        return _CONSTANTS[constant]
    number = number_value(token.text)
    if number is None:
        raise invalid_filter(
            f"{token.text[:64]!r} at character {token.start + 1} is no value: write a string in double quotes."
        )
    return number


def _unexpected(token: Token, wanted: str) -> Exception:
    return invalid_filter(f"{token.text[:64]!r} at character {token.start + 1}: {wanted} should stand there.")


@lru_cache(maxsize=1024)
def number_of_clauses(parsed: Filter | None) -> int:
    """How many comparisons a filter has: what an evaluation costs."""
    match parsed:
        case None:
            return 0
        case And(clauses) | Or(clauses):
            return sum(number_of_clauses(clause) for clause in clauses)
        case Not(clause):
            return number_of_clauses(clause)
        case _:
            return 1
