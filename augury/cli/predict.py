"""``augury predict``: what a client would be answered, by the operator's own hand.

It reads registry and artifacts with the operator's credentials and answers in this process. That is how an operator
asks a variation that clients can't choose, and nothing of it is in the client's prediction log.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from augury.aws import FunctionInvoker
from augury.cli import session
from augury.cli.session import AsJson, Profile, Session
from augury.config import FunctionSettings
from augury.names import ClientName

_THIS_MACHINE = "http://localhost:*, http://127.0.0.1:*, http://[::1]:*"


def predict(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="For whom.")],
    body: Annotated[str | None, typer.Argument(metavar="[JSON]", help="What POST /predict takes.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Rows to predict: NDJSON, CSV or Parquet.", exists=True, dir_okay=False),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Output for --file: .ndjson, .csv or .parquet.", dir_okay=False)
    ] = None,
    pipeline: Annotated[str | None, typer.Option(help="Which pipeline. [default: the client's default]")] = None,
    variation: Annotated[
        str | None, typer.Option(help="Label of the variation that is to answer. [default: the caller's]")
    ] = None,
    artifact: Annotated[
        Path | None,
        typer.Option("--artifact", help="Artifact directory that answers, with --file.", exists=True, file_okay=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer a prediction here, as the service would, without logging it; or with --file those of a file.

    A run over a file that was stopped goes on where it was when it is repeated. Exit code 1 means that some rows have
    no prediction; the output has the reason of each.
    """
    run = session.of(context)
    if file is None:
        if body is None or out is not None or artifact is not None:
            raise ValueError("give what to predict: a JSON argument, or --file with --out")
        return session.print_json(_answer(run, session.existing_client(run, client), body, pipeline, variation))
    if body is not None or out is None:
        raise ValueError("--file needs --out, and takes no JSON argument")
    if artifact is not None and (pipeline is not None or variation is not None):
        raise ValueError("--artifact says what answers: leave out --pipeline and --variation")
    from augury.cli import batch

    owner = session.existing_client(run, client)
    model = (
        batch.local_model(run, owner, artifact)
        if artifact is not None
        else batch.registered_model(run, owner, pipeline, variation)
    )
    summary = batch.predict(model, file, out, quiet=as_json)
    batch.show(summary, out, as_json=as_json)
    if summary.refused:
        raise typer.Exit(1)
    return None


def _answer(run: Session, client: ClientName, body: str, pipeline: str | None, variation: str | None) -> object:
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
        asked = serving.from_body(body.encode())
        request = asked if pipeline is None else replace(asked, pipeline=pipeline)
        try:
            return engine.predict(client, request, variation=variation).as_json()
        finally:
            connections.close()
