"""What a change of a deployment would do, as data: planned from one revision, and carried out only on that one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from augury.names import PipelineName
from augury.registry.deployments import MAX_VARIATIONS, PipelineDeployment, Variation
from augury.registry.targets import PipelineTarget, Target

_DEFAULT_LABEL = "default"


class ChangeRefused(ValueError):
    """A change that can't be made; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class VariationChange:
    """One line of a plan: a variation as it is and as it will be, and its share of the calls; None where it is not."""

    label: str
    before: Variation | None
    after: Variation | None
    share_before: float | None
    share_after: float | None

    @property
    def changes(self) -> bool:
        """Whether anything about it changes."""
        return (self.before, self.share_before) != (self.after, self.share_after)


@dataclass(frozen=True, slots=True)
class DeploymentChange:
    """A planned revision.

    Parameters
    ----------
    before : PipelineDeployment or None
        The revision that it was planned from; None where the pipeline has none yet.
    after : PipelineDeployment
        The revision that it makes.
    """

    before: PipelineDeployment | None
    after: PipelineDeployment

    def lines(self) -> Iterator[VariationChange]:
        """Yield each variation of before and after, those that stay first."""
        old = {variation.label: variation for variation in self.before.variations} if self.before else {}
        new = {variation.label: variation for variation in self.after.variations}
        for label in [*new, *(label for label in old if label not in new)]:
            before, after = old.get(label), new.get(label)
            share_before = self.before.share(before) if self.before and before else None
            yield VariationChange(label, before, after, share_before, self.after.share(after) if after else None)

    @property
    def changes(self) -> bool:
        """Whether anything changes at all."""
        return any(line.changes for line in self.lines())


def plan_promotion(
    current: PipelineDeployment | None,
    pipeline: PipelineName,
    target: Target,
    *,
    share: float = 1.0,
    label: str | None = None,
    fallbacks: Sequence[Target] = (),
    shadow: bool = False,
) -> DeploymentChange:
    """Return the change that gives a target a share of the calls.

    A label that is there keeps its place in the order, and a new one comes last, so that a canary keeps its callers
    while it grows. The other variations share the rest as they did before; with all calls given away they go. Shadows
    stay.

    Parameters
    ----------
    current : PipelineDeployment or None
        The current revision.
    pipeline : PipelineName
        The pipeline.
    target : PipelineTarget, LambdaTarget or HttpTarget
        What answers.
    share : float
        Part of all calls, above 0 and up to 1; all of them unless given.
    label : str, optional
        Label of the variation. By default the one that has this target; else ``default`` for all calls, and the
        version for a part of them.
    fallbacks : sequence of targets
        What answers where the target fails.
    shadow : bool
        Whether it is only shown that share of the calls.

    Raises
    ------
    ChangeRefused
        The share is no part of the calls, somebody has to answer, or a label is missing.
    """
    if not 0 < share <= 1:
        raise ChangeRefused(f"the ratio is {share:g}: give a part of all calls, above 0 and up to 1")
    if current is None and (share < 1 or shadow):
        raise ChangeRefused(f"pipeline {pipeline!r} answers nothing yet: give its first target all calls")
    name = label or _label(current, target, whole=share == 1 and not shadow)
    promoted = _variation(name, share, target, fallbacks, shadow=shadow)
    others = [variation for variation in (current.variations if current else ()) if variation.label != name]
    if not shadow:
        others = _sharing(others, 1 - share)
    elif not any(variation.ratio for variation in others if not variation.shadow):
        raise ChangeRefused(f"{name!r} answers all calls and can't become a shadow: promote another one first")
    return _planned(current, pipeline, _in_place(current, promoted, others))


def plan_withdrawal(current: PipelineDeployment, label: str) -> DeploymentChange:
    """Return the change that takes a variation away; the others share its calls as they share theirs.

    Raises
    ------
    ChangeRefused
        There is no such variation, or no other one answers.
    """
    if current.find(label) is None:
        known = ", ".join(variation.label for variation in current.variations)
        raise ChangeRefused(f"pipeline {current.pipeline!r} has no variation {label!r}: it has {known}")
    left = tuple(variation for variation in current.variations if variation.label != label)
    if not any(variation.ratio for variation in left if not variation.shadow):
        raise ChangeRefused(f"variation {label!r} is the only one that answers: promote another one instead")
    return _planned(current, current.pipeline, left)


def plan_rollback(current: PipelineDeployment, past: Sequence[PipelineDeployment], to: int | None) -> DeploymentChange:
    """Return the change that brings an earlier revision back, as a new one.

    Parameters
    ----------
    current : PipelineDeployment
        The current revision.
    past : sequence of PipelineDeployment
        Every revision, by number.
    to : int, optional
        The revision to bring back. By default the last one that differs, before the one that answers now, and that
        was no step of a canary; rolled back twice, it goes back twice.

    Raises
    ------
    ChangeRefused
        There is no such revision.
    """
    if to is None:
        origin = current.restores or current.revision
        settled = [one for one in past if one.revision < origin and one.canary_of is None]
        earlier = [one for one in settled if one.variations != current.variations]
        if not earlier:
            raise ChangeRefused(f"pipeline {current.pipeline!r} has no earlier revision that differs from this one")
        return _planned(current, current.pipeline, earlier[-1].variations, restores=earlier[-1].revision)
    wanted = next((one for one in past if one.revision == to), None)
    if wanted is None:
        raise ChangeRefused(f"pipeline {current.pipeline!r} has no revision {to}: it is at {current.revision}")
    return _planned(current, current.pipeline, wanted.variations, restores=to)


def _variation(label: str, ratio: float, target: Target, fallbacks: Sequence[Target], *, shadow: bool) -> Variation:
    try:
        return Variation(label=label, ratio=ratio, target=target, fallbacks=tuple(fallbacks), shadow=shadow)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ChangeRefused(
            f"variation {label!r} is not valid: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        ) from None


def _label(current: PipelineDeployment | None, target: Target, *, whole: bool) -> str:
    for variation in current.variations if current else ():
        if variation.target == target:
            return variation.label
    if whole:
        return _DEFAULT_LABEL
    if isinstance(target, PipelineTarget):
        return str(target.version)
    raise ChangeRefused(f"give the variation that {target.name} answers a --label")


def _sharing(others: list[Variation], rest: float) -> list[Variation]:
    """Return variations that share what is left of 1 as they shared before; without a rest, only shadows stay."""
    total = sum(variation.ratio for variation in others if not variation.shadow)
    shadows_only = rest == 0
    if not shadows_only and total == 0:
        raise ChangeRefused("nobody is there to answer the rest of the calls: give the target all of them")
    scaled = []
    for variation in others:
        if variation.shadow:
            scaled.append(variation)
        elif not shadows_only:
            scaled.append(variation.model_copy(update={"ratio": variation.ratio / total * rest}))
    return scaled


def _in_place(
    current: PipelineDeployment | None, promoted: Variation, others: list[Variation]
) -> tuple[Variation, ...]:
    by_label = {variation.label: variation for variation in [*others, promoted]}
    order = [variation.label for variation in current.variations] if current else []
    kept = [by_label.pop(label) for label in order if label in by_label]
    return (*kept, *by_label.values())


def _planned(
    current: PipelineDeployment | None,
    pipeline: PipelineName,
    variations: tuple[Variation, ...],
    restores: int | None = None,
) -> DeploymentChange:
    revision = current.revision + 1 if current else 1
    if len(variations) > MAX_VARIATIONS:
        raise ChangeRefused(f"pipeline {pipeline!r} has {MAX_VARIATIONS} variations already: withdraw one first")
    after = PipelineDeployment(pipeline=pipeline, revision=revision, variations=variations, restores=restores)
    return DeploymentChange(current, after)
