"""Pipelines as people read them: who answers, which versions there are, and what was changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.markup import escape
from rich.table import Table

from augury.names import PipelineName
from augury.registry import DeploymentChange, PipelineDeployment, PipelineTarget, PipelineVersion, Variation

_METRICS_SHOWN = 4


def percent(share: float | None) -> str:
    """Return a share as people write it.

    Examples
    --------
    >>> percent(0.01), percent(1 / 3), percent(None)
    ('1%', '33.33%', '')
    """
    return "" if share is None else f"{share * 100:.4g}%"


def pipelines(title: str, deployments: Iterable[PipelineDeployment], default: PipelineName | None) -> Table:
    """Return a client's pipelines with the variations of each."""
    table = _table(title, "pipeline", "revision", "variation", "share", "answered by")
    table.columns[1].justify = table.columns[3].justify = "right"
    for deployment in deployments:
        shown = f"{deployment.pipeline} (default)" if deployment.pipeline == default else str(deployment.pipeline)
        for variation in deployment.variations:
            table.add_row(shown, str(deployment.revision), *_variation_cells(deployment, variation))
            shown = ""
    return table


def variations(deployment: PipelineDeployment, versions: Sequence[PipelineVersion]) -> Table:
    """Return a deployment's variations, with the lane and metrics of those that are versions."""
    known = {version.version: version for version in versions}
    table = _table(
        f"Variations of revision {deployment.revision}", "variation", "share", "answered by", "lane", "metrics"
    )
    table.columns[1].justify = "right"
    for variation in deployment.variations:
        target = variation.target
        version = known.get(target.version) if isinstance(target, PipelineTarget) else None
        lane = (version.lane or "") if version is not None else target.kind
        table.add_row(*_variation_cells(deployment, variation), lane, _metrics(version))
    return table


def versions(title: str, found: Iterable[PipelineVersion], answering: Iterable[str]) -> Table:
    """Return registered versions, those that answer marked."""
    table = _table(title, "version", "registered", "answers", "lane", "predicts", "metrics")
    names = set(answering)
    for version in found:
        answers = "yes" if version.version in names else ""
        table.add_row(
            version.version, version.registered_at, answers, version.lane or "", version.kind or "", _metrics(version)
        )
    return table


def revisions(found: Iterable[PipelineDeployment]) -> Table:
    """Return revisions, with who made each, when and why."""
    table = _table("Revisions", "revision", "changed", "by", "variations", "why")
    table.columns[0].justify = "right"
    for one in found:
        changed = "" if one.changed_at is None else one.changed_at.isoformat(timespec="seconds")
        back = "" if one.restores is None else f"back to {one.restores}"
        why = ": ".join(filter(None, [back, one.reason]))
        table.add_row(str(one.revision), changed, escape(one.changed_by or ""), _in_short(one), escape(why))
    return table


def change(planned: DeploymentChange) -> Table:
    """Return what a change does to each variation."""
    before = "nothing" if planned.before is None else f"revision {planned.before.revision}"
    title = f"Pipeline {planned.after.pipeline}: {before} to revision {planned.after.revision}"
    table = _table(title, "variation", "before", "after", "share before", "share after")
    table.columns[3].justify = table.columns[4].justify = "right"
    for line in planned.lines():
        shares = percent(line.share_before), percent(line.share_after)
        table.add_row(line.label, _answered_by(line.before), _answered_by(line.after), *shares)
    return table


def _table(title: str, *columns: str) -> Table:
    return Table(*columns, title=title, title_justify="left")


def _variation_cells(deployment: PipelineDeployment, variation: Variation) -> tuple[str, str, str]:
    return variation.label, percent(deployment.share(variation)), _answered_by(variation)


def _answered_by(variation: Variation | None) -> str:
    """Return a variation's targets in the order in which they are tried."""
    if variation is None:
        return ""
    names = "\nelse ".join(target.name for target in variation.targets)
    return escape(f"{names} (shadow)" if variation.shadow else names)


def _in_short(deployment: PipelineDeployment) -> str:
    return ", ".join(
        f"{one.label} {'shadow ' if one.shadow else ''}{percent(deployment.share(one))}"
        for one in deployment.variations
    )


def _metrics(version: PipelineVersion | None) -> str:
    if version is None:
        return ""
    return ", ".join(f"{name} {value:.4g}" for name, value in list(version.metrics.items())[:_METRICS_SHOWN])
