"""``augury demo``: the whole loop on this machine, each step checked, narrated and timed."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from augury.cli import session


class Narrator:
    """Tells what happens, step by step, and how long each took.

    Parameters
    ----------
    console : Console
        Where it is told.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._steps: list[tuple[str, float]] = []

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Time and announce one step."""
        number = len(self._steps) + 1
        self.console.print(f"\n[bold cyan]{number}.[/] [bold]{title}[/]")
        began = time.perf_counter()
        yield
        self._steps.append((title, time.perf_counter() - began))

    def say(self, text: str) -> None:
        """Tell a detail of the current step."""
        self.console.print(f"   {text}", soft_wrap=True)

    def timings(self) -> Table:
        """Return how long each step took."""
        table = Table("step", "seconds", title="What took how long", title_justify="left")
        table.columns[1].justify = "right"
        for title, seconds in self._steps:
            table.add_row(title, f"{seconds:.2f}")
        table.add_section()
        table.add_row("all", f"{sum(seconds for _, seconds in self._steps):.2f}")
        return table


def demo() -> None:
    """Run the whole loop on this machine: events in, split, trained, predictions out."""
    narrator = Narrator(session.console())
    narrator.console.print("[bold]Augury, end to end on this machine[/] (moto in the place of AWS, on 127.0.0.1)")
    with tempfile.TemporaryDirectory(prefix="augury-demo-") as scratch:
        with narrator.step("Start the platform"):
            # pandas, scikit-learn and XGBoost are loaded here, and not by every other command.
            from augury.cli.journey import Journey
            from augury.local import LocalPlatform

            platform = LocalPlatform(port=0, state=Path(scratch) / "local.json")
        with platform:
            Journey(platform, narrator, Path(scratch)).run()
    narrator.console.print()
    narrator.console.print(narrator.timings())
    narrator.console.print(_WHERE_NEXT)


_WHERE_NEXT = """
[bold]Where to look next[/]
   make up                    the platform on port 8080, to try with curl
   training/iris_xgboost.py   the pipeline that was trained
   docs/quickstart.md         the same by hand, command by command
   make synth                 the templates that `cdk deploy` would bring up"""
