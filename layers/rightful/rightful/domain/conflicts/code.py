"""A word that stays for what people are told in a sentence."""

from enum import StrEnum
from string import Formatter
from typing import Self


class Code(StrEnum):
    """A stable code with the pattern of its sentence."""

    pattern: str

    def __new__(cls, code: str, pattern: str = "") -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.pattern = pattern
        return member

    @property
    def parameters(self) -> tuple[str, ...]:
        """What its pattern names."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.pattern) if name)
