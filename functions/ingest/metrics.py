"""What ingestion counts, as metrics."""

from __future__ import annotations

from augury.ingest import Outcome
from augury.names import ClientName
from functions.metrics import write_counts


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
        counts = {
            "EventsAccepted": outcome.accepted,
            "EventsRefused": len(outcome.rejected),
            "EventsSpilled": outcome.spilled,
            "EventsNotDelivered": outcome.not_delivered,
            "RefusalsKept": refusals_kept,
        }
        write_counts(counts, {"stage": self._stage, "route": route}, {"client": str(client)})
