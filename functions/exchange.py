"""One HTTP request and its answer, whichever server they pass through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl

from augury.errors import AuguryError, Detail, Kind
from augury.jsonp import checked_callback
from augury.routes import Route, find

JSON = "application/json"
BINARY = "application/octet-stream"

_CALLBACK = "jsonpCallback"


@dataclass
class Request:
    """A request as its caller sent it.

    Parameters
    ----------
    method : str
        HTTP method.
    path : str
        Path, percent-encoded.
    query : str
        Query string, percent-encoded.
    headers : mapping of str to str
        Headers by their lower-case names; repeated ones are joined by commas.
    read_body : callable
        Returns the body.
    deadline : float
        Time of the monotonic clock by which the answer must be made.
    origins : tuple of str or None
        Whose pages may read the answer, once that is known; None for any.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    read_body: Callable[[], bytes]
    deadline: float
    origins: tuple[str, ...] | None = None

    @cached_property
    def known_route(self) -> Route | None:
        """The row of the route table that the request is for, or None."""
        return find(self.method, self.path)

    @property
    def route(self) -> Route:
        """The row of the route table that the request is for.

        Raises
        ------
        LookupError
            There is none, which a server finds out before.
        """
        if self.known_route is None:
            raise LookupError("the request is for no route of the table")
        return self.known_route

    @cached_property
    def path_parameters(self) -> Mapping[str, str]:
        """What the path has in the places that its route names."""
        return self.route.parameters(self.path) or {}

    @property
    def is_of_page(self) -> bool:
        """Whether the route is one that pages call."""
        return self.path.startswith("/js/")

    @property
    def body(self) -> bytes:
        """The body.

        Raises
        ------
        AuguryError
            It can't be read.
        """
        return self.read_body()

    @cached_property
    def parameters(self) -> list[tuple[str, str]]:
        """The decoded query parameters in order, repeated ones included.

        Raises
        ------
        AuguryError
            They are no UTF-8, or too many.
        """
        try:
            return parse_qsl(self.query, keep_blank_values=True, errors="strict", max_num_fields=2_000)
        except ValueError:
            reason = "the query string is not UTF-8, or has more than 2,000 parameters"
            raise AuguryError(Kind.INVALID_REQUEST, [Detail(("query",), reason)]) from None

    def parameter(self, name: str) -> str | None:
        """Return a query parameter, or None where it is missing.

        Raises
        ------
        AuguryError
            It is given more than once.
        """
        values = [value for key, value in self.parameters if key == name]
        if len(values) > 1:
            raise AuguryError(Kind.INVALID_REQUEST, [Detail((name,), "give this parameter once")])
        return values[0] if values else None

    @property
    def callback(self) -> str | None:
        """The checked JSONP callback of a page's request, or None where it wants plain JSON.

        Raises
        ------
        AuguryError
            The callback could do harm.
        """
        name = self.parameter(_CALLBACK) if self.is_of_page else None
        return None if name is None else checked_callback(name)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it goes out.

    Parameters
    ----------
    status : int
        HTTP status.
    body : bytes
        Body.
    content_type : str or None
        What the body is; None without one.
    headers : mapping of str to str
        Further headers.
    """

    status: int
    body: bytes = b""
    content_type: str | None = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


NOT_FOUND = Answer(404, b'{"message":"Not Found"}')
"""What API Gateway answers where there is no such route."""
