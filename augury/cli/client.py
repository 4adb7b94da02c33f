"""``augury client``: the clients of a deployment."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from augury.cli import session
from augury.cli.session import AsJson
from augury.names import ClientName

app = typer.Typer(help="Clients (tenants) and their keys.", no_args_is_help=True)


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="1 to 63 lower-case letters, digits and inner hyphens.")],
    js_key: Annotated[str | None, typer.Option(help="Js key to use instead of a new one.")] = None,
    consumer_key: Annotated[str | None, typer.Option(help="Consumer key to use instead of a new one.")] = None,
    consumer_secret: Annotated[
        str | None, typer.Option(help="Secret of at least 32 characters to use instead of a new one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a client with a js key and an OAuth pair. The secret is shown this once."""
    made = session.of(context).clients.create(
        ClientName(name), js_key=js_key, consumer_key=consumer_key, consumer_secret=consumer_secret
    )
    if as_json:
        return session.print_json(
            {
                "name": made.name,
                "js_key": made.js_key,
                "consumer_key": made.consumer_key,
                "consumer_secret": made.consumer_secret,
            }
        )
    session.print_new_client(made)
    return None


@app.command("list")
def list_clients(context: typer.Context, as_json: AsJson = False) -> None:
    """List the clients by name."""
    clients = list(session.of(context).clients.list())
    if as_json:
        return session.print_json([{"name": client.name, "created_at": client.created_at} for client in clients])
    table = Table("client", "created", title=f"{len(clients)} clients", title_justify="left")
    for client in clients:
        table.add_row(client.name, client.created_at)
    session.console().print(table)
    return None
