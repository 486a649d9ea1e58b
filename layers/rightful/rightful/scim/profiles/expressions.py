"""Workarounds about filters, in the query, in `.search` bodies and in PATCH paths.

A filter that the grammar does not have cannot be parsed before it is mended, so these work on its
tokens: (path, operator, value) triples are found by their order alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rightful.scim.filters.expressions import MAX_LENGTH, OPERATORS
from rightful.scim.filters.lexer import STRING, WORD, Token, number_value, tokens
from rightful.scim.filters.paths import locate
from rightful.scim.profiles.names import current_urn, qualified, renamed
from rightful.scim.profiles.request import ScimRequest, Types, each_operation, is_patch, key_of
from rightful.scim.schemas.attributes import Attribute, ResourceType

_JOINS = frozenset({"and", "or"})

RenamePath = Callable[[str, ResourceType], str]
ChangeLiteral = Callable[["Attribute | None", str], str]


def _same_path(path: str, _rt: ResourceType) -> str:
    return path


def _same_literal(_attribute: Attribute | None, literal: str) -> str:
    return literal


def rewrite_filter(
    text: str,
    rt: ResourceType,
    *,
    rename: RenamePath = _same_path,
    change: ChangeLiteral = _same_literal,
) -> str:
    """Return the filter or path `text` with paths renamed and literals changed; as it is if it has no such shape."""
    if len(text) > MAX_LENGTH:
        return text
    try:
        found = tokens(text)
    except ValueError:
        return text
    return _Rewriting(text, found, rt, rename, change).result()


class _Rewriting:
    """One pass over the tokens; `_context` is the attribute whose brackets are open."""

    def __init__(
        self, text: str, found: list[Token], rt: ResourceType, rename: RenamePath, change: ChangeLiteral
    ) -> None:
        self._text = text
        self._tokens = found
        self._rt = rt
        self._rename = rename
        self._change = change
        self._context: Attribute | None = None
        self._closed: Attribute | None = None
        self._parts: list[str] = []
        self._copied = 0

    def result(self) -> str:
        place = 0
        while place < len(self._tokens):
            place = self._step(place)
        return "".join(self._parts) + self._text[self._copied :]

    def _step(self, place: int) -> int:
        token = self._tokens[place]
        following = self._tokens[place + 1] if place + 1 < len(self._tokens) else None
        if token.kind == "]":
            self._closed, self._context = self._context, None
        if token.kind != WORD or token.text.lower() in _JOINS:
            return place + 1
        if following is not None and following.kind == "[":
            name = self._renamed(token)
            target = locate(name, self._rt)
            self._context = target.attribute if target is not None else None
            return place + 2
        if following is None or following.kind != WORD or following.text.lower() not in OPERATORS:
            return place + 1
        attribute = self._attribute(token)
        return self._literal(attribute, place + 2)

    def _renamed(self, token: Token) -> str:
        name = self._rename(token.text, self._rt)
        if name != token.text:
            self._put(token.start, token.end, name)
        return name

    def _attribute(self, token: Token) -> Attribute | None:
        if self._context is not None:
            return self._context.by_name.get(token.text.lower())
        if token.text.startswith(".") and self._closed is not None:
            return self._closed.by_name.get(token.text[1:].lower())
        target = locate(self._renamed(token), self._rt)
        if target is None:
            return None
        return target.sub or target.attribute

    def _literal(self, attribute: Attribute | None, place: int) -> int:
        """Change the literal that starts at `place`; words without quotes are one literal up to `and` or `or`."""
        if place >= len(self._tokens):
            return place
        first = last = self._tokens[place]
        place += 1
        if first.kind not in {WORD, STRING}:
            return place - 1
        while first.kind == WORD and place < len(self._tokens):
            token = self._tokens[place]
            if token.kind != WORD or token.text.lower() in _JOINS:
                break
            last = token
            place += 1
        literal = self._text[first.start : last.end]
        changed = self._change(attribute, literal)
        if changed != literal:
            self._put(first.start, last.end, changed)
        return place

    def _put(self, start: int, end: int, text: str) -> None:
        self._parts += [self._text[self._copied : start], text]
        self._copied = end


@dataclass(frozen=True, slots=True)
class FilterWorkaround:
    """A workaround that renames paths or changes literals in every filter of a request."""

    rename: RenamePath = _same_path
    change: ChangeLiteral = _same_literal

    def __call__(self, request: ScimRequest, types: Types) -> ScimRequest:
        for rt in types.searched_by(request):
            request = self._rewritten(request, rt)
        return request

    def _rewritten(self, request: ScimRequest, rt: ResourceType) -> ScimRequest:
        if is_patch(request):
            return each_operation(request, lambda operation: renamed(operation, rt, self._mend_path))
        if "filter" in request.query:
            filters = tuple(self._mend(text, rt) for text in request.query["filter"])
            request = replace(request, query={**request.query, "filter": filters})
        if request.body is not None and request.path.lower().endswith("/.search"):
            key = key_of(request.body, "filter") or "filter"
            text = request.body.get(key)
            if isinstance(text, str):
                request = replace(request, body={**request.body, key: self._mend(text, rt)})
        return request

    def _mend_path(self, text: str, rt: ResourceType) -> str:
        return self._mend(text, rt) if "[" in text else text

    def _mend(self, text: str, rt: ResourceType) -> str:
        return rewrite_filter(text, rt, rename=self.rename, change=self.change)


def quote_bare_literal(attribute: Attribute | None, literal: str) -> str:
    """`externalId eq jyoung`, `meta.Created gt 2015-10-10T14:38:21.8617979-07:00`, `userName eq 'bob'`.

    Source: Microsoft Learn, "Develop and plan provisioning for a SCIM endpoint" (the sample
    without quotes) and the Postman collection of AzureAD/SCIMReferenceCode.
    """
    if literal.startswith('"') or literal.lower() in {"true", "false", "null"}:
        return literal
    if number_value(literal) is not None and (attribute is None or attribute.type in {"integer", "decimal"}):
        return literal
    if len(literal) > 1 and literal[0] == literal[-1] == "'":
        literal = literal[1:-1]
    return '"' + literal.replace("\\", "\\\\").replace('"', '\\"') + '"'


def boolean_literal(attribute: Attribute | None, literal: str) -> str:
    """`active eq "True"`, `emails[primary eq "True"].value`: a boolean in quotes.

    Source: Entra's expression mappings, such as `roles[primary eq "True"].value` (Microsoft Learn,
    "Develop and plan provisioning for a SCIM endpoint").
    """
    if attribute is not None and attribute.type == "boolean" and literal.startswith('"'):
        inner = literal.strip('"').strip().lower()
        return inner if inner in {"true", "false"} else literal
    return literal


BARE_LITERALS = FilterWorkaround(change=quote_bare_literal)
BOOLEAN_LITERALS = FilterWorkaround(change=boolean_literal)
QUALIFIED_NAMES = FilterWorkaround(rename=qualified)
CURRENT_URNS = FilterWorkaround(rename=current_urn)


def plus_for_blank(request: ScimRequest, _types: Types) -> ScimRequest:
    """`filter=userName+eq+%22bob%22`: a plus that reached us as one, where a blank was meant.

    Only where the filter has no blank outside its strings, so that no filter that could be read
    changes. Source: OneLogin "SCIM v2 Enterprise" connector (goauthentik/authentik issue 11249);
    API Gateway hands the plus on.
    """
    if not any("+" in text for text in request.query.get("filter", ())):
        return request
    filters = tuple(_blanks_for_plus(text) for text in request.query["filter"])
    return replace(request, query={**request.query, "filter": filters})


def _blanks_for_plus(text: str) -> str:
    pieces = text.split('"')
    if any(" " in piece for piece in pieces[::2]):
        return text
    pieces[::2] = [piece.replace("+", " ") for piece in pieces[::2]]
    return '"'.join(pieces)


def empty_parameters(request: ScimRequest, _types: Types) -> ScimRequest:
    """`?filter=userName eq "bob"&`: a parameter without name, or without value.

    Source: OneLogin "SCIM v2 Enterprise" connector (goauthentik/authentik issue 11249).
    """
    if "" not in request.query:
        return request
    return replace(request, query={name: values for name, values in request.query.items() if name})
