"""Lambda functions in this process: handlers freshly imported, one environment each, a context as on Lambda."""

from __future__ import annotations

import gc
import importlib
import json
import logging
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType, TracebackType
from typing import Any, Self

logger = logging.getLogger(__name__)

MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
"""Largest event of a synchronous invocation (Lambda quotas, "Invocation payload"): 6,291,456 bytes."""

MAX_ANSWER_BYTES = MAX_PAYLOAD_BYTES + 100
"""Largest answer (https://zaccharles.medium.com/deep-dive-lambdas-request-payload-size-limit-2-2-6350c1ae5577)."""

type Handler = Callable[[Any, Any], Any]
"""A Lambda handler: event and context in, something that JSON can carry out."""


class PayloadTooLarge(Exception):
    """The event is larger than Lambda takes; the handler was not called."""


class FunctionFailed(Exception):
    """The handler raised, or its answer is too large or no JSON. The reason is in the log, and only there."""


@dataclass(frozen=True, slots=True)
class FunctionConfiguration:
    """What a function is on Lambda, apart from its code.

    Parameters
    ----------
    name : str
        Name of the function.
    handler : str
        Dotted name of the handler.
    timeout_s : float
        Seconds that an invocation may take, from which the remaining time counts down.
    memory_mb : int
        Configured memory.
    region : str
        Region in its ARN.
    """

    name: str
    handler: str
    timeout_s: float = 30.0
    memory_mb: int = 512
    region: str = "us-east-1"

    @property
    def arn(self) -> str:
        """ARN of the function, in the account that moto plays."""
        return f"arn:aws:lambda:{self.region}:123456789012:function:{self.name}"


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """The context object of one invocation, with the names of Lambda's Python runtime.

    The names are those of "Using the Lambda context object to retrieve Python function information"
    (https://docs.aws.amazon.com/lambda/latest/dg/python-context.html).
    """

    function_name: str
    memory_limit_in_mb: str
    invoked_function_arn: str
    aws_request_id: str
    log_group_name: str
    log_stream_name: str
    deadline: float
    function_version: str = "$LATEST"
    identity: None = None
    client_context: None = None
    _now: Callable[[], float] = field(default=time.monotonic, repr=False)

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds left before the function's timeout, never less than 0."""
        return max(0, int((self.deadline - self._now()) * 1000))


class LocalFunction:
    """One function with one execution environment: invocations wait for each other, as handlers expect.

    Entering it is the cold start: the handler's module is imported afresh, so that what it made of an earlier
    environment's settings is gone. Leaving it forgets the module.

    Parameters
    ----------
    configuration : FunctionConfiguration
        Name, handler, timeout and memory.
    now : callable, optional
        Monotonic clock in seconds, for the remaining time.

    Raises
    ------
    ImportError, AttributeError
        On entering: there is no such module or handler.
    """

    def __init__(self, configuration: FunctionConfiguration, *, now: Callable[[], float] = time.monotonic) -> None:
        self.configuration = configuration
        self._now = now
        self._lock = threading.Lock()
        self._handler: Handler | None = None
        self._log_stream = f"[$LATEST]{uuid.uuid4().hex}"

    def __enter__(self) -> Self:
        module_name, _, attribute = self.configuration.handler.rpartition(".")
        self._handler = getattr(_fresh_import(module_name), attribute)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._handler = None
        _forget(self.configuration.handler.rpartition(".")[0])
        gc.unfreeze()  # handlers set aside what they made, for good: an environment on Lambda ends with its process

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """Call the handler once, through JSON both ways, and return its answer.

        Raises
        ------
        PayloadTooLarge
            The event has more than :data:`MAX_PAYLOAD_BYTES`.
        FunctionFailed
            The handler raised, or its answer is no JSON or has more than :data:`MAX_ANSWER_BYTES`.
        """
        payload = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise PayloadTooLarge(self.configuration.name)
        with self._lock:
            return self._run(payload)

    def _run(self, payload: bytes) -> Any:
        assert self._handler is not None, "a function is entered before it is invoked"
        context = self._context()
        try:
            return _through_json(self._handler(json.loads(payload), context))
        except (Exception, SystemExit) as error:  # Lambda's runtime answers both with an error
            logger.exception("%s failed, request %s", self.configuration.name, context.aws_request_id)
            raise FunctionFailed(self.configuration.name) from error

    def _context(self) -> LambdaContext:
        return LambdaContext(
            function_name=self.configuration.name,
            memory_limit_in_mb=str(self.configuration.memory_mb),
            invoked_function_arn=self.configuration.arn,
            aws_request_id=str(uuid.uuid4()),
            log_group_name=f"/aws/lambda/{self.configuration.name}",
            log_stream_name=self._log_stream,
            deadline=self._now() + self.configuration.timeout_s,
            _now=self._now,
        )


def _through_json(answer: Any) -> Any:
    text = json.dumps(answer, ensure_ascii=False)
    if (size_bytes := len(text.encode("utf-8", "replace"))) > MAX_ANSWER_BYTES:
        raise ValueError(f"an answer of {size_bytes} bytes is larger than Lambda allows")
    return json.loads(text)


def _fresh_import(module_name: str) -> ModuleType:
    _forget(module_name)
    importlib.invalidate_caches()
    return importlib.import_module(module_name)


def _forget(module_name: str) -> None:
    """Drop a module from everywhere that an import would find it, its package's attribute included."""
    sys.modules.pop(module_name, None)
    package_name, _, name = module_name.rpartition(".")
    if (package := sys.modules.get(package_name)) is not None:
        vars(package).pop(name, None)
