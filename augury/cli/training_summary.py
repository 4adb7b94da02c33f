"""What a person, or a machine, wants to know of a training at its end."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from augury.training import Evaluation, ParityReport, TrainingOutcome, Tuning

_SHOWN = {
    "classification": ("accuracy", "balanced_accuracy", "f1", "auc", "log_loss", "brier"),
    "regression": ("rmse", "mae", "r2", "mape"),
}
_MOST_NAMES = 12


def summary(outcome: TrainingOutcome) -> Table:
    """Return it as a table."""
    manifest = outcome.manifest
    title = f"Pipeline {manifest.pipeline}, version {manifest.version}"
    table = Table(title=title, show_header=False, title_justify="left")
    table.add_row("trained on", f"{manifest.rows} events of {manifest.client}")
    table.add_row("inputs", _listed([f"{field.name} ({field.type})" for field in manifest.inputs.fields]))
    if manifest.classes:
        table.add_row("classes", _listed(list(manifest.classes)))
    for name in _SHOWN[outcome.evaluation.kind]:
        if name in outcome.evaluation.names:
            table.add_row(name.replace("_", " "), _score(outcome.evaluation, name))
    for note in outcome.evaluation.notes:
        table.add_row("note", escape(note))
    if outcome.tuning:
        table.add_row("tuned", _tuned(outcome.tuning))
    table.add_row(
        "lane", manifest.lane if manifest.lane_reason is None else f"{manifest.lane}: {escape(manifest.lane_reason)}"
    )
    table.add_row("parity", _parity(outcome.parity))
    return table


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    return escape(shown if len(names) <= _MOST_NAMES else f"{shown} and {len(names) - _MOST_NAMES} more")


def _score(evaluation: Evaluation, name: str) -> str:
    folds = "  ".join(f"{score:.3f}" for score in evaluation.of_each_fold(name)[:_MOST_NAMES])
    return f"{evaluation.mean(name):.3f} ± {evaluation.spread(name):.3f}   [dim]{folds}[/]"


def _tuned(tuning: Tuning) -> str:
    chosen = "\n".join(f"{name} = {value}" for name, value in tuning.parameters.items())
    trials = len(tuning.losses) + tuning.pruned + tuning.failed
    return f"{escape(chosen)}\n[dim]{tuning.metric} {tuning.loss:.4f}, the best of {trials} trials[/]"


def _parity(parity: ParityReport) -> str:
    return (
        f"{'agrees' if parity.agrees else 'DIFFERS'} with the fitted pipeline on {parity.rows} rows, adversarial\n"
        f"ones included; largest difference {parity.max_difference:.1e} (tolerance {parity.tolerance:.0e})"
        f"{f'; {parity.near_zero_rows} of them agree only as near zero' if parity.near_zero_rows else ''}"
    )
