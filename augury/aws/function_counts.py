"""How often a version of a function was called, and how often that failed, by CloudWatch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from augury.aws.errors import translated

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class CallCounts:
    """Calls, and those of them that failed."""

    calls: int
    errors: int


class FunctionCounts:
    """Counts of the calls that went through an alias.

    Parameters
    ----------
    client : CloudWatchClient
        boto3 client, from :class:`augury.aws.connection.Connection`.
    function, alias : str
        Names of the function and of its alias.

    Notes
    -----
    Lambda writes the metrics of an alias by ``ExecutedVersion``, a minute or two late ("Types of metrics for Lambda
    functions", AWS Lambda developer guide).
    """

    def __init__(self, client: Any, function: str, alias: str) -> None:
        self._client = client
        self._function = function
        self._alias = alias

    def of_version(self, version: str, since: datetime, until: datetime) -> CallCounts:
        """Return the counts of a version between two times, whole minutes around them.

        Raises
        ------
        AwsUnavailable
            CloudWatch did not answer.
        """
        with translated(f"read the metrics of {self._function}:{self._alias}"):
            answer = self._client.get_metric_data(
                MetricDataQueries=[self._query("Invocations", version), self._query("Errors", version)],
                StartTime=since.replace(second=0, microsecond=0),
                EndTime=until + _MINUTE,
            )
        sums = {one["Id"]: int(sum(one["Values"])) for one in answer["MetricDataResults"]}
        return CallCounts(sums.get("invocations", 0), sums.get("errors", 0))

    def _query(self, metric: str, version: str) -> dict[str, Any]:
        dimensions = {
            "FunctionName": self._function,
            "Resource": f"{self._function}:{self._alias}",
            "ExecutedVersion": version,
        }
        named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
        return {
            "Id": metric.lower(),
            "MetricStat": {
                "Metric": {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": named},
                "Period": int(_MINUTE.total_seconds()),
                "Stat": "Sum",
            },
        }
