"""Seldon Server's microservice contract, answered: ``client`` and ``json`` go in, predictions come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools import Logger

from augury import __version__, serving
from augury.errors import AuguryError, Detail, Kind
from functions.container.application import Respond
from functions.exchange import NOT_FOUND, Answer, Request
from functions.replies import error_of, error_reply, reply

MAX_FORM_BYTES = 12 * 1024 * 1024
"""Largest form: a request of 4 MiB, each of whose bytes takes three."""

REFUSALS = frozenset({400, 413, 422})
"""Statuses by which a service says that it does not take the data; any other is its own failure."""

type Ask = Callable[[str, serving.PredictRequest], serving.Answer]
"""Answers a client's request."""


def answer_to(ask: Ask, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of the answer to ``client`` and ``json``.

    Parameters
    ----------
    ask : callable
        Answers.
    given : mapping
        ``json``, a request as ``POST /predict`` takes it, and perhaps ``client``.

    Raises
    ------
    AuguryError
        They are not as they should be, or ``ask`` refuses.
    """
    client, text = given.get("client", ""), given.get("json")
    for name, value in (("client", client), ("json", text)):
        if not isinstance(value, str):
            raise AuguryError(Kind.INVALID_REQUEST, [Detail((name,), "a text is expected")])
    return ask(client, serving.from_body(str(text).encode("utf-8", "surrogatepass"))).as_json()


def respond_by(ask: Ask, logger: Logger) -> Respond:
    """Return what answers the contract over HTTP: ``GET`` and ``POST /predict``, and ``GET /health``."""

    def respond(request: Request) -> Answer:
        if request.path == "/predict" and request.method in ("GET", "POST"):
            try:
                return reply(request, answer_to(ask, _fields(request)))
            except Exception as fault:  # noqa: BLE001 - whatever it is, the caller gets an answer
                return error_reply(request, error_of(fault, logger))
        if (request.method, request.path) == ("GET", "/health"):
            return reply(request, {"status": "ok", "version": __version__})
        return NOT_FOUND

    return respond


def _fields(request: Request) -> Mapping[str, str]:
    pairs = [*request.parameters, *(_form(request.body) if request.method == "POST" else ())]
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("body",), "give each field once")])
    return fields


def _form(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        reason = "a form (application/x-www-form-urlencoded) with client and json is expected"
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("body",), reason)]) from None
