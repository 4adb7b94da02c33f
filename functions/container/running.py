"""From listening to the end: a server that runs until it is told to stop, and then leaves nothing half done."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import uvicorn
import uvloop
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from augury.waiting import no_waiting
from functions.container.application import Application
from functions.container.connection import Connection

ANSWERING_SHARE = 0.8
"""Part of the time for the end that calls may take; the rest is for what answers left to do, such as the log."""

_KEEP_ALIVE_S = 65  # above the 60 s of AWS's load balancers, which must be the ones to hang up


@dataclass
class Lifecycle:
    """Whether a server takes calls, and what is to be done once it does."""

    is_ready: bool = False
    on_ready: Callable[[int | None], None] = lambda _: None


class Neighbour(Protocol):
    """Another server on the same event loop."""

    async def start(self) -> int:
        """Begin to take calls, and return the port."""

    async def stop(self, within_s: float) -> None:
        """Take no more calls, and end those that run within so many seconds."""


class _Server(uvicorn.Server):
    """uvicorn's server, which is told when to stop; by itself it would end by the signal, not with status 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises
    ------
    OSError
        The port is taken, or may not be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise OSError(f"port {port} can't be listened on: {error.strerror}") from error


def serve(
    application: Application,
    listener: socket.socket,
    lifecycle: Lifecycle,
    *,
    drain_s: float,
    drain: Callable[[float], None],
    beside: Neighbour | None = None,
) -> None:
    """Answer requests until SIGTERM or SIGINT; then finish those that run, and what they left to do.

    Parameters
    ----------
    application : Application
        Answers.
    listener : socket.socket
        From :func:`listen`.
    lifecycle : Lifecycle
        Is told when calls are taken, and by what port beside.
    drain_s : float
        Seconds for the end, all in all.
    drain : callable
        Does what answers left to do, within so many seconds.
    beside : Neighbour, optional
        Starts and stops with it.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, no_waiting():
        ends_at = runner.run(_serve(application, listener, lifecycle, drain_s, beside))
    drain(max(0.0, ends_at - time.monotonic()))


def log_as_json(logger: Logger) -> None:
    """Have libraries' warnings logged as ours are."""
    handler = logging.StreamHandler()
    handler.setFormatter(LambdaPowertoolsFormatter(service=logger.service))
    handler.addFilter(lambda record: record.name != logger.service)  # ours has a handler of its own
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


async def _serve(
    application: Application, listener: socket.socket, lifecycle: Lifecycle, drain_s: float, beside: Neighbour | None
) -> float:
    """Return the time of the monotonic clock by which all must have ended."""
    server, told = _Server(_configuration(application, drain_s)), asyncio.Event()
    _on_signals(told.set)
    port_beside = None if beside is None else await beside.start()
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    lifecycle.is_ready = True
    lifecycle.on_ready(port_beside)
    await told.wait()
    lifecycle.is_ready, server.should_exit = False, True
    ends_at = time.monotonic() + drain_s
    if beside is not None:
        await beside.stop(drain_s * ANSWERING_SHARE)
    await serving
    return ends_at


def _configuration(application: Application, drain_s: float) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=max(1, int(drain_s * ANSWERING_SHARE)),
        backlog=1024,
    )


def _on_signals(stop: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
