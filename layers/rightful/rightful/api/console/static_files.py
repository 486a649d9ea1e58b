"""Static files of the console: each under a name with the hash of its content, which browsers keep for good."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from rightful.api.request import Response

FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file, under its hashed name."""

    content: str
    content_type: str


@cache
def _files() -> dict[str, tuple[str, StaticFile]]:
    """Plain name -> hashed name and file."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in _TYPES:
            content = path.read_text(encoding="utf-8")
            digest = sha256(content.encode()).hexdigest()[:16]
            found[path.name] = (f"{path.stem}.{digest}{path.suffix}", StaticFile(content, _TYPES[path.suffix]))
    return found


def static_name(name: str) -> str:
    """The hashed name of a file.

    Raises:
        KeyError: there is no such file.
    """
    return _files()[name][0]


def static_response(hashed: str) -> Response | None:
    """The file of a hashed name; None: there is none."""
    for name, file in _files().values():
        if name == hashed:
            kept = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
            return Response(200, file.content, kept, file.content_type)
    return None
