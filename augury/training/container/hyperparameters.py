"""What a training job is told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from augury.names import ClientName, PipelineName, Version
from augury.training.folds import FoldKind
from augury.training.refusal import TrainingRefused

EXAMPLE = "example"
"""Value of ``data`` that stands for the definition's own example data."""

EVENTS = "events"
"""Value of ``data`` that stands for the client's events in the data bucket, where one is named."""


class Hyperparameters(BaseModel):
    """What a training job is told, by ``hyperparameters.json`` or by arguments ``--name value``, which win.

    Parameters
    ----------
    definition : str
        Pipeline definition: a file of the channel ``definition``, of the code directory or of the working directory.
    definition_sha256 : str, optional
        SHA-256 that the definition must have, in hexadecimal.
    client : ClientName
        Whose pipeline it becomes.
    pipeline : PipelineName, optional
        What it is called; by default what the definition says.
    version : Version, optional
        Its label; the job's name, else the time, by default.
    data : str, default "training"
        Channel with the files of events; ``example`` for the definition's own data, ``events`` with a ``bucket`` for
        the client's events.
    bucket : str, optional
        A deployment's data bucket: events are read from it, and the artifact is published there for its client.
    first, last : date, optional
        UTC days that the events are of, for the manifest; with a ``bucket`` and ``data=events``, those that are read.
    folds, fold_kind, fold_by, seed
        The cross-validation, as :class:`augury.training.Folds` has it.
    tune : int, optional
        Trials of a search for parameters. They are kept in the checkpoint directory, if there is one, so that a spot
        job that is interrupted goes on.
    examples : bool, default True
        Whether the schema keeps values of the data.
    signing_key : str, optional
        ARN of the KMS key, or path of the PEM file, that signs the artifact.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    definition: str
    definition_sha256: str | None = None
    client: ClientName
    pipeline: PipelineName | None = None
    version: Version | None = None
    data: str = "training"
    bucket: str | None = None
    first: date | None = None
    last: date | None = None
    folds: int = Field(default=5, ge=2)
    fold_kind: FoldKind | None = None
    fold_by: str | None = None
    seed: int = Field(default=0, ge=0)
    tune: int | None = Field(default=None, ge=1)
    examples: bool = True
    signing_key: str | None = None

    @property
    def lake(self) -> str | None:
        """The bucket whose events are trained on, if it is those."""
        return self.bucket if self.data == EVENTS else None


def read_hyperparameters(file: Path, arguments: Sequence[str]) -> Hyperparameters:
    """Return what a job is told.

    Parameters
    ----------
    file : Path
        JSON object of texts, which may be in quotes once more; it may be missing.
    arguments : sequence of str
        ``--name value`` or ``--name=value``; the word ``train`` in front is skipped.

    Raises
    ------
    TrainingRefused
        A name is unknown, a value is missing or does not suit; the message says which.
    """
    given = _of_file(file) | dict(_of_arguments(arguments))
    try:
        return Hyperparameters.model_validate(given)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False))
        raise TrainingRefused(f"hyperparameters: {wrong}") from None


def _of_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise TrainingRefused(f"{path} is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise TrainingRefused(f"{path} is no JSON object")
    # "sagemaker_…" are the platform's own.
    return {name: _unquoted(value) for name, value in found.items() if not name.startswith("sagemaker_")}


def _of_arguments(arguments: Sequence[str]) -> Iterator[tuple[str, Any]]:
    rest = list(arguments)
    if rest[:1] == ["train"]:
        del rest[0]
    while rest:
        option, _, value = rest.pop(0).partition("=")
        if not option.startswith("--"):
            raise TrainingRefused(f"argument {option!r} is no hyperparameter: write --name value")
        if not value and not rest:
            raise TrainingRefused(f"argument {option} has no value")
        yield option.removeprefix("--").replace("-", "_"), _unquoted(value or rest.pop(0))


def _unquoted(value: Any) -> Any:
    """Return a text without the quotes that SageMaker's Python SDK puts around it."""
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return json.loads(value)
    return value
