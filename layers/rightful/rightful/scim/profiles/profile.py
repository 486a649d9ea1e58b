"""A profile: what one kind of identity provider sends, and what it wants in answer."""

from dataclasses import dataclass

from rightful.scim.patch.patch import RFC_RULES, PatchRules
from rightful.scim.profiles.request import ScimRequest, Types, Workaround


@dataclass(frozen=True, eq=False, slots=True)
class Profile:
    """A chain of workarounds, applied in order, and settings for the answers.

    patch_answer: 200 with the resource, or 204 without (RFC 7644 section 3.5.2 allows both).
    patch_rules: for `read_patch` and `apply_patch`.
    tolerates_unknown: whether PATCH operations on attributes that nobody knows are left out
        (otherwise 400 invalidPath). POST and PUT ignore unknown attributes in every profile.
    """

    name: str
    types: Types
    workarounds: tuple[Workaround, ...] = ()
    patch_answer: int = 200
    patch_rules: PatchRules = RFC_RULES
    tolerates_unknown: bool = False

    def rewrite(self, request: ScimRequest) -> ScimRequest:
        """Return the request as the RFC would have it. Never raises: what stays wrong is for the engine."""
        for workaround in self.workarounds:
            if workaround.applies(request, self.types):
                request = workaround.rewrite(request, self.types)
        return request
