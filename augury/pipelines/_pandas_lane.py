"""The pandas lane: a fitted pipeline answers as it is, where no plan can."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import skops.io
from sklearn.pipeline import Pipeline

from augury.artifacts import PIPELINE_FILE, Artifact, ArtifactRefused
from augury.pipelines._allowed_types import allowed_types
from augury.pipelines._answers import Answers, fitted_answers
from augury.pipelines._schema import frame_of
from augury.plans import Unanswerable
from augury.schema import InputSchema
from augury.waiting import before_waiting


class PandasScorer:
    """A fitted pipeline, as a lane of serving.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Fitted on what :func:`augury.pipelines.as_json` gives.
    inputs : InputSchema
        What the records were checked against.
    """

    def __init__(self, pipeline: Pipeline, inputs: InputSchema) -> None:
        self._pipeline = pipeline
        self._inputs = inputs

    def answers(self, rows: Sequence[Mapping[str, Any]]) -> Answers:
        """Return what the pipeline answers, and which rows it refuses."""
        return fitted_answers(self._pipeline, frame_of(rows, self._inputs))

    def score(self, rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
        """Return per row the probability of each class, or the one value.

        Raises
        ------
        Unanswerable
            The pipeline leaves a row out or raises about it.
        """
        before_waiting()
        answers = self.answers(rows)
        if not answers.answered.all():
            first = int(np.argmin(answers.answered))
            raise Unanswerable("", "the pipeline has no answer for such a record", first)
        scores: list[list[float]] = answers.values.tolist()
        return scores


def pandas_lane(artifact: Artifact) -> PandasScorer:
    """Return the scorer of an artifact by its fitted pipeline, for the lanes of a process that has pandas.

    Raises
    ------
    ArtifactRefused
        The pipeline holds a type that is not on the list, which the reason names, or cannot be read.
    """
    return PandasScorer(load_pipeline(artifact.files[PIPELINE_FILE]), artifact.manifest.inputs)


def dump_pipeline(pipeline: Pipeline) -> bytes:
    """Return a fitted pipeline as skops stores it: types by name and state, no pickle.

    Raises
    ------
    ArtifactRefused
        It can't be stored, or holds a type that could not be loaded again.
    """
    try:
        body = bytes(skops.io.dumps(pipeline))
    except Exception as error:  # skops raises what the objects raise
        raise ArtifactRefused(PIPELINE_FILE, f"cannot be written: {error}") from error
    _refuse_foreign_types(body)
    return body


def load_pipeline(body: bytes) -> Pipeline:
    """Return a stored pipeline, once every type in it is found on the list.

    Raises
    ------
    ArtifactRefused
        A type is not on the list, or the file is not what skops writes.
    """
    _refuse_foreign_types(body)
    try:
        loaded = skops.io.loads(body, trusted=sorted(allowed_types()))
    except Exception as error:  # a file that was made by other versions can raise anything
        raise ArtifactRefused(PIPELINE_FILE, f"cannot be read: {type(error).__name__}") from error
    if not isinstance(loaded, Pipeline):
        raise ArtifactRefused(PIPELINE_FILE, f"holds a {type(loaded).__name__}, not a Pipeline")
    return loaded


def _refuse_foreign_types(body: bytes) -> None:
    try:
        _refuse_compression(body)
        named = skops.io.get_untrusted_types(data=body)
    except ArtifactRefused:
        raise
    except Exception as error:  # no zip, no schema in it, …
        raise ArtifactRefused(PIPELINE_FILE, f"cannot be read: {type(error).__name__}") from error
    foreign = sorted(set(named) - allowed_types())
    if foreign:
        raise ArtifactRefused(PIPELINE_FILE, f"holds types that are not allowed: {', '.join(foreign)}")


def _refuse_compression(body: bytes) -> None:
    """Refuse an archive that is larger than its file: skops compresses nothing, so that one was made to fill memory."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > len(body):
            raise ArtifactRefused(PIPELINE_FILE, "is compressed, which no stored pipeline is")
