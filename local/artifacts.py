"""Zip files of functions and layers, for the interpreter that runs them here.

MiniStack unpacks all layers anew for each worker that it starts. So the zip of a layer has one line that says where its
content is on this machine: what `sam build` would lay out, with its bytecode.
"""

import fcntl
import hashlib
import io
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

from local.environment import run_uv
from local.paths import ROOT, STATE
from local.problem import LocalProblemError

_LAYERS = STATE / "layers"
_SKIPPED = {"Makefile", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_POINTER = "python/lib/python3/site-packages/content.pth"
"""Python runs it (module site) before the function is imported. A plain path would come last on sys.path, but what a
layer has comes before what the runtime has."""

_used: dict[Path, int] = {}


def function_zip(source: Path) -> bytes:
    """A function's folder, at the root of the zip."""
    return _zipped({path.relative_to(source).as_posix(): path for path in _files(source)})


def layer_zip(source: Path, python: Path) -> bytes:
    """A layer, whose content is the folder's packages and, where it has a requirements.txt, what that lists.

    The content is built once for each state of the folder, and kept as long as a process lives that asked for it.

    Raises:
        LocalProblemError: the requirements cannot be installed, or the source does not compile.
    """
    _LAYERS.mkdir(parents=True, exist_ok=True)
    content = _LAYERS / f"{source.name}-{_fingerprint(source, python)}"
    with (_LAYERS / f".{source.name}.lock").open("w") as lock:
        # Another stack that starts in this folder builds the same; one that was killed left the half of it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not content.exists():
            for old in _LAYERS.glob(f"{source.name}-*"):
                _remove_unless_used(old)
            _build(source, python, content)
        _use(content)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(_POINTER, _EPOCH), f"import sys; sys.path.insert(0, {str(content)!r})\n")
    return buffer.getvalue()


def _use(content: Path) -> None:
    """Hold the content until this process is gone."""
    if content not in _used:
        _used[content] = os.open(content, os.O_RDONLY)
        fcntl.flock(_used[content], fcntl.LOCK_SH)


def _remove_unless_used(content: Path) -> None:
    if not content.is_dir():
        content.unlink()
        return
    folder = os.open(content, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(content)
    except BlockingIOError:
        pass
    finally:
        os.close(folder)


def _build(source: Path, python: Path, content: Path) -> None:
    staging = content.with_suffix(".staging")
    if staging.exists():
        shutil.rmtree(staging)
    shutil.copytree(source, staging, ignore=shutil.ignore_patterns(*_SKIPPED, "requirements.txt", ".*"))
    requirements = source / "requirements.txt"
    if requirements.exists():
        _install(requirements, staging, python)
    _compile(staging, python)
    staging.rename(content)


def _install(requirements: Path, target: Path, python: Path) -> None:
    run_uv(
        "pip",
        "install",
        "--quiet",
        "--python",
        str(python),
        "--target",
        str(target),
        "--requirements",
        str(requirements),
        "--require-hashes",
        "--no-deps",
        purpose="install the packages of the layer",
    )
    for leftover in (target / "bin", target / ".lock"):
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink(missing_ok=True)


def _compile(packages: Path, python: Path) -> None:
    """Write bytecode that is not looked at again: nobody writes into the content."""
    done = subprocess.run(
        [python, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "."],
        cwd=packages,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = " ".join(done.stdout.split()) or " ".join(done.stderr.split())
        raise LocalProblemError(f"The package does not compile: {said.removeprefix('*** ')}")


def _fingerprint(source: Path, python: Path) -> str:
    digest = hashlib.sha256(str(python.resolve()).encode())
    for path in _files(source):
        digest.update(path.relative_to(source).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _files(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and not _SKIPPED & set(path.relative_to(folder).parts)
    )


def _zipped(members: dict[str, Path]) -> bytes:
    """Deterministic, so that equal content is recognised as equal."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, path in sorted(members.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), path.read_bytes())
    return buffer.getvalue()


def source_of(uri: str) -> Path:
    """The folder that a CodeUri or ContentUri of the template names.

    Raises:
        LocalProblemError: there is no such folder.
    """
    folder = ROOT / uri
    if not folder.is_dir():
        raise LocalProblemError(f"template.yaml names {uri}, which is not a folder.")
    return folder
