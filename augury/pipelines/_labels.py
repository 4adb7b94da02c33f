"""What of a raw event holds a pipeline's target: a record to predict has none of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from sklearn.pipeline import Pipeline

from augury.pipelines._frame_estimator import FrameEstimator
from augury.pipelines._not_compilable import NotCompilable, TargetLeaks
from augury.plans import AnyStep, Path

type FieldPath = tuple[str, ...]
"""A raw field, or a value in it: the field, and keys from the outermost object inwards."""


def label_fields(pipeline: Pipeline) -> frozenset[str]:
    """Return the raw fields that hold a fitted pipeline's target, or that it is made from.

    An object that holds the target among other values is none of them.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Fitted; its last step names its ``target`` and perhaps its ``target_readable``.
    """
    names = _label_names(pipeline)
    return names | {path[0] for path in origins_of(names, _plan_steps(pipeline)) if len(path) == 1}


def refuse_leakage(pipeline: Pipeline) -> None:
    """Refuse a target that could be read off a feature: it would be learned perfectly and be useless.

    Raises
    ------
    TargetLeaks
        The target of the fitted pipeline is made from a feature.
    """
    estimator = pipeline.steps[-1][1]
    if not isinstance(estimator, FrameEstimator):
        return
    steps, made = _plan_steps(pipeline), estimator.to_plan()
    labels = origins_of(_label_names(pipeline), steps)
    features = origins_of(made.vector, [*steps, *made.steps])
    leaking = sorted(path for path in features if any(_overlap(path, label) for label in labels))
    if leaking:
        field = ".".join(leaking[0])
        raise TargetLeaks(f"the target {estimator.target!r} is made from {field!r}, which is a feature too: exclude it")


def origins_of(fields: Iterable[str], steps: Sequence[AnyStep]) -> frozenset[FieldPath]:
    """Return what of a raw event some fields are made from, which are there after the steps.

    Examples
    --------
    >>> steps = [Path(field="user", output="age", keys=("age",)), Path(field="user", output="city", keys=("city",))]
    >>> sorted(origins_of(["age", "rooms"], steps))
    [('rooms',), ('user', 'age')]
    """
    made: dict[str, frozenset[FieldPath]] = {}
    computed: set[str] = set()
    for step in steps:
        origins = _origins(step.reads, made)
        if isinstance(step, Path) and step.field not in computed:
            origins = frozenset((*origin, *step.keys) for origin in origins)
        else:
            computed.update(step.writes)
        made.update(dict.fromkeys(step.writes, origins))
    return _origins(fields, made)


def _origins(fields: Iterable[str], made: dict[str, frozenset[FieldPath]]) -> frozenset[FieldPath]:
    return frozenset(chain.from_iterable(made.get(field, {(field,)}) for field in fields))


def _overlap(one: FieldPath, other: FieldPath) -> bool:
    """Whether one value holds the other, or is it."""
    return all(key == same for key, same in zip(one, other, strict=False))


def _label_names(pipeline: Pipeline) -> frozenset[str]:
    estimator = pipeline.steps[-1][1]
    return frozenset(filter(None, (getattr(estimator, about, None) for about in ("target", "target_readable"))))


def _plan_steps(pipeline: Pipeline) -> list[AnyStep]:
    steps: list[AnyStep] = []
    for _, transform in pipeline.steps[:-1]:
        try:
            steps += transform.to_plan() if hasattr(transform, "to_plan") else []
        except NotCompilable:  # what has no plan form makes features, not labels
            continue
    return steps
