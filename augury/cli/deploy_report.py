"""What a deployment will do and what it did, for people and for machines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.markup import escape
from rich.table import Table

from augury.cli import session
from augury.deployment import Plan, Step


def show(plan: Plan) -> None:
    """Print a plan's steps, those that are done already marked."""
    table = Table("", "step", title=plan.title, title_justify="left")
    for number, step in enumerate(plan.steps, 1):
        state = "[green]done[/]" if step.is_done else str(number)
        table.add_row(state, escape(step.says))
    session.print_whole(table)


def reporter(*, quiet: bool) -> Callable[[Step], None]:
    """Return what tells people, on the error stream, which step a deployment is at."""
    out = session.progress()

    def report(step: Step) -> None:
        if not quiet and not step.is_done:
            out.print(f"[dim]·[/] {escape(step.says)}")

    return report


def as_json(plan: Plan, *, done: bool, **more: Any) -> dict[str, Any]:
    """Return a plan for machines."""
    return {"done": done, "title": plan.title, **more, "steps": [step.as_json() for step in plan.steps]}
