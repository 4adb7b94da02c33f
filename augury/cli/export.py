"""``augury client export``: all of a client's data, as files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from augury.cli import session
from augury.cli.bars import byte_bar
from augury.cli.keys import key_facts
from augury.cli.options import moment
from augury.cli.scopes import DAY, scope_of
from augury.cli.session import AsJson, Session
from augury.clients import Credential
from augury.names import ClientName
from augury.privacy import export, plan_export


def export_client(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Whose data.")],
    out: Annotated[Path, typer.Option("--out", help="Directory for the files; made where it is missing.")],
    first: Annotated[
        datetime | None, typer.Option("--from", formats=DAY, help="First UTC day; everything if left out.")
    ] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="Last UTC day; with --from.")] = None,
    as_json: AsJson = False,
) -> None:
    """Hand out a client's events, drops, models, predictions and refused events. A repeat goes on where it was."""
    run = session.of(context)
    client = session.recorded_client(run, name)
    with session.progress().status(f"Listing the data of {client}"):
        plan = plan_export(run.store, client, scope_of(run, first, last))
    with byte_bar("export", plan.size_bytes, quiet=as_json) as advance:
        files = export(run.store, plan, out, _documents(run, client), lambda done: advance(done, ""))
    if as_json:
        return session.print_json({"client": client, "directory": str(out), "files": files})
    session.console().print(f"{files:,} files of client {client} are in {out}.", soft_wrap=True)
    return None


def _documents(run: Session, client: ClientName) -> dict[str, Any]:
    """Return what the table has of a client; the digests of its secrets are not read."""
    record = run.clients.record(client)
    assert record is not None
    keys = [] if record.deleted_at else [_key(run, key) for key in run.clients.snapshot(client).credentials]
    about = {
        "name": client,
        "created_at": moment(record.created_at),
        "deleted_at": moment(record.deleted_at),
        **record.quota.as_json(),
        "keys": keys,
    }
    return {"client.json": about, "registry.json": list(run.registry.items(client))}


def _key(run: Session, credential: Credential) -> dict[str, Any]:
    return key_facts(credential, run.last_used)
