"""The lane of pipelines that have no plan: the only module of a function that may load pandas and scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping

from augury.artifacts import Artifact
from augury.serving import PLAN_LANE, Lane, NoSuchLane, Scorer


def pandas_lane(artifact: Artifact) -> Scorer:
    """Return the scorer of an artifact by its fitted pipeline; the first one loads pandas and scikit-learn.

    Raises
    ------
    NoSuchLane
        The function's image was built without what fitted pipelines need.
    ArtifactRefused
        The pipeline holds a type that is not on the list, or cannot be read.
    """
    try:
        from augury.pipelines import pandas_lane as lane
    except ModuleNotFoundError as absent:
        raise NoSuchLane("pandas") from absent
    return lane(artifact)


HEAVY_LANES: Mapping[str, Lane] = {**PLAN_LANE, "pandas": pandas_lane}
"""The lanes of a process that has pandas and scikit-learn."""


def load_libraries() -> None:
    """Load pandas and scikit-learn now, before the first model that needs them.

    Raises
    ------
    ModuleNotFoundError
        The function's image was built without them.
    """
    import augury.pipelines  # noqa: F401
