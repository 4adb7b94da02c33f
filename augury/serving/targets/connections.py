"""Connections to allowed hosts, kept open between calls, whose addresses are looked at before they are called."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from threading import Lock
from weakref import finalize

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_match_hostname import CertificateError

from augury.serving.targets.allowed_hosts import AllowedHosts, HostNotAllowed, Origin
from augury.serving.targets.watchdog import Watchdog

CONNECT_TIMEOUT_S = 0.5
"""Seconds to reach a host."""

_KEPT_PER_ORIGIN = 8
_KEPT_ORIGINS = 64
_IDLE_S = 4.0  # below the 5 s after which common servers close a silent connection
_RESOLVERS = 4

type Resolve = Callable[[str, int], list[str]]
"""Returns the addresses of a host."""


class NotConnected(Exception):
    """The host was not reached, so that nothing was asked of it."""


class Connections:
    """Open connections by origin.

    Parameters
    ----------
    hosts : AllowedHosts
        The operator's list.
    resolve : callable, optional
        Returns a host's addresses; the system's resolver unless given.
    tls : callable, optional
        Returns what TLS is made with; the system's certificate authorities unless given.
    """

    def __init__(
        self, hosts: AllowedHosts, resolve: Resolve | None = None, tls: Callable[[], ssl.SSLContext] | None = None
    ) -> None:
        self._hosts = hosts
        self._resolve = resolve or _addresses
        self._tls = cache(tls or ssl.create_default_context)
        self._watchdog = Watchdog()
        self._idle: dict[Origin, deque[tuple[float, HTTPConnection]]] = {}
        self._lock = Lock()
        finalize(self, _close_all, self._idle)

    @property
    def watchdog(self) -> Watchdog:
        """Ends calls at their deadline."""
        return self._watchdog

    def take(self, origin: Origin, deadline: float) -> HTTPConnection:
        """Return a connection to an origin, a kept one where there is one.

        Raises
        ------
        HostNotAllowed
            The origin is not on the list, or its name leads to an address that it may not have.
        NotConnected
            It can't be reached, or not in time.
        """
        rule = self._hosts.rule_for(origin)
        kept = self._kept(origin)
        if kept is not None:
            return kept
        addresses = self._resolved(origin, deadline)
        if not all(map(rule.accepts, addresses)):
            raise HostNotAllowed("its name leads to an address that may not be called")
        return self._connect(origin, addresses[0], deadline)

    def keep(self, origin: Origin, connection: HTTPConnection) -> None:
        """Take back a connection whose answer was read to its end."""
        surplus = connection
        with self._lock:
            if connection.is_connected and (origin in self._idle or len(self._idle) < _KEPT_ORIGINS):
                kept = self._idle.setdefault(origin, deque())
                kept.append((time.time(), connection))
                if len(kept) <= _KEPT_PER_ORIGIN:
                    return
                surplus = kept.popleft()[1]
        surplus.close()

    def close(self) -> None:
        """Close the connections that are kept."""
        _close_all(self._idle)

    def _kept(self, origin: Origin) -> HTTPConnection | None:
        """Return the connection that was used last, if it is alive; those that waited longer are closed with it."""
        while True:
            with self._lock:
                kept = self._idle.get(origin)
                if not kept:
                    self._idle.pop(origin, None)
                    return None
                since, connection = kept.pop()
            if 0 <= time.time() - since < _IDLE_S and connection.is_connected:
                return connection
            connection.close()

    def _resolved(self, origin: Origin, deadline: float) -> list[str]:
        within_s = min(CONNECT_TIMEOUT_S, deadline - time.monotonic())
        found: Future[list[str]] = _resolvers().submit(self._resolve, origin.host, origin.port)
        try:
            addresses = found.result(max(within_s, 0))
        except (OSError, TimeoutError, UnicodeError):
            addresses = []
        if not addresses:
            raise NotConnected("its name has no address")
        return addresses

    def _connect(self, origin: Origin, address: str, deadline: float) -> HTTPConnection:
        within_s = min(CONNECT_TIMEOUT_S, deadline - time.monotonic())
        if within_s <= 0:
            raise NotConnected("there was no time left")
        connection = self._new(origin, address, within_s)
        try:
            # The timeout holds for each step; a handshake has many.
            with self._watchdog.watching(min(deadline, time.monotonic() + CONNECT_TIMEOUT_S), lambda: shut(connection)):
                connection.connect()
        except (HTTPError, OSError, CertificateError) as error:
            connection.close()
            raise NotConnected("it could not be reached") from error
        return connection

    def _new(self, origin: Origin, address: str, timeout_s: float) -> HTTPConnection:
        """Return a connection to the address that was looked at; name and certificate are still the host's."""
        if origin.scheme == "http":
            return HTTPConnection(address, origin.port, timeout=timeout_s)
        return HTTPSConnection(
            address,
            origin.port,
            timeout=timeout_s,
            server_hostname=origin.host,
            assert_hostname=origin.host,
            ssl_context=self._tls(),
        )


def shut(connection: HTTPConnection) -> None:
    """End whatever a connection waits for, from another thread."""
    opened = connection.sock
    if opened is not None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(opened, socket.SHUT_RDWR)


def _close_all(idle: dict[Origin, deque[tuple[float, HTTPConnection]]]) -> None:
    while idle:
        for _, connection in idle.popitem()[1]:
            connection.close()


def _addresses(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@cache
def _resolvers() -> ThreadPoolExecutor:
    """Return threads that ask the resolver, which knows no timeout."""
    return ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolve")
