"""How a pipeline's calls are answered: its variations, and the numbered revisions of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PositiveInt, StringConstraints, model_validator

from augury.names import PipelineName
from augury.registry.targets import PipelineTarget, Target

MAX_VARIATIONS = 50
"""Most variations of one pipeline."""

MAX_FALLBACKS = 4
"""Most targets that a variation tries after its first."""

MAX_RATIO = 1e9

type Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
"""Name of a variation."""


class Variation(BaseModel):
    """A share of a pipeline's calls.

    Parameters
    ----------
    label : str
        Name that answers and logs carry.
    ratio : float
        Share, relative to the sum of all ratios that are no shadow's. Of a shadow: the part of all calls, up to 1,
        that it is shown.
    target : PipelineTarget, LambdaTarget or HttpTarget
        What answers the calls.
    fallbacks : tuple of such targets
        What answers in turn where the target fails; none unless given.
    shadow : bool
        Whether it is only shown calls that another variation answers. Its answers are logged and go nowhere else.
    """

    model_config = ConfigDict(frozen=True)

    label: Label
    ratio: float = Field(ge=0, le=MAX_RATIO, allow_inf_nan=False)
    target: Target
    fallbacks: tuple[Target, ...] = Field(default=(), max_length=MAX_FALLBACKS)
    shadow: bool = False

    @model_validator(mode="after")
    def _shown_at_most_every_call(self) -> Self:
        if self.shadow and self.ratio > 1:
            raise ValueError(f"shadow {self.label!r} has ratio {self.ratio}; give the part of calls it sees, up to 1")
        return self

    @property
    def targets(self) -> tuple[Target, ...]:
        """All that may answer, in the order in which they are tried."""
        return (self.target, *self.fallbacks)


class PipelineDeployment(BaseModel):
    """One revision of how a pipeline's calls are answered.

    Parameters
    ----------
    pipeline : PipelineName
        The pipeline.
    revision : int
        Number of the revision, counted from 1.
    variations : tuple of Variation
        At least one that answers, in an order that matters for who gets which
        (see :func:`augury.registry.choose_variation`).
    changed_at, changed_by, reason
        When, by whom and why the revision was made; None for those of before this was kept.
    restores : int, optional
        The earlier revision that this one brought back.
    canary_of : str, optional
        Label of a variation that has this share only while it is watched: no revision that anybody goes back to.
    """

    model_config = ConfigDict(frozen=True)

    pipeline: PipelineName
    revision: PositiveInt
    variations: tuple[Variation, ...] = Field(min_length=1, max_length=MAX_VARIATIONS)
    changed_at: AwareDatetime | None = None
    changed_by: str | None = Field(default=None, max_length=256)
    reason: str | None = Field(default=None, max_length=1024)
    restores: PositiveInt | None = None
    canary_of: Label | None = None

    @model_validator(mode="after")
    def _somebody_answers(self) -> Self:
        labels = [variation.label for variation in self.variations]
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ValueError(f"variation {twice[0]!r} is there twice: labels tell variations apart")
        if not any(variation.ratio for variation in self.answering):
            raise ValueError("no variation answers: at least one that is no shadow needs a ratio above 0")
        return self

    @property
    def answering(self) -> tuple[Variation, ...]:
        """The variations that calls are shared among, in stored order."""
        return tuple(variation for variation in self.variations if not variation.shadow)

    @property
    def shadows(self) -> tuple[Variation, ...]:
        """The variations that are only shown calls."""
        return tuple(variation for variation in self.variations if variation.shadow)

    def share(self, variation: Variation) -> float:
        """Return a variation's part of all calls, from 0 to 1; of a shadow, the part that it is shown.

        Examples
        --------
        >>> ab = PipelineDeployment.model_validate({"pipeline": "iris", "revision": 1, "variations": [
        ...     {"label": "a", "ratio": 3, "target": {"kind": "pipeline", "version": "1"}},
        ...     {"label": "b", "ratio": 1, "target": {"kind": "pipeline", "version": "2"}}]})
        >>> [ab.share(variation) for variation in ab.variations]
        [0.75, 0.25]
        """
        if variation.shadow:
            return variation.ratio
        return variation.ratio / sum(other.ratio for other in self.answering)

    def find(self, label: str) -> Variation | None:
        """Return the variation of a label, or None where there is none."""
        return next((variation for variation in self.variations if variation.label == label), None)

    def pipeline_targets(self) -> Iterator[PipelineTarget]:
        """Yield every target that is a registered version, fallbacks included."""
        for variation in self.variations:
            yield from (target for target in variation.targets if isinstance(target, PipelineTarget))
