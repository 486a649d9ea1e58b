"""What directories are called where several stand together. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rightful.api.console.call import Document
from rightful.api.console.pages.directories.connect_fields import GUIDES


def labels_of(directories: Sequence[Document]) -> Mapping[str, str]:
    """Each by its name; where two have the same one, with its identity provider, and where that is the same, too, with
    the end of its id.

    Args:
        directories: all of the organization, as the admin API has them.

    Returns:
        Their ids -> what they are called, in the order in which they came.
    """
    names = {str(each["id"]): str(each["name"]) for each in directories}
    profiles = {str(each["id"]): GUIDES[str(each["profile"])].name for each in directories}
    for tail in (profiles, {each: each[-4:] for each in names}):
        met = Counter(_folded(name) for name in names.values())
        names = {each: f"{name} ({tail[each]})" if met[_folded(name)] > 1 else name for each, name in names.items()}
    return names


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
