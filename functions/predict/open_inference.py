"""The routes of the Open Inference Protocol over REST."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from augury.clients import Authenticator
from augury.names import ClientName
from augury.serving import OpenInference
from functions.callers import authenticated
from functions.exchange import Answer, Request
from functions.replies import bytes_reply, reply

_MODEL = "/v2/models/{name}"
_VERSION = f"{_MODEL}/versions/{{version}}"


class OpenInferenceEndpoints:
    """The protocol's routes.

    Health is answered without a credential, as probes and load balancers have none; it says nothing of any client.

    Parameters
    ----------
    protocol : OpenInference
        What answers.
    authenticator : Authenticator
        Who may ask.
    """

    def __init__(self, protocol: OpenInference, authenticator: Authenticator) -> None:
        self._protocol = protocol
        self._authenticator = authenticator

    def by_key(self) -> Mapping[str, Callable[[Request], Answer]]:
        """Return the endpoints by the keys of the route table."""
        endpoints: dict[str, Callable[[Request], Answer]] = {
            "GET /v2": self._server,
            "GET /v2/health/live": lambda request: reply(request, {"live": True}),
            "GET /v2/health/ready": lambda request: reply(request, {"ready": True}),
        }
        for path in (_MODEL, _VERSION):
            endpoints[f"GET {path}"] = self._metadata
            endpoints[f"GET {path}/ready"] = self._ready
            endpoints[f"POST {path}/infer"] = self._infer
        return endpoints

    def _server(self, request: Request) -> Answer:
        self._client(request)
        return reply(request, self._protocol.server())

    def _metadata(self, request: Request) -> Answer:
        return reply(request, self._protocol.metadata(self._client(request), *_model(request)))

    def _ready(self, request: Request) -> Answer:
        return reply(request, self._protocol.ready(self._client(request), *_model(request)))

    def _infer(self, request: Request) -> Answer:
        client = self._client(request)
        name, version = _model(request)
        length = request.headers.get("inference-header-content-length")
        body, json_bytes = self._protocol.infer_body(
            client, name, request.body, version, json_length=length, deadline=request.deadline
        )
        return bytes_reply(request, body, json_bytes)

    def _client(self, request: Request) -> ClientName:
        return authenticated(request, self._authenticator).client


def _model(request: Request) -> tuple[str, str | None]:
    named = request.path_parameters
    return named["name"], named.get("version")
