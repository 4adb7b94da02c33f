"""The dashboard's rows on predictions and on feedback, which show what Seldon Server's Grafana did, and failures."""

from __future__ import annotations

from aws_cdk.aws_cloudwatch import GraphWidget, IWidget, MathExpression, Stats
from aws_cdk.aws_logs import ILogGroup

from infra.access_log import NAMESPACE
from infra.log_queries import BY_CLASS, BY_MODEL, BY_VARIATION
from infra.metrics import PERIOD, counted

_WIDTH = 8
_BY_ROUTE = "stage,route,lane"
_BY_ERROR = "stage,error"


def predict_row(stage: str) -> list[IWidget]:
    """Return requests, time and errors per endpoint."""
    return [
        GraphWidget(
            title="Predictions asked for, by route and lane", width=_WIDTH, left=[_each("PredictCalls", stage)]
        ),
        GraphWidget(
            title="Time to predict (ms), by route and lane",
            width=_WIDTH,
            left=[_each("PredictLatency", stage, statistic) for statistic in ("p50", "p90", "p99")],
        ),
        GraphWidget(
            title="Errors of predictions",
            width=_WIDTH,
            left=[_each("PredictErrors", stage, dimensions=_BY_ERROR)],
            right=[_share("PredictErrors", stage, "% errors"), _share("PredictFaults", stage, "% faults of ours")],
        ),
    ]


def process_row(stage: str) -> list[IWidget]:
    """Return what the processes that predict do besides."""
    return [
        GraphWidget(
            title="Models in memory",
            width=_WIDTH,
            left=[counted("ModelHits", stage)],
            right=[counted(name, stage) for name in ("ModelLoads", "ModelEvictions")],
        ),
        GraphWidget(title="Cold starts of predict", width=_WIDTH, left=[counted("ColdStarts", stage)]),
        GraphWidget(title="Lines that the prediction log lost", width=_WIDTH, left=[counted("LogLinesLost", stage)]),
    ]


def variations_row(predict_log: ILogGroup) -> list[IWidget]:
    """Return predictions by variation, model and class."""
    return [query.widget(predict_log, width=_WIDTH) for query in (BY_VARIATION, BY_MODEL, BY_CLASS)]


def feedback_row(stage: str) -> list[IWidget]:
    """Return how much feedback comes in, how fast it is kept, and what fails."""
    return [
        GraphWidget(
            title="Feedback",
            width=_WIDTH,
            left=[counted(name, stage) for name in ("FeedbackCalls", "RewardsKept", "TruthsKept")],
        ),
        GraphWidget(
            title="Time to keep feedback (ms)",
            width=_WIDTH,
            left=[
                counted("FeedbackLatency", stage, statistic=Stats.percentile(percentile)).with_(label=f"p{percentile}")
                for percentile in (50, 99)
            ],
        ),
        GraphWidget(
            title="Errors of feedback",
            width=_WIDTH,
            left=[counted(name, stage) for name in ("FeedbackErrors", "FeedbackFaults", "FeedbackSpilled")],
        ),
    ]


def _each(name: str, stage: str, statistic: str = Stats.SUM, dimensions: str = _BY_ROUTE) -> MathExpression:
    """Return a metric by all values that its dimensions have, which need not be known."""
    label = "" if statistic == Stats.SUM else statistic
    return MathExpression(expression=_search(name, stage, statistic, dimensions), label=label, period=PERIOD)


def _share(name: str, stage: str, label: str) -> MathExpression:
    """Return the per cent of calls that a count is of, 0 where there were none."""
    part, whole = (f"SUM({_search(of, stage, Stats.SUM, _BY_ROUTE)})" for of in (name, "PredictCalls"))
    return MathExpression(expression=f"100 * {part} / {whole}", label=label, period=PERIOD)


def _search(name: str, stage: str, statistic: str, dimensions: str) -> str:
    schema = f"{{{NAMESPACE},{dimensions}}}"
    return f"SEARCH('{schema} MetricName=\"{name}\" stage=\"{stage}\"', '{statistic}')"
