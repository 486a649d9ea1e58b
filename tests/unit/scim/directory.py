"""A directory in memory: what the engine does with a request, without storage, tokens or claims.

It answers like the real service as far as the protocol goes, so that a request shape can be
followed from its URL to the resource that comes out of it.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from rightful.scim.errors import ScimError, not_found, uniqueness
from rightful.scim.filters.matching import compile_filter
from rightful.scim.listing import list_response, read_list_query
from rightful.scim.patch.member_plan import plan_members
from rightful.scim.patch.members import member_to_dict, take_members
from rightful.scim.patch.patch import apply_patch, read_patch
from rightful.scim.profiles import ScimRequest, profile
from rightful.scim.rendering import render
from rightful.scim.resources import read_create, read_replace
from rightful.scim.schemas.attributes import ResourceType, Schema
from rightful.scim.schemas.resource_types import GROUP, USER, user_type

Resource = dict[str, object]
Answer = tuple[int, Resource | None]


class Directory:
    """Users and groups of one identity provider; ids count up."""

    def __init__(self, profile_name: str, extensions: tuple[Schema, ...] = ()) -> None:
        self.profile = profile(profile_name, extensions)
        self.types = {"users": user_type(extensions) if extensions else USER, "groups": GROUP}
        self.resources: dict[str, dict[str, Resource]] = {"users": {}, "groups": {}}

    def request(self, method: str, url: str, body: Resource | None = None) -> Answer:
        """Answer a request with a URL as a client writes it, plus signs and percent signs included."""
        path, _, query = url.partition("?")
        parameters: dict[str, tuple[str, ...]] = {}
        for name, value in parse_qsl(query.replace("+", "%2B"), keep_blank_values=True):
            parameters[name] = (*parameters.get(name, ()), value)
        if query.endswith("&"):
            parameters[""] = ("",)
        try:
            return self._answer(self.profile.rewrite(ScimRequest(method, path, parameters, body)))
        except ScimError as error:
            return error.status, error.body()

    def _answer(self, request: ScimRequest) -> Answer:
        kind, _, identifier = request.path.lstrip("/").partition("/")
        kind = kind.lower()
        rt, stored = self.types[kind], self.resources[kind]
        body = request.body or {}
        if request.method == "POST":
            return 201, self._store(kind, rt, read_create(body, rt))
        if not identifier:
            return 200, self._list(rt, stored, request.query)
        if identifier not in stored:
            raise not_found(f"{rt.name} {identifier} does not exist.")
        current = stored[identifier]
        if request.method == "PUT":
            stored[identifier] = self._with_members(read_replace(body, current, rt), rt)
        elif request.method == "PATCH":
            stored[identifier] = self._patched(current, body, rt)
            if self.profile.patch_answer == 204:
                return 204, None
        query = read_list_query(request.query)
        return 200, render(stored[identifier], rt, attributes=query.attributes, excluded=query.excluded)

    def _store(self, kind: str, rt: ResourceType, resource: Resource) -> Resource:
        stored = self.resources[kind]
        name = resource.get("userName")
        if name is not None and any(other.get("userName") == name for other in stored.values()):
            raise uniqueness("userName", str(name))
        identifier = f"{kind[0]}{len(stored) + 1}"
        meta = {"resourceType": rt.name, "lastModified": "2025-06-01T00:00:00Z"}
        stored[identifier] = self._with_members({**resource, "id": identifier, "meta": meta}, rt)
        return stored[identifier]

    def _with_members(self, resource: Resource, rt: ResourceType) -> Resource:
        if rt is not GROUP:
            return resource
        head, members = take_members(resource)
        return {**head, "members": [member_to_dict(member) for member in members]} if members else head

    def _patched(self, current: Resource, body: Resource, rt: ResourceType) -> Resource:
        rules = self.profile.patch_rules
        operations = read_patch(body, rules)
        if rt is not GROUP:
            return apply_patch(current, operations, rt, rules)
        plan = plan_members(operations)
        head, members = take_members(current)
        if plan.replace_all is not None:
            left = {member.value: member for member in plan.replace_all}
        else:
            left = {m.value: m for m in members if m.value not in plan.remove}
            for member in plan.add:
                left.setdefault(member.value, member)
        left = {value: member for value, member in left.items() if not plan.removes(member)}
        head = apply_patch(head, plan.head_operations, rt, rules)
        return {**head, "members": [member_to_dict(plan.shown(member)) for member in left.values()]} if left else head

    def _list(self, rt: ResourceType, stored: Mapping[str, Resource], query: Mapping[str, tuple[str, ...]]) -> Resource:
        wanted = read_list_query(query)
        found = list(stored.values())
        if wanted.filter is not None:
            found = list(filter(compile_filter(wanted.filter, rt), found))
        page = found[wanted.start_index - 1 :][: wanted.count]
        shown = [render(resource, rt, attributes=wanted.attributes, excluded=wanted.excluded) for resource in page]
        return list_response(shown, total=len(found), start_index=wanted.start_index)
