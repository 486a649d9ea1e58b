"""What others wrote and is kept here is what its lock says, to the last byte, and all of it is in the lock."""

import base64
import hashlib
import json
from pathlib import Path

FOLDER = Path(__file__).parent / "vendored"
LOCK = json.loads((FOLDER / "lock.json").read_text())


def test_every_vendored_file_is_the_one_of_its_lock_with_its_version_and_licence() -> None:
    for name, entry in LOCK.items():
        content = (FOLDER / name).read_bytes()
        assert base64.b64encode(hashlib.sha384(content).digest()).decode() == entry["sha384"], name
        assert f"v{entry['version']}".encode() in content[:200]
        assert entry["source"].endswith(f"/{entry['package']}/v/{entry['version']}")
        first = (FOLDER / entry["licence_files"][0]).read_text()[:200]
        assert (entry["licence"], "Mozilla Public License" in first) == ("MPL-2.0", True)


def test_nothing_else_is_vendored() -> None:
    locked = {"lock.json", *LOCK, *(file for entry in LOCK.values() for file in entry["licence_files"])}
    assert {path.name for path in FOLDER.iterdir()} == locked
