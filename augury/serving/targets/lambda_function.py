"""Lambda functions that take ``{"client", "json"}`` and answer as the microservice contract says."""

from __future__ import annotations

import time

import orjson

from augury.aws import AwsUnavailable, FunctionInvoker, FunctionRaised, InvocationTimedOut, NotInvoked
from augury.names import ClientName
from augury.registry import LambdaTarget
from augury.serving.targets.contract import MAX_ANSWER_BYTES
from augury.serving.targets.outcomes import ServiceFailed, ServiceRefused, ServiceTimedOut


class LambdaFunctions:
    """Calls functions of the deployment's account.

    Parameters
    ----------
    invoker : FunctionInvoker
        The way to them.
    """

    def __init__(self, invoker: FunctionInvoker) -> None:
        self._invoker = invoker

    def call(self, target: LambdaTarget, client: ClientName, json: str, *, deadline: float) -> bytes:
        """Return a function's answer; one that did not run is tried once more.

        Raises
        ------
        ServiceFailed, ServiceTimedOut
            There is no answer that could be used.
        ServiceRefused
            The function does not take the data.
        """
        payload = orjson.dumps({"client": str(client), "json": json})
        try:
            body = self._invoke(target, payload, deadline)
        except NotInvoked:
            try:
                body = self._invoke(target, payload, deadline)
            except NotInvoked:
                raise ServiceFailed("it could not be reached, or has too much to do") from None
        if len(body) > MAX_ANSWER_BYTES:
            raise ServiceFailed("its answer is larger than 4 MiB")
        if body.startswith(b'{"error_id"'):
            raise ServiceRefused(body)
        return body

    def _invoke(self, target: LambdaTarget, payload: bytes, deadline: float) -> bytes:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise ServiceTimedOut("it did not answer in time")
        try:
            return self._invoker.invoke(target.function, target.alias, payload, within_s=left_s)
        except InvocationTimedOut as error:
            raise ServiceTimedOut("it did not answer in time") from error
        except FunctionRaised as error:
            raise ServiceFailed("it ended with an error") from error
        except AwsUnavailable as error:
            raise ServiceFailed("it could not be called") from error
