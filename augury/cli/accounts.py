"""An account of the lake, for people and for machines."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table

from augury.analysis import COUNTS, Account, Cell, Problem, Tally

_SHOWN = 20


def as_json(found: Account) -> dict[str, Any]:
    """Return all of an account."""
    return {
        "adds_up": found.adds_up,
        "total": _counts(found.total),
        "cells": [
            {
                "client": cell.client,
                "hour": cell.hour.strftime("%Y-%m-%dT%HZ"),
                **_counts(tally),
                "adds_up": tally.adds_up,
                "sources": dict(tally.sources),
            }
            for cell, tally in found.cells.items()
        ],
        "problems": [{"key": problem.key, "what": problem.what} for problem in found.problems],
        "unsplit": [{"key": problem.key, "what": problem.what} for problem in found.unsplit],
    }


def show(found: Account, out: Console, *, hours: bool) -> None:
    """Print an account: a row for each client or hour, and what does not add up with the objects concerned."""
    table = Table("client", *(["hour"] if hours else []), *COUNTS, title="Lines", title_justify="left")
    for column in table.columns[-len(COUNTS) :]:
        column.justify = "right"
    for name, tally in _rows(found, hours=hours):
        table.add_row(*name, *(f"{count:,}" for count in _counts(tally).values()))
    out.print(table)
    for cell, tally in found.cells.items():
        if not tally.adds_up:
            out.print(f"[red]{_name(cell)}:[/] {tally.missing} missing, {tally.extra} too many", soft_wrap=True)
            for source, count in tally.sources.most_common(_SHOWN):
                out.print(f"  {count} in {source}", markup=False, soft_wrap=True)
    _show_objects(found.problems, out)
    if found.unsplit:
        out.print(f"[yellow]Nothing was split of {len(found.unsplit)} objects:[/]")
        _show_objects(found.unsplit, out)
    out.print("[green]It adds up.[/]" if found.adds_up else "[red]It does not add up.[/]")


def _show_objects(problems: list[Problem], out: Console) -> None:
    for problem in problems[:_SHOWN]:
        out.print(f"{problem.key}: {problem.what}", markup=False, soft_wrap=True)
    if len(problems) > _SHOWN:
        out.print(f"… and {len(problems) - _SHOWN} more objects")


def _rows(found: Account, *, hours: bool) -> list[tuple[tuple[str, ...], Tally]]:
    if hours:
        return [((cell.client, f"{cell.hour:%Y-%m-%d %H}"), tally) for cell, tally in found.cells.items()]
    rows: list[tuple[tuple[str, ...], Tally]] = []
    for client, cells in groupby(found.cells.items(), key=lambda item: item[0].client):
        total = Tally()
        for _, tally in cells:
            total.add(tally)
        rows.append(((client,), total))
    return rows


def _counts(tally: Tally) -> dict[str, int]:
    return {name: getattr(tally, name) for name in COUNTS}


def _name(cell: Cell) -> str:
    return f"{cell.client}, {cell.hour:%Y-%m-%d %H}h"
