"""Zip files of functions and layers, as `sam build` lays them out, for the interpreter that runs them here.

Layers carry their bytecode: MiniStack unpacks them anew for each worker that it starts, so nothing compiled at run
time would be kept.
"""

import fcntl
import hashlib
import io
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


def function_zip(source: Path) -> bytes:
    """A function's folder, at the root of the zip."""
    return _zipped({path.relative_to(source).as_posix(): path for path in _files(source)})


def layer_zip(source: Path, python: Path) -> bytes:
    """A layer: the folder's packages under python/ and, where it has a requirements.txt, what that lists.

    Built once for each state of the folder, and kept.

    Raises:
        LocalProblemError: the requirements cannot be installed, or the source does not compile.
    """
    _LAYERS.mkdir(parents=True, exist_ok=True)
    built = _LAYERS / f"{source.name}-{_fingerprint(source, python)}.zip"
    with (_LAYERS / f".{source.name}.lock").open("w") as lock:
        # Another stack that starts in this folder builds the same; one that was killed left the half of it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            for old in _LAYERS.glob(f"{source.name}-*"):
                shutil.rmtree(old) if old.is_dir() else old.unlink()
            _build(source, python, built)
        return built.read_bytes()


def _build(source: Path, python: Path, built: Path) -> None:
    staging = built.with_suffix(".staging")
    shutil.copytree(source, staging / "python", ignore=shutil.ignore_patterns(*_SKIPPED, "requirements.txt", ".*"))
    requirements = source / "requirements.txt"
    if requirements.exists():
        _install(requirements, staging / "python", python)
    _compile(staging / "python", python)
    content = _zipped({path.relative_to(staging).as_posix(): path for path in _files(staging, bytecode=True)})
    partial = built.with_suffix(".partial")
    partial.write_bytes(content)
    partial.rename(built)
    shutil.rmtree(staging)


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
    """Write bytecode that holds without regard to file times: unpacking does not keep them."""
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


def _files(folder: Path, *, bytecode: bool = False) -> list[Path]:
    skipped = _SKIPPED - {"__pycache__"} if bytecode else _SKIPPED
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and not skipped & set(path.relative_to(folder).parts)
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
