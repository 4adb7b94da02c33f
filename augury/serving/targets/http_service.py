"""Services that speak the microservice contract over HTTP."""

from __future__ import annotations

import time
from urllib.parse import urlencode, urlsplit

from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from augury.names import ClientName
from augury.registry import HttpTarget
from augury.serving.targets.allowed_hosts import HostNotAllowed, Origin
from augury.serving.targets.connections import Connections, NotConnected, shut
from augury.serving.targets.contract import MAX_ANSWER_BYTES
from augury.serving.targets.outcomes import ServiceFailed, ServiceRefused, ServiceTimedOut

_REFUSALS = (400, 413, 422)
_MAX_QUERY = 4_096  # common servers take 8 KiB of request line; what is longer is posted


class NothingCameBack(ServiceFailed):
    """The connection ended before the first byte of an answer."""


class HttpServices:
    """Calls services on allowed hosts.

    Parameters
    ----------
    connections : Connections
        The way to them.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def call(self, target: HttpTarget, client: ClientName, json: str, *, deadline: float) -> bytes:
        """Return the body of a service's answer.

        A host that was not reached is tried once more, and so is a ``GET`` to which nothing came back: nothing else
        is, for it may have been done. Redirects are not followed.

        Parameters
        ----------
        target : HttpTarget
            The service.
        client : ClientName
            Whose call it is.
        json : str
            The request.
        deadline : float
            Time of the monotonic clock by which the answer must be there.

        Raises
        ------
        ServiceFailed, ServiceTimedOut
            There is no answer that could be used.
        ServiceRefused
            The service does not take the data.
        """
        origin = Origin.of(target.url)
        try:
            return self._ask(target, origin, client, json, deadline)
        except (NotConnected, NothingCameBack) as first:
            if isinstance(first, NothingCameBack) and target.method != "GET":
                raise
        try:
            return self._ask(target, origin, client, json, deadline)
        except NotConnected as error:
            raise _ended(str(error), deadline) from error

    def _ask(self, target: HttpTarget, origin: Origin, client: ClientName, json: str, deadline: float) -> bytes:
        try:
            connection = self._connections.take(origin, deadline)
        except HostNotAllowed as refused:
            raise ServiceFailed(str(refused)) from None
        try:
            with self._connections.watchdog.watching(deadline, lambda: shut(connection)):
                body = _exchange(connection, target, origin, client, json, deadline)
        except BaseException:
            connection.close()
            raise
        self._connections.keep(origin, connection)
        return body


def _exchange(
    connection: HTTPConnection, target: HttpTarget, origin: Origin, client: ClientName, json: str, deadline: float
) -> bytes:
    form = urlencode({"client": client, "json": json})
    path = urlsplit(target.url).path
    headers = {"Host": _host(origin), "Accept": "application/json", "Accept-Encoding": "identity"}
    connection.timeout = max(deadline - time.monotonic(), 0.001)
    try:
        if target.method == "GET" and len(form) <= _MAX_QUERY:
            connection.request("GET", f"{path}?{form}", headers=headers, preload_content=False)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, form.encode(), headers, preload_content=False)
        response = connection.getresponse()
    except (HTTPError, OSError) as error:
        raise _ended("nothing came back", deadline, NothingCameBack) from error
    try:
        body = _read(response)
    except (HTTPError, OSError) as error:
        raise _ended("its answer broke off", deadline) from error
    if time.monotonic() >= deadline:
        raise ServiceTimedOut("it did not answer in time")  # cut off, an answer without a length looks complete
    return _checked(response.status, response.headers.get("Content-Encoding", "identity"), body)


def _read(response: BaseHTTPResponse) -> bytes:
    """Return a body whole, or as much of it as shows that it is too large. Only the last read finds it short."""
    body = b""
    while len(body) <= MAX_ANSWER_BYTES:
        part = response.read(MAX_ANSWER_BYTES + 1 - len(body), decode_content=False)
        if not part:
            break
        body += part
    return body


def _checked(status: int, encoding: str, body: bytes) -> bytes:
    if len(body) > MAX_ANSWER_BYTES:
        raise ServiceFailed("its answer is larger than 4 MiB")
    if 300 <= status < 400:
        raise ServiceFailed(f"it answered {status}: redirects are not followed")
    if status in _REFUSALS:
        raise ServiceRefused(body)
    if status != 200:
        raise ServiceFailed(f"it answered {status}")
    if encoding != "identity":
        raise ServiceFailed("its answer is encoded, which it was not asked for")
    return body


def _ended(why: str, deadline: float, failure: type[ServiceFailed] = ServiceFailed) -> Exception:
    if time.monotonic() >= deadline:
        return ServiceTimedOut("it did not answer in time")
    return failure(why)


def _host(origin: Origin) -> str:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    standard = {"http": 80, "https": 443}[origin.scheme]
    return host if origin.port == standard else f"{host}:{origin.port}"
