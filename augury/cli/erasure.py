"""``augury client erase`` and ``augury events erase``: data removed for good, and what that touches."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from augury.cli import options, session
from augury.cli.bars import byte_bar
from augury.cli.scopes import DAY, scope_of
from augury.cli.session import AsJson, Session
from augury.privacy import Erased, ErasurePlan, Scope, Subject, erase, plan_erasure
from augury.split import Ledger, Source
from augury.split.bulk.running import LOCK_S, held
from augury.split.plan_rows import PlanRows
from augury.split.run_lock import RunLock

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be touched, and change nothing.")]


def erase_client(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The client; it must have been deleted.")],
    dry_run: DryRun = False,
    yes: options.Yes = False,
    as_json: AsJson = False,
) -> None:
    """Remove all data of a deleted client, for good: files, models, its lines among all clients', its pipelines."""
    run = session.of(context)
    client = session.recorded_client(run, name)
    record = run.clients.record(client)
    if record is not None and record.deleted_at is None and not dry_run:
        raise ValueError(f"client {name!r} still sends: end it first with `augury client delete {name}`")
    _erase(run, Subject(client), scope_of(run, None, None), dry_run=dry_run, yes=yes, as_json=as_json)
    if not dry_run:
        run.registry.forget(client)


def erase_event(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="Whose event.")],
    event_id: Annotated[str, typer.Argument(help="Its _event_id.")],
    first: Annotated[
        datetime | None, typer.Option("--from", formats=DAY, help="First UTC day to look through; all if left out.")
    ] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="Last UTC day; with --from.")] = None,
    dry_run: DryRun = False,
    yes: options.Yes = False,
    as_json: AsJson = False,
) -> None:
    """Remove one event wherever it is, for good, and name the models that may have learned from it."""
    run = session.of(context)
    subject = Subject(session.recorded_client(run, client), event_id)
    _erase(run, subject, scope_of(run, first, last), dry_run=dry_run, yes=yes, as_json=as_json)


def _erase(run: Session, subject: Subject, scope: Scope, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    plan = _plan(run, subject, scope, quiet=as_json)
    done = None
    if not dry_run:
        if not as_json:
            _show(plan, dry_run=True)
        options.confirm(f"Erase {subject} for good?", yes)
        with _alone(run) as ensure_held:
            done = erase(run.store, plan, _accepting(run), progress=lambda *_: ensure_held())
    if as_json:
        session.print_json(_as_json(plan, done))
    elif done is None:
        _show(plan, dry_run=dry_run)
    else:
        _show_done(plan, done)
    if done is not None and (plan.remaining or plan.unreadable):
        raise typer.Exit(1)


def _plan(run: Session, subject: Subject, scope: Scope, *, quiet: bool) -> ErasurePlan:
    with byte_bar("look", None, quiet=quiet) as advance:
        return plan_erasure(run.store, subject, scope, lambda done, total: advance(done, f"of {total:,} bytes"))


@contextmanager
def _alone(run: Session) -> Iterator[Callable[[], None]]:
    """Keep the split in bulk away, which would write what it has read already; give what raises once it is not.

    Raises
    ------
    ValueError
        One of its plans is not finished.
    AlreadyRunning
        It runs, or another erasure does.
    """
    if unfinished := [row.plan_id for row in PlanRows(run.table).unfinished()]:
        raise ValueError(f"the split in bulk has an unfinished plan, {unfinished[0]}: run `augury events split` first")
    lock = RunLock(run.table, f"an erasure on {socket.gethostname()}, process {os.getpid()}", LOCK_S)
    with held(lock, on_lost=lambda: None) as ensure_held:
        yield ensure_held


def _accepting(run: Session) -> Any:
    ledger = Ledger(run.table, "erasure")
    return lambda key, etag, size_bytes: ledger.accept_content(Source(key, etag, size_bytes))


def _show(plan: ErasurePlan, *, dry_run: bool) -> None:
    title = f"{plan.subject}: would be erased" if dry_run else f"{plan.subject}: erased"
    table = Table("where", "objects", "lines", title=title, title_justify="left")
    for place, lines in plan.lines.items():
        objects = sum(rewrite.place is place for rewrite in plan.rewrites)
        table.add_row(str(place), f"{objects:,}", f"{lines:,}")
    if plan.removals:
        table.add_row("client's folder, removed whole", f"{len(plan.removals):,}", "")
    session.print_whole(table)
    out = session.console()
    for row in plan.remaining:
        out.print("[yellow]stays, because it is a historical drop:[/]", escape(row), soft_wrap=True)
    for key in plan.unreadable:
        out.print("[yellow]can't be read, and may hold more:[/]", escape(key), soft_wrap=True)
    for model in plan.models:
        days = f"{model.first or '?'} to {model.last or '?'}"
        out.print(f"[yellow]trained on these days:[/] {model.pipeline} {model.version}, {days}", soft_wrap=True)


def _show_done(plan: ErasurePlan, done: Erased) -> None:
    _show(plan, dry_run=False)
    said = f"{done.rewritten:,} objects were written anew and {done.versions:,} versions removed; see {done.record}"
    session.console().print(said, soft_wrap=True)


def _as_json(plan: ErasurePlan, done: Erased | None) -> dict[str, Any]:
    return {
        "client": plan.subject.client,
        "event_id": plan.subject.event_id,
        "erased": done is not None,
        "lines": {str(place): lines for place, lines in plan.lines.items()},
        "rewritten": [rewrite.key for rewrite in plan.rewrites],
        "removed": list(plan.removals),
        "remaining": list(plan.remaining),
        "unreadable": list(plan.unreadable),
        "models": [
            {"pipeline": model.pipeline, "version": model.version, "from": model.first, "to": model.last}
            for model in plan.models
        ],
        "record": done.record if done else None,
    }
