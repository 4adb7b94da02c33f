"""Questions to the functions' logs, which Logs Insights keeps and the dashboard asks.

They read the documents that predict and feedback write for their metrics: clients, pipelines, variations and classes
are fields there, and no dimensions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk.aws_cloudwatch import LogQueryVisualizationType, LogQueryWidget
from aws_cdk.aws_logs import ILogGroup, QueryDefinition, QueryString
from constructs import Construct


@dataclass(frozen=True, slots=True)
class LogQuery:
    """One question.

    Parameters
    ----------
    title : str
        What it asks.
    where : str
        Which lines it reads.
    shown : str
        What is made of them.
    by : tuple of str
        Fields that they are grouped by.
    first : str
        Name of the number by which the answer is sorted, the largest first.
    limit : int
        Most rows of the answer.
    """

    title: str
    where: str
    shown: str
    by: tuple[str, ...]
    first: str
    limit: int = 100

    @property
    def lines(self) -> list[str]:
        """Its commands in the language of Logs Insights."""
        return [
            f"filter {self.where}",
            f"stats {self.shown} by {', '.join(self.by)}",
            f"sort {self.first} desc",
            f"limit {self.limit}",
        ]

    def widget(self, log_group: ILogGroup, *, width: int, height: int = 6) -> LogQueryWidget:
        """Return a table of its answer for a dashboard."""
        return LogQueryWidget(
            title=self.title,
            log_group_names=[log_group.log_group_name],
            query_lines=self.lines,
            view=LogQueryVisualizationType.TABLE,
            width=width,
            height=height,
        )


BY_VARIATION = LogQuery(
    "Predictions by variation",
    "ispresent(variation)",
    "sum(PredictCalls) as calls, sum(PredictErrors) as errors, sum(PredictedRows) as answered",
    ("client", "pipeline", "variation"),
    "calls",
)
"""How much each variation answers, and how often it fails."""

BY_MODEL = LogQuery(
    "Predictions by model",
    "ispresent(pipeline)",
    "sum(PredictCalls) as calls, sum(PredictedRows) as answered",
    ("client", "pipeline", "version", "lane"),
    "calls",
)
"""How much each version answers, and by which lane."""

BY_CLASS = LogQuery(
    "Predictions by class",
    "ispresent(predicted_class)",
    "sum(PredictCalls) as calls",
    ("client", "pipeline", "variation", "predicted_class"),
    "calls",
)
"""Which class is found most probable, of the first row of a call."""

BY_CLIENT = LogQuery(
    "Time to answer by client and pipeline (ms)",
    "ispresent(pipeline) and PredictErrors = 0",
    "sum(PredictCalls) as calls, pct(PredictLatency, 50) as p50, pct(PredictLatency, 99) as p99, max(PredictLatency)",
    ("client", "pipeline", "route"),
    "p99",
)
"""Who waits longest."""

ERRORS = LogQuery(
    "Errors of predictions",
    "PredictErrors > 0",
    "sum(PredictErrors) as errors, sum(PredictFaults) as faults",
    ("error", "route", "client", "pipeline", "variation"),
    "errors",
)
"""What is refused or fails, and whose it is."""

FEEDBACK = LogQuery(
    "Feedback by client",
    "ispresent(FeedbackCalls) and ispresent(client)",
    "sum(FeedbackCalls) as calls, sum(RewardsKept) as rewards, sum(TruthsKept) as truths",
    ("client",),
    "calls",
)
"""Whose feedback is kept."""

OF_PREDICT = (BY_VARIATION, BY_MODEL, BY_CLASS, BY_CLIENT, ERRORS)
"""Those of the predict function's log."""


def keep_queries(scope: Construct, stage: str, log_group: ILogGroup, queries: Sequence[LogQuery]) -> None:
    """Have Logs Insights keep queries, in the folder ``augury-<stage>``."""
    for query in queries:
        QueryDefinition(
            scope,
            query.title.title().replace(" ", "").partition("(")[0],
            query_definition_name=f"augury-{stage}/{query.title}",
            log_groups=[log_group],
            query_string=QueryString(
                filter_statements=[query.where],
                stats_statements=[f"{query.shown} by {', '.join(query.by)}"],
                sort=f"{query.first} desc",
                limit=query.limit,
            ),
        )
