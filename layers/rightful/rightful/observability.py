"""Structured logs and metrics. Addresses never reach them; ids do."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE = "Rightful"

logger = Logger()
metrics = Metrics(namespace=NAMESPACE)


def count(name: str, amount: int = 1) -> None:
    """Count something in CloudWatch (embedded metric format: no call is made)."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=amount)


def failed(what: str, error: Exception) -> None:
    """Something could not be done now and is done later, or by a person: counted and logged, with the error's type
    and AWS's code for it only (its text may quote what was sent)."""
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    logger.warning("Not done now", extra={"what": what, "error": type(error).__name__, "code": code})
    count(f"Failed.{what}")
