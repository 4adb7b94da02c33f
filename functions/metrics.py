"""Metrics that CloudWatch reads from the log (embedded metric format)."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

NAMESPACE = "Augury"
"""CloudWatch's namespace of all metrics of Augury."""


def write_counts(counts: Mapping[str, int], dimensions: Mapping[str, str], metadata: Mapping[str, str]) -> None:
    """Write counts to the log.

    Parameters
    ----------
    counts : mapping of str to int
        By the metric's name.
    dimensions : mapping of str to str
        What the metrics are told apart by; each combination of values is a metric to pay.
    metadata : mapping of str to str
        What else stands in the log line, where queries find it.
    """
    # An empty service is no dimension; by default it would be one. Nothing is shared between requests.
    metrics = AmazonCloudWatchEMFProvider(namespace=NAMESPACE, service="")
    for name, value in dimensions.items():
        metrics.add_dimension(name, value)
    for name, value in metadata.items():
        metrics.add_metadata(name, value)
    for name, number in counts.items():
        metrics.add_metric(name, MetricUnit.Count, number)
    metrics.flush_metrics()
