"""An address that is wanted, and what is answered where somebody has it."""

from collections.abc import Callable

import pytest

from rightful.scim.errors import ScimError
from tests.support.answers import taken
from tests.support.builders import a_user
from tests.support.provisioned import ProvisionedDirectory

WANTED = "Wanted@example.com"
CANONICAL = "wanted@example.com"
BODY = taken("email", WANTED)


def refused_by(use: Callable[[], object]) -> ScimError:
    with pytest.raises(ScimError) as refused:
        use()
    return refused.value


def colleague(idp: ProvisionedDirectory) -> None:
    """Another active user of the directory has the address."""
    idp.create(a_user("holder", CANONICAL))
