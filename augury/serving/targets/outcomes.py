"""How a call of a service can end other than with an answer."""

from __future__ import annotations


class ServiceFailed(Exception):
    """There is no answer that could be used; the message says why, in words that a client may read."""


class ServiceTimedOut(Exception):
    """The answer was not there in time."""


class ServiceRefused(Exception):
    """The service does not take the request's data.

    Parameters
    ----------
    body : bytes
        What it answered.
    """

    def __init__(self, body: bytes) -> None:
        super().__init__("it refused the data")
        self.body = body
