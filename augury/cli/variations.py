"""``augury variations``: how each variation of a pipeline did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from augury.cli import session
from augury.cli.session import AsJson
from augury.names import PipelineName

if TYPE_CHECKING:
    from augury.analysis.variations import MeanReward, VariationFigures

_DAY = ["%Y-%m-%d"]
_DAYS = 7
_CLASSES_SHOWN = 5


def variations(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="Whose pipeline.")],
    pipeline: Annotated[str, typer.Argument(help="Name of the pipeline.")],
    first: Annotated[
        datetime | None, typer.Option("--from", formats=_DAY, help="First UTC day; six days before the last.")
    ] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=_DAY, help="Last UTC day; today.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show calls, errors, latency, classes and mean reward of each variation, from the prediction log and feedback."""
    from augury.analysis.variations import variation_figures
    from augury.frames.predictions import feedback_lines, prediction_lines

    run = session.of(context)
    owner, name = session.existing_client(run, client), PipelineName(pipeline)
    today = datetime.now(UTC).date()
    to = last.date() if last else today
    since = first.date() if first else to - timedelta(days=_DAYS - 1)
    where = run.connection, run.deployment.bucket, owner
    # Feedback comes later than what it is about.
    told = feedback_lines(*where, since, max(to, today))
    found = variation_figures(name, prediction_lines(*where, since, to), told)
    if as_json:
        figures = [one.as_json() for one in found]
        return session.print_json({"from": str(since), "to": str(to), "pipeline": name, "variations": figures})
    session.print_whole(_table(f"Variations of {name} of {owner}, {since} to {to}", found))
    if any(one.reward for one in found):
        session.console().print("mean reward with its 95% interval: Wilson's where all are 0 or 1, else Student's t")
    return None


def _table(title: str, found: list[VariationFigures]) -> Table:
    table = Table("variation", title=title, title_justify="left")
    for column in ("calls", "errors", "refused", "p50 ms", "p95 ms", "p99 ms"):
        table.add_column(column, justify="right")
    table.add_column("classes")
    table.add_column("mean reward")
    for one in found:
        counts = (f"{count:,}" for count in (one.calls, one.errors, one.refused))
        latencies = (f"{one.latency_ms[name]:,.1f}" if one.latency_ms else "" for name in ("p50", "p95", "p99"))
        label = escape(f"{one.variation} (shadow)" if one.shadow else one.variation)
        table.add_row(label, *counts, *latencies, escape(_classes(one.classes)), _reward(one.reward))
    return table


def _classes(classes: dict[str, int]) -> str:
    shown = [f"{name} {count:,}" for name, count in list(classes.items())[:_CLASSES_SHOWN]]
    more = len(classes) - len(shown)
    return "\n".join([*shown, f"… {more} more"] if more else shown)


def _reward(reward: MeanReward | None) -> str:
    if reward is None:
        return ""
    interval = "" if reward.low is None else f" ({reward.low:.4g} to {reward.high:.4g})"
    return f"{reward.mean:.4g}{interval} of {reward.rewards:,}"
