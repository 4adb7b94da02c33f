"""The dashboard's rows on what comes in."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk.aws_apigatewayv2 import HttpApi
from aws_cdk.aws_cloudwatch import GraphWidget, IMetric, IWidget, Stats
from aws_cdk.aws_kinesisfirehose import DeliveryStream

from infra.access_log import API_THROTTLED
from infra.metrics import counted, of_api, of_ingest, of_stream, share_of_5xx

_WIDTH = 8


def api_row(api: HttpApi, stage: str) -> list[IWidget]:
    """Return requests, failures and times of the API as a whole."""
    return [
        GraphWidget(title="Requests", width=_WIDTH, left=[of_api(api, "Count"), of_api(api, "4xx")]),
        GraphWidget(
            title="Failures",
            width=_WIDTH,
            left=[of_api(api, "5xx"), counted(API_THROTTLED, stage)],
            right=[share_of_5xx(api)],
        ),
        GraphWidget(
            title="Time to answer (ms)",
            width=_WIDTH,
            left=[of_api(api, "Latency", statistic) for statistic in ("p50", "p99")],
        ),
    ]


def events_row(streams: Mapping[str, DeliveryStream], stage: str) -> list[IWidget]:
    """Return what became of events, and how long their streams take to deliver."""
    return [
        GraphWidget(
            title="Events", width=_WIDTH, left=[of_ingest(name, stage) for name in ("EventsAccepted", "EventsRefused")]
        ),
        GraphWidget(
            title="Events that their stream did not take",
            width=_WIDTH,
            left=[of_ingest(name, stage) for name in ("EventsSpilled", "EventsNotDelivered")],
        ),
        GraphWidget(
            title="Oldest record not yet delivered (s)",
            width=_WIDTH,
            left=[_freshness(name, stream) for name, stream in streams.items()],
        ),
    ]


def _freshness(name: str, stream: DeliveryStream) -> IMetric:
    return of_stream(stream, "DeliveryToS3.DataFreshness", Stats.MAXIMUM).with_(label=name)
