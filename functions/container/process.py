"""A server's process, from its settings to its end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from aws_lambda_powertools import Logger

from augury.config import FunctionSettings
from functions.container.application import MAX_BODY_BYTES, Application, Respond
from functions.container.patient_threads import PatientThreads
from functions.container.running import Lifecycle, Neighbour, listen, serve
from functions.container.starting import started
from functions.exchange import Answer, Request
from functions.replies import reply


def run(
    respond: Respond,
    settings: FunctionSettings,
    logger: Logger,
    *,
    port: int,
    close: Callable[[float], bool],
    most_bytes: int = MAX_BODY_BYTES,
    threads: PatientThreads | None = None,
    lifecycle: Lifecycle | None = None,
    beside: Neighbour | None = None,
) -> None:
    """Answer requests until SIGTERM, and end the process with status 0; ``GET /ready`` is answered here.

    Parameters
    ----------
    respond : callable
        Makes the answer to a request.
    settings : FunctionSettings
        Where to listen, and how long the end may take.
    logger : Logger
        Is told of the start and the end.
    port : int
        Port, unless the settings have another.
    close : callable
        Does what answers left to do within so many seconds; tells whether all was done.
    most_bytes : int
        Largest body.
    threads : PatientThreads, optional
        For what must wait.
    lifecycle : Lifecycle, optional
        Is told when calls are taken.
    beside : Neighbour, optional
        Starts and stops with it.
    """
    listener = started(lambda: listen(settings.host, port if settings.port is None else settings.port))
    lifecycle = lifecycle or Lifecycle()
    application = Application(_with_readiness(respond, lifecycle), threads or PatientThreads(), most_bytes)

    def say_ready(grpc_port: int | None) -> None:
        logger.info("listening", port=listener.getsockname()[1], grpc_port=grpc_port)

    def drain(within_s: float) -> None:
        if not close(within_s):
            logger.warning("ended before all was done")

    lifecycle.on_ready = say_ready
    started(lambda: serve(application, listener, lifecycle, drain_s=settings.drain_s, drain=drain, beside=beside))
    logger.info("ended")
    _leave()


def _with_readiness(respond: Respond, lifecycle: Lifecycle) -> Respond:
    def respond_or_say(request: Request) -> Answer:
        if request.path == "/ready" and request.method == "GET":
            return reply(request, {"ready": lifecycle.is_ready}, 200 if lifecycle.is_ready else 503)
        return respond(request)

    return respond_or_say


def _leave() -> None:
    """End the process without waiting for threads that a call was cut off on."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
