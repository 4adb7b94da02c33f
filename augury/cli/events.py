"""``augury events``: send events, import historical ones, split them, and check that none was lost."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from augury.analysis import account, plan_account
from augury.cli import accounts, session, split
from augury.cli.bars import byte_bar
from augury.cli.collection_api import CollectionApi, Credentials
from augury.cli.persistence import Persistence
from augury.cli.sending import MAX_BATCH_EVENTS, Sender, SendReport
from augury.cli.session import AsJson
from augury.errors import AuguryError
from augury.formats import Format, Row, format_of, read_rows, rows_of
from augury.historical import ImportRefused, StagedDrop, publish, stage
from augury.lake import EventsPrefix
from augury.names import ClientName

app = typer.Typer(help="Events: send, import, split, check.", no_args_is_help=True)
app.command("split")(split.split)

_DAY = ["%Y-%m-%d"]
_SHOWN = 20

Rejects = Annotated[Path | None, typer.Option("--rejects", help="File for what was not taken.")]


@app.command()
def send(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="Whose events.")],
    file: Annotated[
        str, typer.Argument(help="NDJSON or a JSON array, plain or gzip; - reads the standard input.")
    ] = "-",
    key: Annotated[
        str | None, typer.Option(envvar="AUGURY_CONSUMER_KEY", help="Consumer key.", show_envvar=True)
    ] = None,
    secret: Annotated[
        str | None,
        typer.Option(envvar="AUGURY_CONSUMER_SECRET", help="Its secret; safer in the environment.", show_envvar=True),
    ] = None,
    url: Annotated[
        str | None, typer.Option(envvar="AUGURY_API_URL", help="Address of the API; the deployment's unless given.")
    ] = None,
    batch: Annotated[int, typer.Option(min=1, max=MAX_BATCH_EVENTS, help="Most events in a request.")] = 500,
    tries: Annotated[int, typer.Option(min=1, max=100, help="Tries of a request before it is given up.")] = 8,
    rejects: Rejects = None,
    as_json: AsJson = False,
) -> None:
    """Send events over HTTP, again where needed, with ids that tell the copies."""
    if not key or not secret:
        raise ValueError("--key and --secret are needed, or AUGURY_CONSUMER_KEY and AUGURY_CONSUMER_SECRET")
    api = CollectionApi(
        url or session.of(context).deployment.api_url,
        ClientName(client),
        Credentials(key, secret),
        Persistence(tries=tries),
    )
    with ExitStack() as opened:
        keep = opened.enter_context(rejects.open("wb")) if rejects else None
        advance = opened.enter_context(byte_bar("send", _size(file), quiet=as_json))
        place = _Place()
        sender = Sender(
            api,
            batch,
            on_progress=lambda report: advance(place.bytes_read, f"{report.accepted} accepted"),
            keep=None if keep is None else lambda line: keep.write(line + b"\n"),
        )
        report = sender.send(_rows_to_send(file, place))
    _print_sent(report, as_json=as_json)
    if not report.complete:
        raise typer.Exit(1)


@app.command("import")
def import_file(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="Whose events.")],
    file: Annotated[Path, typer.Argument(help="JSON array, NDJSON, CSV or Parquet; plain or gzip.", exists=True)],
    day: Annotated[datetime, typer.Option("--date", formats=_DAY, help="UTC day to file them under.")],
    file_format: Annotated[
        Format | None, typer.Option("--format", help="What the file is written in; its name says unless given.")
    ] = None,
    skip_invalid: Annotated[
        bool, typer.Option("--skip-invalid", help="Import what is good although some rows are no events.")
    ] = False,
    rejects: Rejects = None,
    as_json: AsJson = False,
) -> None:
    """Lay a file of older events in the lake: all of it, or nothing."""
    run = session.of(context)
    owner = session.existing_client(run, client)
    with ExitStack() as opened:
        keep = opened.enter_context(rejects.open("wb")) if rejects else None
        advance = opened.enter_context(byte_bar("check", file.stat().st_size, quiet=as_json))
        body = opened.enter_context(tempfile.TemporaryFile())
        rows = read_rows(file, file_format or format_of(file), lambda done: advance(done, ""))
        drop = stage(rows, owner, day.date(), body, lambda row, error: keep and keep.write(_refused_row(row, error)))
        try:
            new = publish(run.store, drop, skip_invalid=skip_invalid)
        except ImportRefused as refusal:
            _print_imported(drop, published=None, as_json=as_json)
            raise ValueError(f"{file}: {refusal}") from None
    _print_imported(drop, published=new, as_json=as_json)


@app.command()
def check(
    context: typer.Context,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=_DAY, help="First UTC day; today if left out.")
    ] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=_DAY, help="Last UTC day; today too.")] = None,
    client: Annotated[str | None, typer.Option(help="Whose events; everybody's if left out.")] = None,
    hours: Annotated[bool, typer.Option("--hours", help="Show every hour, and not only each client's sum.")] = False,
    as_json: AsJson = False,
) -> None:
    """Prove from the lake itself that no event of some days was lost."""
    run = session.of(context)
    today = datetime.now(UTC)
    owner = ClientName(client) if client else None
    prefix = EventsPrefix(run.deployment.events_prefix) if run.deployment.events_prefix else None
    plan = plan_account(run.store, (first or today).date(), (last or today).date(), owner, prefix)
    with byte_bar("read", plan.size_bytes, quiet=as_json) as advance:
        found = account(run.store, plan, owner, lambda done: advance(done, ""))
    if as_json:
        session.print_json(accounts.as_json(found))
    else:
        accounts.show(found, session.console(), hours=hours)
    if not found.adds_up:
        raise typer.Exit(1)


class _Place:
    """How far a source is read."""

    bytes_read = 0

    def at(self, bytes_read: int) -> None:
        self.bytes_read = bytes_read


def _size(file: str) -> int | None:
    return None if file == "-" else Path(file).stat().st_size


def _rows_to_send(file: str, place: _Place) -> Iterator[Row]:
    if file != "-":
        return read_rows(Path(file), Format.JSON, place.at)
    return rows_of(io.BufferedReader(sys.stdin.buffer), "the standard input", Format.JSON)  # type: ignore[arg-type]


def _refused_row(row: Row, error: AuguryError) -> bytes:
    text = row.text.decode("utf-8", "backslashreplace")
    return orjson.dumps({"row": row.number, "reason": str(error), "text": text}) + b"\n"


def _print_sent(report: SendReport, *, as_json: bool) -> None:
    if as_json:
        return session.print_json(
            {
                "accepted": report.accepted,
                "rejected": report.rejected,
                "undelivered": report.undelivered,
                "first_undelivered_line": report.first_undelivered,
                "reason": report.reason or None,
                "requests": report.batches,
                "retries": report.retries,
                "rejections": report.rejections,
            }
        )
    counts = {"accepted": report.accepted, "rejected": report.rejected, "undelivered": report.undelivered}
    _print_counts("Sent", {**counts, "requests": report.batches, "retries": report.retries})
    _print_reasons(report.rejected, [(entry["line"], _said(entry)) for entry in report.rejections])
    if report.first_undelivered is not None:
        session.console().print(
            f"[red]Stopped at line {report.first_undelivered}:[/] {report.reason}. Send from there on again.",
            soft_wrap=True,
        )
    return None


def _print_imported(drop: StagedDrop, *, published: bool | None, as_json: bool) -> None:
    outcome = {True: "imported", False: "there already", None: "refused"}[published]
    if as_json:
        refusals = [{"row": refusal.number, **refusal.error.as_json()} for refusal in drop.refusals]
        content = {"outcome": outcome, "key": drop.key, "events": drop.lines, "refused": drop.refused}
        return session.print_json({**content, "refusals": refusals})
    _print_counts(f"Import: {outcome}", {"events": drop.lines, "refused": drop.refused})
    if published is not None:
        session.console().print(drop.key, soft_wrap=True)
    _print_reasons(drop.refused, [(refusal.number, str(refusal.error)) for refusal in drop.refusals])
    return None


def _said(rejection: dict[str, Any]) -> str:
    details = [f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in rejection.get("details", [])]
    return "; ".join([str(rejection.get("error_msg", "")), *details])


def _print_counts(title: str, counts: dict[str, int]) -> None:
    session.console().print(f"[bold]{title}[/]")
    table = Table(show_header=False)
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    session.console().print(table)


def _print_reasons(total: int, reasons: list[tuple[int, str]]) -> None:
    out = session.console()
    for number, reason in reasons[:_SHOWN]:
        out.print(f"line {number}: {reason}", markup=False, soft_wrap=True)
    if total > _SHOWN:
        out.print(f"… and {total - _SHOWN} more")
