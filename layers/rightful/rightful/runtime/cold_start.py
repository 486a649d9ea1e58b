"""What a function imports makes no garbage, and collecting meanwhile is a tenth of its cold start.

    from rightful import cold_start  # isort: split

as a function's first line leaves it out, until `over`.
"""

import gc

gc.disable()


def over() -> None:
    """Everything is imported. It stays, so it is not looked at again either."""
    gc.freeze()
    gc.enable()
