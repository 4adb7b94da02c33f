"""Lambda functions, called and waited for."""

from __future__ import annotations

from threading import Lock
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from augury.aws.connection import Connection
from augury.aws.errors import translated
from augury.waiting import before_waiting

_TIMES_S = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Read timeouts that there are boto3 clients for: a client has one for all of its calls."""

_THROTTLED = "TooManyRequestsException"


class NotInvoked(Exception):
    """The function was not reached, or was throttled: it did not run, and may be called again."""


class InvocationTimedOut(Exception):
    """The function did not answer in time; it may have run."""


class FunctionRaised(Exception):
    """The function ended with an error of its own."""


class FunctionInvoker:
    """Calls functions of one account and region.

    Parameters
    ----------
    connection : Connection
        Where AWS is.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._clients: dict[float, Any] = {}
        self._lock = Lock()

    def invoke(self, function: str, alias: str, payload: bytes, *, within_s: float) -> bytes:
        """Return a function's answer.

        Parameters
        ----------
        function, alias : str
            Names of the function and of its alias or version.
        payload : bytes
            The event, as JSON.
        within_s : float
            Seconds that the call may take. It is waited for the next lower of 0.25, 0.5, 1, 2, 4, 8 and 16 s.

        Raises
        ------
        NotInvoked
            It did not run.
        InvocationTimedOut
            It did not answer in time.
        FunctionRaised
            It failed.
        AwsUnavailable
            There is no such function, or it may not be called.
        """
        before_waiting()
        client = self._client(max((time_s for time_s in _TIMES_S if time_s <= within_s), default=_TIMES_S[0]))
        with translated(f"invoke {function}"):
            try:
                answer = client.invoke(FunctionName=function, Qualifier=alias, Payload=payload)
                body: bytes = answer["Payload"].read()
            except ReadTimeoutError as error:
                raise InvocationTimedOut(function) from error
            except (ConnectTimeoutError, EndpointConnectionError) as error:
                raise NotInvoked(function) from error
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == _THROTTLED:
                    raise NotInvoked(function) from error
                raise
        if "FunctionError" in answer:
            raise FunctionRaised(function)
        return body

    def _client(self, read_timeout_s: float) -> Any:
        with self._lock:
            if read_timeout_s not in self._clients:
                self._clients[read_timeout_s] = self._connection.functions(read_timeout_s)
            return self._clients[read_timeout_s]
