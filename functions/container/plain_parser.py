"""Requests that ask for another protocol, taken as if they had not asked."""

from __future__ import annotations

from typing import Any, Protocol

import httptools


class Head(Protocol):
    """Whoever is told of the parts of requests, as far as they are needed here."""

    url: bytes
    headers: list[tuple[bytes, bytes]]


class PlainParser:
    """httptools' parser, for which a request for an upgrade is a request like any other.

    httptools ends such a request with its head, and its body would be lost, or be taken for the next request. Java's
    client and ``curl --http2`` ask for HTTP/2 so with the first request that they send; a server may ignore that.

    Parameters
    ----------
    told : object
        Has httptools' callbacks. Those of a head's end and a message's end are made for a request that :attr:`is_plain`
        says no of, too, and are to be ignored then; the request comes once more.

    References
    ----------
    RFC 9110, section 7.8.
    """

    def __init__(self, told: Head) -> None:
        self._told = told
        self._parser = self._new()

    @property
    def is_plain(self) -> bool:
        """Whether the request at hand is one that does not ask for another protocol."""
        return not self._parser.should_upgrade()

    def feed_data(self, data: bytes) -> None:
        """Take bytes of a connection.

        Raises
        ------
        httptools.HttpParserError
            They are no HTTP.
        """
        rest = memoryview(data)
        while True:
            try:
                return self._parser.feed_data(rest)
            except httptools.HttpParserUpgrade as asked:
                rest = rest[asked.args[0] :]
                head = self._plain_head()
                self._parser = self._new()
                self._parser.feed_data(head)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parser, name)

    def _new(self) -> httptools.HttpRequestParser:
        parser = httptools.HttpRequestParser(self._told)
        parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn has it
        return parser

    def _plain_head(self) -> bytes:
        line = b"%s %s HTTP/%s\r\n" % (
            self._parser.get_method(),
            self._told.url,
            self._parser.get_http_version().encode(),
        )
        kept = [b"%s: %s\r\n" % header for header in self._told.headers if header[0] != b"upgrade"]
        return b"".join([line, *kept, b"\r\n"])
