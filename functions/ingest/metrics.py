"""What ingestion counts, as metrics that CloudWatch reads from the log (embedded metric format)."""

from __future__ import annotations

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from augury.ingest import Outcome
from augury.names import ClientName

NAMESPACE = "Augury"
"""CloudWatch's namespace of all metrics of Augury."""


class IngestMetrics:
    """Counts of events, by stage and route.

    The client stands in the log line, where queries find it, and is no dimension: each client would be a metric to pay.

    Parameters
    ----------
    stage : str
        The stage that the function runs in.
    """

    def __init__(self, stage: str) -> None:
        self._stage = stage

    def count(self, outcome: Outcome, route: str, client: ClientName, refusals_kept: int) -> None:
        """Write the counts of one request to the log.

        Parameters
        ----------
        outcome : Outcome
            What became of its events.
        route : str
            Key of its route, such as ``POST /events``.
        client : ClientName
            Whose request it was.
        refusals_kept : int
            How many of the refused events were kept.
        """
        # An empty service is no dimension; by default it would be one. Nothing is shared between requests.
        metrics = AmazonCloudWatchEMFProvider(namespace=NAMESPACE, service="")
        metrics.add_dimension("stage", self._stage)
        metrics.add_dimension("route", route)
        metrics.add_metadata("client", str(client))
        counts = {
            "EventsAccepted": outcome.accepted,
            "EventsRefused": len(outcome.rejected),
            "EventsSpilled": outcome.spilled,
            "EventsNotDelivered": outcome.not_delivered,
            "RefusalsKept": refusals_kept,
        }
        for name, number in counts.items():
            metrics.add_metric(name, MetricUnit.Count, number)
        metrics.flush_metrics()
