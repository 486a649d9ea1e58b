"""Why a setting is refused."""


class SettingsError(Exception):
    """A setting was refused. `field` names it, str(error) says why and what to do; `code` as in the admin API."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


def changed_meanwhile() -> SettingsError:
    """Somebody else was faster with a change of the same settings."""
    return SettingsError("conflict", "Somebody else changed these settings meanwhile. Read them again and repeat.")
