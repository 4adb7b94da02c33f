"""Executions of a Step Functions state machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from augury.aws.errors import NotFound, translated


@dataclass(frozen=True, slots=True)
class Execution:
    """How far an execution is.

    Parameters
    ----------
    status : str
        ``RUNNING``, ``SUCCEEDED``, ``FAILED``, ``TIMED_OUT``, ``ABORTED`` or ``PENDING_REDRIVE``.
    output : Any
        What it ended with, where it succeeded.
    error, cause : str
        What it failed with; empty unless it did.
    """

    status: str
    output: Any = None
    error: str = ""
    cause: str = ""


class StateMachine:
    """A state machine.

    Parameters
    ----------
    client : SFNClient
        boto3 client, from :class:`augury.aws.connection.Connection`.
    arn : str
        Its ARN.
    """

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def start(self, name: str, document: Any) -> str:
        """Start an execution, and return its ARN.

        Parameters
        ----------
        name : str
            Name of the execution; one that was used in the last 90 days with another input is refused.
        document : Any
            Its input, as what JSON can carry.

        Raises
        ------
        NotFound
            There is no such state machine.
        AwsUnavailable
            It was not started.
        """
        with translated(f"start {self._arn}", absent=NotFound):
            answer = self._client.start_execution(
                stateMachineArn=self._arn, name=name, input=orjson.dumps(document).decode()
            )
        return str(answer["executionArn"])

    def execution(self, arn: str) -> Execution:
        """Return how far an execution is.

        Raises
        ------
        AwsUnavailable
            Step Functions did not answer, or has no such execution.
        """
        with translated(f"look at {arn}"):
            told = self._client.describe_execution(executionArn=arn)
        output = orjson.loads(told["output"]) if told.get("output") else None
        return Execution(told["status"], output, told.get("error") or "", told.get("cause") or "")

    def exited(self, arn: str, state: str) -> Any:
        """Return what a state of an execution gave on, or None while it has not ended.

        Raises
        ------
        AwsUnavailable
            Step Functions did not answer.
        """
        with translated(f"look at {arn}"):
            events = self._client.get_execution_history(executionArn=arn, maxResults=100)["events"]
        for event in events:
            details = event.get("stateExitedEventDetails")
            if details and details["name"] == state:
                return orjson.loads(details["output"])
        return None
