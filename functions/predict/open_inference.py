"""The routes of the Open Inference Protocol."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from augury.clients import Authenticator
from augury.names import ClientName
from augury.serving import OpenInference
from functions.http import Resolver, authenticated, body, deadline, header, respond


def add_open_inference(app: Resolver, protocol: OpenInference, authenticator: Authenticator) -> None:
    """Have a resolver answer the protocol's routes.

    Health is answered without a credential, as probes and load balancers have none; it says nothing of any client.
    """

    def client() -> ClientName:
        return authenticated(app, authenticator).client

    @app.get("/v2")
    def get_server() -> Response[str]:
        client()
        return respond(app, protocol.server())

    @app.get("/v2/health/live")
    def get_live() -> Response[str]:
        return respond(app, {"live": True})

    @app.get("/v2/health/ready")
    def get_ready() -> Response[str]:
        return respond(app, {"ready": True})

    @app.get("/v2/models/<name>")
    @app.get("/v2/models/<name>/versions/<version>")
    def get_model(name: str, version: str | None = None) -> Response[str]:
        return respond(app, protocol.metadata(client(), name, version))

    @app.get("/v2/models/<name>/ready")
    @app.get("/v2/models/<name>/versions/<version>/ready")
    def get_model_ready(name: str, version: str | None = None) -> Response[str]:
        return respond(app, protocol.ready(client(), name, version))

    @app.post("/v2/models/<name>/infer")
    @app.post("/v2/models/<name>/versions/<version>/infer")
    def post_infer(name: str, version: str | None = None) -> Response[str]:
        length = header(app, "inference-header-content-length")
        answer = protocol.infer(client(), name, body(app), version, json_length=length, deadline=deadline(app))
        return respond(app, answer)
