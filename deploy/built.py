"""What was built, and for which processor."""

from pathlib import Path

from deploy.problem import DeployError

_MACHINES = {0xB7: "arm64", 0x3E: "x86_64"}
"""e_machine of an ELF file: EM_AARCH64 and EM_X86_64 (System V ABI, "ELF Header")."""


def check_architecture(folder: Path, architecture: str) -> None:
    """Whether every binary that was built is for that processor.

    Raises:
        DeployError: one is not; a function would not start with it.
    """
    for path in sorted(folder.rglob("*.so")):
        head = path.read_bytes()[:20]
        machine = _MACHINES.get(int.from_bytes(head[18:20], "little")) if head[:4] == b"\x7fELF" else None
        if machine != architecture:
            raise DeployError(
                f"{path.relative_to(folder)} was built for {machine or 'something else'}, not {architecture}."
            )
