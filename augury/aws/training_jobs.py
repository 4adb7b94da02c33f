"""Training jobs of SageMaker, and what they print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from augury.aws.errors import AwsUnavailable, NotFound, translated

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
"""Where every training job of an account writes, each to a stream of its own."""


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """How far a training job is.

    Parameters
    ----------
    status : str
        ``InProgress``, ``Completed``, ``Failed``, ``Stopping`` or ``Stopped``.
    phase : str
        What it is doing, in SageMaker's words: ``Starting``, ``Downloading``, ``Training``, ``Uploading`` …
    failure : str
        Why it failed; empty unless it did.
    """

    status: str
    phase: str
    failure: str


class TrainingJobs:
    """The training jobs of an account.

    Parameters
    ----------
    sagemaker, logs : boto3 clients
        From :class:`augury.aws.connection.Connection`.
    """

    def __init__(self, sagemaker: Any, logs: Any) -> None:
        self._sagemaker = sagemaker
        self._logs = logs

    def describe(self, name: str) -> TrainingJob | None:
        """Return how far a job is; None where there is none yet.

        Raises
        ------
        AwsUnavailable
            SageMaker did not answer.
        """
        try:
            with translated(f"look at the training job {name}"):
                told = self._sagemaker.describe_training_job(TrainingJobName=name)
        except AwsUnavailable as error:
            if "ValidationException" in str(error):  # SageMaker's word for what there is not
                return None
            raise
        phase = told.get("SecondaryStatus") or told["TrainingJobStatus"]
        return TrainingJob(told["TrainingJobStatus"], phase, told.get("FailureReason") or "")

    def tail(self, name: str) -> LogTail:
        """Return what reads the lines that a job prints."""
        return LogTail(self._logs, f"{name}/")


class LogTail:
    """Lines of one job, each given once.

    Parameters
    ----------
    logs : CloudWatchLogsClient
        boto3 client.
    prefix : str
        Start of the name of its log stream.
    """

    def __init__(self, logs: Any, prefix: str) -> None:
        self._logs = logs
        self._prefix = prefix
        self._stream: str | None = None
        self._token: str | None = None

    def lines(self) -> Iterator[str]:
        """Yield the lines that came since the last call; none while there is no log yet.

        Raises
        ------
        AwsUnavailable
            CloudWatch Logs did not answer.
        """
        stream = self._stream or self._find()
        if stream is None:
            return
        more = {} if self._token is None else {"nextToken": self._token}
        with translated(f"read the log {stream}"):
            told = self._logs.get_log_events(logGroupName=LOG_GROUP, logStreamName=stream, startFromHead=True, **more)
        self._token = told["nextForwardToken"]
        for event in told["events"]:
            yield from event["message"].splitlines()

    def _find(self) -> str | None:
        try:
            with translated("look for the log", absent=NotFound):
                found = self._logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=self._prefix)
        except NotFound:
            return None
        self._stream = next((stream["logStreamName"] for stream in found["logStreams"]), None)
        return self._stream
