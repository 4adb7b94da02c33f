"""``augury predict``: what a client would be answered, by the operator's own hand.

It reads registry and artifacts with the operator's credentials and answers in this process. That is how an operator
asks a variation that clients can't choose, and nothing of it is in the client's prediction log.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from augury.aws import FunctionInvoker
from augury.cli import session
from augury.cli.session import Profile, Session
from augury.config import FunctionSettings
from augury.names import ClientName

_THIS_MACHINE = "http://localhost:*, http://127.0.0.1:*, http://[::1]:*"


def predict(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="For whom.")],
    body: Annotated[str, typer.Argument(metavar="JSON", help="What POST /predict takes.")],
    variation: Annotated[
        str | None, typer.Option(help="Label of the variation that is to answer. [default: the caller's]")
    ] = None,
) -> None:
    """Answer a prediction here, as the service would, without logging it."""
    run = session.of(context)
    session.print_json(_answer(run, session.existing_client(run, client), body, variation))


def _answer(run: Session, client: ClientName, body: str, variation: str | None) -> object:
    from augury import serving
    from augury.serving.targets import AllowedHosts, Connections, HttpServices, LambdaFunctions, Services

    hosts = FunctionSettings().http_targets or (_THIS_MACHINE if run.profile is Profile.LOCAL else None)
    with tempfile.TemporaryDirectory(prefix="augury-") as scratch:
        models = serving.ModelCache(run.store, Path(scratch), 10**9, run.trust)
        connections = Connections(AllowedHosts.parse(hosts))
        engine = serving.PredictionEngine(
            serving.PipelineDirectory(run.registry, ttl_s=5),
            models,
            log=lambda _: None,
            services=Services(LambdaFunctions(FunctionInvoker(run.connection)), HttpServices(connections)),
        )
        try:
            return engine.predict(client, serving.from_body(body.encode()), variation=variation).as_json()
        finally:
            connections.close()
