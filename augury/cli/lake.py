"""``augury lake``: what lies in a client's folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from augury.cli import session
from augury.cli.bars import byte_bar
from augury.cli.session import AsJson
from augury.historical import Finding, Inspected, Severity, inspect_object, objects_to_inspect
from augury.lake import client_events
from augury.names import ClientName

app = typer.Typer(help="The lake: look through a client's files.", no_args_is_help=True)

_DAY = ["%Y-%m-%d"]
_COLOURS = {Severity.WRONG: "red", Severity.NOTE: "yellow"}


@app.callback()
def lake() -> None:
    """Look through a client's files."""


@app.command()
def check(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="Whose files.")],
    first: Annotated[
        datetime | None, typer.Option("--from", formats=_DAY, help="First UTC day; the first there is if left out.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=_DAY, help="Last UTC day; the last there is.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read every file of a client, drops and the split's own, and name the file and line of what can't be used."""
    run = session.of(context)
    owner = session.recorded_client(run, client)
    objects = objects_to_inspect(run.store, owner, _day(first), _day(last))
    inspected, done = list[Inspected](), 0
    with byte_bar("read", sum(summary.size_bytes for summary in objects), quiet=as_json) as advance:
        for summary in objects:
            inspected.append(inspect_object(run.store, owner, summary))
            done += summary.size_bytes
            advance(done, "")
    findings = [finding for one in inspected for finding in one.findings]
    if as_json:
        session.print_json(_as_json(owner, inspected, findings))
    else:
        _show(owner, inspected, findings)
    if any(finding.severity is Severity.WRONG for finding in findings):
        raise typer.Exit(1)


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _show(client: ClientName, inspected: Sequence[Inspected], findings: Sequence[Finding]) -> None:
    if findings:
        table = Table("", "file", "where", "what", title=client_events(client), title_justify="left")
        for found in sorted(findings, key=lambda found: (found.severity is Severity.NOTE, found.key)):
            colour = _COLOURS[found.severity]
            name = found.key.removeprefix(client_events(client))
            table.add_row(f"[{colour}]{found.severity}[/]", escape(name), found.place, escape(found.what))
        session.print_whole(table)
    wrong = sum(found.severity is Severity.WRONG for found in findings)
    rows = sum(one.rows for one in inspected)
    said = "1 thing is" if wrong == 1 else f"{wrong:,} things are"
    verdict = f"[red]{said} wrong.[/]" if wrong else "[green]Nothing is wrong.[/]"
    session.console().print(f"{len(inspected):,} files with {rows:,} rows. {verdict}")


def _as_json(client: ClientName, inspected: Sequence[Inspected], findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "client": client,
        "files": len(inspected),
        "size_bytes": sum(one.summary.size_bytes for one in inspected),
        "rows": sum(one.rows for one in inspected),
        "ok": all(found.severity is Severity.NOTE for found in findings),
        "findings": [
            {"severity": found.severity, "key": found.key, "place": found.place or None, "what": found.what}
            for found in findings
        ],
    }
