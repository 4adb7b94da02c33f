"""A loaded model: what it expects, and how it scores rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from augury.artifacts import Artifact, Manifest
from augury.errors import MAX_DETAILS, AuguryError, Detail, Kind
from augury.plans import Unanswerable
from augury.serving.answers import class_predictions, value_prediction

MAX_PREDICTIONS = 40_000
"""Most rows times classes in one answer: at some 100 bytes each they stay below the 6 MB that Lambda answers with."""


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
        Size of its files, an estimate of what it holds in memory.
    """

    manifest: Manifest
    scorer: Scorer
    size_bytes: int

    @property
    def classes(self) -> Sequence[str]:
        """Readable class names, in the order of the scores."""
        return self.manifest.classes or ()

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

    def _score(self, rows: Sequence[Mapping[str, Any]], *, single: bool) -> list[list[float]]:
        try:
            return self.scorer.score(rows)
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
    return Model(manifest, lanes[manifest.lane](artifact), sum(len(artifact.files[n]) for n in manifest.served_files))
