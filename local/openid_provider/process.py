"""The process of the local OpenID provider."""

import os
import sys

from local.paths import ROOT
from local.server import Server


class OpenIdProvider(Server):
    """One running provider. It knows no state from before, and signs with a key of its own."""

    def __init__(self) -> None:
        """Start it, on a free port."""
        super().__init__("OpenID provider")
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        self.start(
            [sys.executable, "-m", "local.openid_provider", str(self.port)],
            {
                **kept,
                # Else it answers over https alone.
                "AUTHLIB_INSECURE_TRANSPORT": "1",
                "HOME": str(self.folder),
                "PYTHONPATH": str(ROOT),
                "PYTHONUNBUFFERED": "1",
                "TMPDIR": str(self.folder),
            },
        )

    @property
    def issuer(self) -> str:
        """How it names itself, and where its discovery document is."""
        return self.url

    def wait(self) -> None:
        """Wait until it answers.

        Raises:
            LocalProblemError: it does not.
        """
        self.wait_until_ready("/.well-known/openid-configuration")
