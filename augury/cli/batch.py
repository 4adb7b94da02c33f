"""Predictions for a file's rows: which model answers, and what a person sees of the run."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from augury import artifacts
from augury.cli import session
from augury.cli.bars import byte_bar
from augury.cli.session import Session
from augury.errors import AuguryError
from augury.formats import format_of
from augury.names import ClientName, PipelineName
from augury.registry import PipelineTarget, PipelineVersion, Variation
from augury.serving import PLAN_LANE, Lane, Model, ModelCache, Scorer, load_model

if TYPE_CHECKING:
    from augury.serving.batch import BatchSummary


def registered_model(run: Session, client: ClientName, pipeline: str | None, variation: str | None) -> Model:
    """Return the model of the version that answers.

    Raises
    ------
    ValueError
        There is none, it is not clear which, it is no registered version, or its artifact can't be used; the message
        says what to do.
    """
    name = run.registry.default_pipeline(client) if pipeline is None else PipelineName(pipeline)
    if name is None:
        raise ValueError(f"{client!r} has no default pipeline: name one with --pipeline")
    version = _version(run, client, name, variation)
    with tempfile.TemporaryDirectory(prefix="augury-") as scratch:
        try:
            return ModelCache(run.store, Path(scratch), 10**9, run.trust, lanes=_LANES).get(client, version)
        except AuguryError as error:
            reasons = "; ".join(detail.msg for detail in error.details) or str(error)
            raise ValueError(f"{name}: {reasons}") from error


def local_model(run: Session, client: ClientName, directory: Path) -> Model:
    """Return the model of an artifact directory.

    Raises
    ------
    ArtifactRefused
        It can't be used.
    ValueError
        It was made for another client.
    """
    artifact = artifacts.load(directory, run.trust, for_serving=True)
    if artifact.manifest.client != client:
        raise ValueError(f"{directory} was made for client {artifact.manifest.client!r}")
    return load_model(artifact, _LANES)


def predict(model: Model, source: Path, out: Path, *, quiet: bool) -> BatchSummary:
    """Answer a file's rows, with a bar for people."""
    from augury.serving.batch import predict_file

    with byte_bar("predict", source.stat().st_size, quiet=quiet) as advance:
        return predict_file(model, source, format_of(source), out, lambda done: advance(done, ""))


def show(summary: BatchSummary, out: Path, *, as_json: bool) -> None:
    """Say what was done."""
    if as_json:
        about = {"rows": summary.rows, "refused": summary.refused, "resumed_at": summary.resumed_at}
        return session.print_json({"out": str(out), **about})
    said = f"{summary.rows:,} rows are in {out}."
    if summary.resumed_at:
        said += f" {summary.resumed_at:,} of them were done by an earlier run."
    if summary.refused:
        said += f" [yellow]{summary.refused:,} have no prediction: the reason is in their error field.[/]"
    session.console().print(said, soft_wrap=True)
    return None


def _version(run: Session, client: ClientName, name: PipelineName, label: str | None) -> PipelineVersion:
    deployment = run.registry.deployment(client, name)
    if deployment is None:
        raise ValueError(f"{client!r} has no pipeline {name!r}: see `augury pipeline list {client}`")
    candidates = [one for one in deployment.variations if one.label == label]
    if label is None:
        candidates = [one for one in deployment.answering if one.ratio > 0]
    if len(candidates) != 1:
        labels = ", ".join(one.label for one in deployment.variations)
        raise ValueError(f"{name!r} has variations {labels}: say with --variation which one is to answer")
    return _registered(run, client, name, candidates[0])


def _registered(run: Session, client: ClientName, name: PipelineName, variation: Variation) -> PipelineVersion:
    target = variation.target
    if not isinstance(target, PipelineTarget):
        raise ValueError(
            f"variation {variation.label!r} is answered by {target.name}: a file needs a registered version"
        )
    version = run.registry.version(client, name, target.version)
    if version is None:
        raise ValueError(f"{name!r} has no version {target.version!r}: see `augury pipeline show {client} {name}`")
    return version


def _pandas_lane(artifact: artifacts.Artifact) -> Scorer:
    from augury.pipelines import pandas_lane  # it takes a second

    return pandas_lane(artifact)


_LANES: dict[str, Lane] = {**PLAN_LANE, "pandas": _pandas_lane}
