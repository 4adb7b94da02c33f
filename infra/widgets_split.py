"""The dashboard's row on the split."""

from __future__ import annotations

from aws_cdk.aws_cloudwatch import GraphWidget, IWidget, Stats

from infra.metrics import PERIOD, counted
from infra.split_queue import SplitQueue

_WIDTH = 8


def split_row(raw_objects: SplitQueue, stage: str) -> list[IWidget]:
    """Return what is split, what can't be, and how far it is behind."""
    waiting = raw_objects.queue.metric_approximate_number_of_messages_visible(period=PERIOD, label="waiting")
    dead = raw_objects.dead_letters.metric_approximate_number_of_messages_visible(period=PERIOD, label="dead letters")
    oldest = raw_objects.queue.metric_approximate_age_of_oldest_message(period=PERIOD, label="oldest in the queue")
    return [
        GraphWidget(
            title="Lines split", width=_WIDTH, left=[counted(name, stage) for name in ("LinesSplit", "LinesFailed")]
        ),
        GraphWidget(
            title="Raw objects",
            width=_WIDTH,
            left=[waiting, dead, counted("ObjectsSplit", stage), counted("ObjectsQuarantined", stage)],
        ),
        GraphWidget(
            title="Behind (s)",
            width=_WIDTH,
            left=[oldest, counted("SplitLagSeconds", stage, statistic=Stats.percentile(90))],
        ),
    ]
