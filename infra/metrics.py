"""The metrics that alarms and the dashboard look at."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk.aws_apigatewayv2 import HttpApi
from aws_cdk.aws_cloudwatch import MathExpression, Metric, Stats
from aws_cdk.aws_kinesisfirehose import DeliveryStream
from aws_cdk.aws_stepfunctions import StateMachine

from augury.routes import ROUTES, Function
from infra.access_log import NAMESPACE

PERIOD = Duration.minutes(5)
"""How much time one point of a metric stands for."""

INGEST_ROUTES = tuple(route.key for route in ROUTES if route.function is Function.INGEST and route.method != "OPTIONS")
"""Routes by which events come in, a dimension of what the ingest function counts."""


def counted(name: str, stage: str, *, statistic: str = Stats.SUM, **dimensions: str) -> Metric:
    """Return what a function, or a filter of a log, counts.

    Parameters
    ----------
    name : str
        Name of the metric.
    stage : str
        Name of the stage, a dimension of each.
    statistic : str
        What is made of the counts of one period; their sum unless given.
    **dimensions : str
        Further dimensions.
    """
    return Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"stage": stage, **dimensions},
        statistic=statistic,
        period=PERIOD,
        label=name,
    )


def of_ingest(name: str, stage: str) -> MathExpression:
    """Return what the ingest function counts, over all routes by which events come in."""
    # Ids are of a whole graph, and start with a small letter.
    by_route = {
        f"{name[0].lower()}{name[1:]}{place}": counted(name, stage, route=route)
        for place, route in enumerate(INGEST_ROUTES)
    }
    filled = "+".join(f"FILL({place}, 0)" for place in by_route)
    return MathExpression(expression=filled, using_metrics=dict(by_route), period=PERIOD, label=name)


def not_completed(machine: StateMachine) -> MathExpression:
    """Return the executions that failed or ran out of time: Step Functions counts the two apart."""
    ends = {"failed": machine.metric_failed(period=PERIOD), "late": machine.metric_timed_out(period=PERIOD)}
    return MathExpression(expression="FILL(failed, 0)+FILL(late, 0)", using_metrics=dict(ends), period=PERIOD)


def of_stream(stream: DeliveryStream, name: str, statistic: str) -> Metric:
    """Return one of Firehose's own metrics of a stream."""
    return stream.metric(name, statistic=statistic, period=PERIOD)


def of_api(api: HttpApi, name: str, statistic: str = Stats.SUM) -> Metric:
    """Return one of API Gateway's own metrics of the API."""
    return api.metric(name, statistic=statistic, period=PERIOD, label=name)


def share_of_5xx(api: HttpApi) -> MathExpression:
    """Return the per cent of requests that were answered with 5xx, 0 where too few came in to tell."""
    return MathExpression(
        expression="IF(requests > 20, 100 * failed / requests, 0)",
        using_metrics={"failed": of_api(api, "5xx"), "requests": of_api(api, "Count")},
        period=PERIOD,
        label="% 5xx",
    )
