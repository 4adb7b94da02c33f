"""A loaded model: what it expects, and how it scores rows."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

from augury.artifacts import Artifact, Manifest
from augury.errors import MAX_DETAILS, AuguryError, Detail, Kind
from augury.plans import Unanswerable
from augury.serving.answers import class_predictions, value_prediction

MAX_PREDICTIONS = 40_000
"""Most rows times classes in one answer: at some 100 bytes each they stay below the 6 MB that Lambda answers with."""


MEMORY_PER_BYTE = 7
"""What a loaded model holds in memory for each byte of its files.

ONNX Runtime 1.32 keeps the nodes of a tree as attributes, eight bytes for what takes one or two in the file, beside
those that it runs: 100 trees of depth 6 and their plan hold 1.5 MB for files of 0.23 MB. Other models hold less.
"""


class NoSuchLane(Exception):
    """An artifact that needs a lane of serving which this process does not have."""

    def __init__(self, lane: str) -> None:
        super().__init__(f"a {lane} artifact needs a lane that is not here")
        self.lane = lane


class Scorer(Protocol):
    """A lane of serving: from checked rows to numbers."""

    def score(self, rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
        """Return per row the probability of each class, in the order of the manifest's classes, or the one value.

        Raises
        ------
        Unanswerable
            The pipeline has no answer for a row; ``record`` is its position.
        """


class FarScorer(ABC):
    """A lane of serving in another process, which has to keep to the time of each call."""

    @abstractmethod
    def during(self, puid: str, deadline: float) -> Self:
        """Return the scorer of the call with a puid, which ends at a time of the monotonic clock."""

    @abstractmethod
    def score(self, rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
        """Return the scores of rows, as every :class:`Scorer` does.

        Raises
        ------
        Unanswerable
            As of any scorer.
        AuguryError
            502, 503 or 504: the other process did not answer.
        """


type Lane = Callable[[Artifact], Scorer]
"""Makes the scorer of a checked artifact.

It raises ``ArtifactRefused`` or ``InvalidPlan`` where it can't.
"""


@dataclass(frozen=True, slots=True)
class Model:
    """One version of a pipeline, ready to answer.

    Parameters
    ----------
    manifest : Manifest
        What the artifact says of itself.
    scorer : Scorer
        The lane that it is served by.
    size_bytes : int
        What it holds in memory, an estimate by the size of its files.
    """

    manifest: Manifest
    scorer: Scorer
    size_bytes: int

    @property
    def classes(self) -> Sequence[str]:
        """Readable class names, in the order of the scores."""
        return self.manifest.classes or ()

    def during(self, puid: str, deadline: float) -> Model:
        """Return the model for one call: this one, unless its scorer is in another process."""
        if isinstance(self.scorer, FarScorer):
            return replace(self, scorer=self.scorer.during(puid, deadline))
        return self

    def predict(self, rows: Sequence[Mapping[str, Any]], *, single: bool) -> list[list[dict[str, Any]]]:
        """Return per row the predictions as they are answered.

        Raises
        ------
        AuguryError
            ``SCHEMA_MISMATCH``: some row does not fit, or the pipeline leaves such rows out; offending fields are
            named, up to 100. ``BODY_TOO_LARGE``: the answer would not fit into one of Lambda's.
        """
        width = len(self.classes) or 1
        if len(rows) * width > MAX_PREDICTIONS:
            most = MAX_PREDICTIONS // width
            raise AuguryError(Kind.BODY_TOO_LARGE, [Detail(("data",), f"{len(rows)} rows; send at most {most}")])
        problems: list[Detail] = []
        for index, row in enumerate(rows):
            problems += self.manifest.inputs.problems(row, ("data",) if single else ("data", index))
            if len(problems) >= MAX_DETAILS:
                break
        if problems:
            raise AuguryError(Kind.SCHEMA_MISMATCH, problems)
        scored = self._score(rows, single=single)
        if self.manifest.kind == "regression":
            return [value_prediction(value) for (value,) in scored]
        return [class_predictions(self.classes, probabilities) for probabilities in scored]

    def score(self, rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
        """Return what the scorer does, once every number is found to be one that JSON has.

        Raises
        ------
        Unanswerable
            As of :meth:`Scorer.score`; and the numbers of a row are infinite, or none.
        """
        scored = self.scorer.score(rows)
        for index, numbers in enumerate(scored):
            if not all(map(math.isfinite, numbers)):
                raise Unanswerable("", "the pipeline answers it with no finite number", index)
        return scored

    def _score(self, rows: Sequence[Mapping[str, Any]], *, single: bool) -> list[list[float]]:
        try:
            return self.score(rows)
        except Unanswerable as refusal:
            row = ("data",) if single else ("data", refusal.record or 0)
            loc = (*row, refusal.field) if refusal.field else row
            raise AuguryError(Kind.SCHEMA_MISMATCH, [Detail(loc, refusal.reason)]) from None


def load_model(artifact: Artifact, lanes: Mapping[str, Lane]) -> Model:
    """Return the model of a verified artifact.

    Parameters
    ----------
    artifact : Artifact
        With the files that its lane needs.
    lanes : mapping of str to Lane
        How the artifacts of each lane are loaded here.

    Raises
    ------
    NoSuchLane
        The artifact needs another lane than this process has.
    ArtifactRefused, InvalidPlan
        Its files are not what they should be.
    """
    manifest = artifact.manifest
    if manifest.lane not in lanes:
        raise NoSuchLane(manifest.lane)
    # Of what another process serves there are no files here, but the manifest takes its room too.
    served = sum(len(artifact.files[name]) for name in manifest.served_files if name in artifact.files)
    size_bytes = MEMORY_PER_BYTE * served or len(manifest.dump())
    return Model(manifest, lanes[manifest.lane](artifact), size_bytes)
