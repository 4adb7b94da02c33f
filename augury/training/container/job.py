"""A training job in a container, from its hyperparameters to its exit code."""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import pandas as pd

from augury.artifacts import (
    REPORT_FILE,
    ArtifactRefused,
    DataWindow,
    KmsSigner,
    LocalSigner,
    Signer,
    Trust,
    digest,
    publish,
)
from augury.aws import AwsUnavailable, KeyService, ObjectStore
from augury.aws.connection import Connection
from augury.frames import read_events
from augury.lake import model_prefix
from augury.names import Version
from augury.training.container.hyperparameters import EXAMPLE, Hyperparameters, read_hyperparameters
from augury.training.container.places import Places
from augury.training.definition import Definition, load_definition
from augury.training.files import read_file
from augury.training.folds import Folds
from augury.training.refusal import TrainingRefused
from augury.training.train import Search, TrainingOutcome, train

_MOST_REASON = 1024  # longer, SageMaker cuts it
_EXPECTED = (TrainingRefused, ArtifactRefused, AwsUnavailable, OSError, ValueError)


def main(arguments: Sequence[str], environ: Mapping[str, str], stdout: IO[str], stderr: IO[str]) -> int:
    """Train as the job says, and return the exit code: 0, or 1 after a failure, whose reason is written down.

    Every score goes to ``stdout`` on a line ``name=value;``, for a job's metric definitions, such as
    ``{"Name": "accuracy", "Regex": "^accuracy=(.*?);"}``.

    Parameters
    ----------
    arguments : sequence of str
        Hyperparameters as ``--name value``, as SageMaker gives them to a script; the word ``train`` in front, as it
        gives it to an image, is skipped.
    environ : mapping of str to str
        The environment.
    stdout, stderr : text files
        Where metrics and progress, and what went wrong, are written.
    """
    places = Places.of(environ)
    try:
        outcome = _run(read_hyperparameters(places.hyperparameters, arguments), places, environ, stdout)
    except _EXPECTED as error:
        return _failed(str(error), places, stderr)
    except Exception as error:  # noqa: BLE001 - whatever it is, the job must end with its reason
        stderr.write(traceback.format_exc())
        return _failed(f"{type(error).__name__}: {error}", places, stderr)
    stdout.writelines(f"{name}={value:.6g};\n" for name, value in outcome.manifest.metrics.items())
    return 0


def _run(told: Hyperparameters, places: Places, environ: Mapping[str, str], stdout: IO[str]) -> TrainingOutcome:
    definition = load_definition(_definition(told, places))
    pipeline = told.pipeline or definition.name
    version = told.version or _version(environ)
    signer = _signer(told)
    outcome = train(
        definition,
        _data(told, definition, places, stdout),
        client=told.client,
        pipeline=pipeline,
        version=version,
        directory=places.model / pipeline / version,
        data_window=DataWindow(first=told.first, last=told.last),
        folds=Folds(told.folds, told.fold_kind, told.fold_by, told.seed),
        search=Search(told.tune, _study(places)) if told.tune else None,
        signer=signer,
        examples=told.examples,
        progress=lambda at: stdout.writelines([f"{at.stage} {at.done}/{at.total}\n"]),
    )
    places.output.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(outcome.directory / REPORT_FILE, places.output / REPORT_FILE)
    if told.bucket is not None:
        _publish(outcome, told.bucket, signer)
    return outcome


def _publish(outcome: TrainingOutcome, bucket: str, signer: Signer | None) -> None:
    """Lay the artifact where its client's are; nothing answers by it before it is registered."""
    made = outcome.manifest
    trust = Trust([] if signer is None else [signer.public_pem()], allow_unsigned=signer is None)
    store = ObjectStore(Connection().s3(), bucket)
    publish(outcome.directory, store, model_prefix(made.client, made.pipeline, made.version), trust)


def _definition(told: Hyperparameters, places: Places) -> Path:
    tried = [Path(directory) / told.definition for directory in (*_definition_places(places), Path())]
    found = next((path for path in tried if path.is_file()), tried[-1])
    if told.definition_sha256 is not None and digest(found.read_bytes()) != told.definition_sha256:
        raise TrainingRefused(f"{found.name} is not the definition that was asked for: its SHA-256 is another")
    return found


def _definition_places(places: Places) -> Iterator[Path]:
    if "definition" in places.channels:
        yield places.channels["definition"]
    yield places.code


def _data(told: Hyperparameters, definition: Definition, places: Places, stdout: IO[str]) -> pd.DataFrame:
    if told.data == EXAMPLE:
        return definition.example()
    if told.lake is not None:
        return _events(told, told.lake, stdout)
    if told.data not in places.channels:
        there = ", ".join(sorted(places.channels)) or "none"
        raise TrainingRefused(f"there is no input channel {told.data!r}; there are: {there}")
    return read_file(places.channels[told.data])


def _events(told: Hyperparameters, bucket: str, stdout: IO[str]) -> pd.DataFrame:
    if told.first is None or told.last is None:
        raise TrainingRefused("hyperparameters: first and last say which days' events are read; give both")
    events = read_events(Connection(), bucket, told.client, told.first, told.last)
    stdout.writelines(f"not read: {skipped}\n" for skipped in events.skipped)
    if events.frame.empty:
        raise TrainingRefused(f"client {told.client!r} has no events from {told.first} to {told.last}")
    return events.frame


def _version(environ: Mapping[str, str]) -> Version:
    return Version(environ.get("TRAINING_JOB_NAME") or f"{datetime.now(UTC):%Y%m%d-%H%M%S}")


def _study(places: Places) -> Path | None:
    return places.checkpoints / "study.log" if places.checkpoints.is_dir() else None


def _signer(told: Hyperparameters) -> Signer | None:
    key = told.signing_key
    if key is None or not key.startswith("arn:"):
        return None if key is None else LocalSigner.read(Path(key))
    region = key.split(":")[3]  # arn:partition:service:region:account:resource
    return KmsSigner(KeyService(Connection(region=region).kms()), key)


def _failed(reason: str, places: Places, stderr: IO[str]) -> int:
    stderr.write(f"training: {reason}\n")
    places.failure.parent.mkdir(parents=True, exist_ok=True)
    places.failure.write_text(reason[:_MOST_REASON], encoding="utf-8")
    return 1
