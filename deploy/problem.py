"""Why a deployment cannot be done."""


class DeployError(Exception):
    """Why, and what to do instead, in one or two sentences."""
