"""What templates and static files keep: no script and no style of their own, and vendored files as they were read."""

import json
import re
from base64 import b64encode
from hashlib import sha384
from pathlib import Path

import pytest

from rightful.api.console import rendering
from rightful.api.console.static_files import FOLDER, static_name, static_response

TEMPLATES = sorted((Path(rendering.__file__).parent / "templates").glob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_script_no_style_and_escapes_everything(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=[\"']|javascript:|hx-on|hx-vals=.js", text)
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", text)


def test_vendored_files_are_what_their_lock_says() -> None:
    listed = json.loads((FOLDER / "vendored.json").read_text())
    for entry in listed:
        assert entry.keys() == {"file", "name", "version", "licence", "source", "sha384"}
        content = (FOLDER / entry["file"]).read_bytes()
        assert b64encode(sha384(content).digest()).decode() == entry["sha384"], entry["file"]
    own = {"console.css", "console.js", "icon.svg"}
    there = {path.name for path in FOLDER.iterdir()} - {"vendored.json"}
    assert there == own | {entry["file"] for entry in listed}


def test_a_static_file_is_kept_for_good_under_the_name_of_its_content() -> None:
    name = static_name("console.css")
    assert re.fullmatch(r"console\.[0-9a-f]{16}\.css", name)
    response = static_response(name)
    assert response is not None
    assert "immutable" in str(response.headers)
    assert static_response("console.css") is None
    assert static_response("../templates/base.html") is None


def test_the_script_asks_nobody_else_and_keeps_nothing() -> None:
    text = (FOLDER / "console.js").read_text()
    for word in ("localStorage", "sessionStorage", "eval(", "innerHTML", "document.cookie", "http:", "https:"):
        assert word not in text
