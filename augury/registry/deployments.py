"""The current deployment of a pipeline: its variations, and what each one is served by."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt

from augury.names import PipelineName, Version


class PipelineTarget(BaseModel):
    """A registered version, served in the process of the predict function."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["pipeline"] = "pipeline"
    version: Version


class Variation(BaseModel):
    """A share of a pipeline's calls.

    Parameters
    ----------
    label : str
        Name that answers and logs carry.
    ratio : float
        Share, relative to the sum of all variations' ratios.
    target : PipelineTarget
        What answers the calls.
    """

    model_config = ConfigDict(frozen=True)

    label: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")
    ratio: PositiveFloat
    target: PipelineTarget


class PipelineDeployment(BaseModel):
    """One revision of how a pipeline's calls are answered.

    Parameters
    ----------
    pipeline : PipelineName
        The pipeline.
    revision : int
        Number of the revision, counted from 1.
    variations : tuple of Variation
        At least one, in an order that matters for who gets which (see :func:`augury.registry.choose_variation`).
    """

    model_config = ConfigDict(frozen=True)

    pipeline: PipelineName
    revision: PositiveInt
    variations: tuple[Variation, ...] = Field(min_length=1)
