"""``augury client``: the clients of a deployment."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from augury.cli import options, session
from augury.cli.keys import key_facts
from augury.cli.options import moment
from augury.cli.remains import Remains, remains_of, services_of
from augury.cli.session import AsJson
from augury.clients import Quota
from augury.names import ClientName
from augury.routes import Scope

app = typer.Typer(help="Clients (tenants) and how much they may send.", no_args_is_help=True)

_UNDEPLOY = "`augury undeploy` takes down what `augury deploy` brought up, now or once the client is deleted."

EventsPerSecond = Annotated[int | None, typer.Option(help="Most events per second, about.", min=1)]
EventsPerDay = Annotated[int | None, typer.Option(help="Most events per day (UTC), about.", min=1)]


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="1 to 63 lower-case letters, digits and inner hyphens.")],
    js_key: Annotated[str | None, typer.Option(help="Js key to use instead of a new one.")] = None,
    consumer_key: Annotated[str | None, typer.Option(help="Consumer key to use instead of a new one.")] = None,
    consumer_secret: Annotated[
        str | None, typer.Option(help="Secret of 32 to 256 characters to use instead of a new one.")
    ] = None,
    allow: Annotated[
        list[Scope] | None, typer.Option("--allow", help="What its keys may be used for. [default: everything]")
    ] = None,
    origin: Annotated[
        list[str] | None, typer.Option("--origin", help="Web origin whose pages may use the js key. [default: any]")
    ] = None,
    expires: options.Expires = None,
    events_per_second: EventsPerSecond = None,
    events_per_day: EventsPerDay = None,
    as_json: AsJson = False,
) -> None:
    """Make a client with a js key and an OAuth pair. The secret is shown this once."""
    made = session.of(context).client_admin.create(
        ClientName(name),
        js_key=js_key,
        consumer_key=consumer_key,
        consumer_secret=consumer_secret,
        scopes=allow or tuple(Scope),
        origins=options.none_if_empty(origin),
        quota=Quota(events_per_second, events_per_day),
        expires_at=options.expiry(expires),
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
    return session.print_new_client(made)


@app.command()
def update(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The client.")],
    events_per_second: EventsPerSecond = None,
    events_per_day: EventsPerDay = None,
    no_quota: Annotated[bool, typer.Option("--no-quota", help="Take both limits away first.")] = False,
    origin: Annotated[
        list[str] | None, typer.Option("--origin", help="Web origin whose pages may use the js keys.")
    ] = None,
    any_origin: Annotated[bool, typer.Option("--any-origin", help="Let any page use the js keys.")] = False,
    as_json: AsJson = False,
) -> None:
    """Change a client's quota or the origins of its js keys; what is not named stays. Known within 60 s."""
    clients, client = session.of(context).client_admin, ClientName(name)
    if any_origin and origin:
        raise ValueError("--any-origin and --origin exclude each other")
    if any_origin or origin:
        clients.set_origins(client, options.none_if_empty(origin))
    if no_quota or events_per_second or events_per_day:
        clients.set_quota(client, lambda quota: _changed(quota, no_quota, events_per_second, events_per_day))
    return show(context, name, as_json)


@app.command("list")
def list_clients(context: typer.Context, as_json: AsJson = False) -> None:
    """List the clients by name."""
    clients = list(session.of(context).clients.list())
    if as_json:
        return session.print_json(
            [{"name": client.name, "created_at": moment(client.created_at)} for client in clients]
        )
    table = Table("client", "created", title=f"{len(clients)} clients", title_justify="left")
    for client in clients:
        table.add_row(client.name, moment(client.created_at))
    return session.print_whole(table)


@app.command()
def show(
    context: typer.Context, name: Annotated[str, typer.Argument(help="The client.")], as_json: AsJson = False
) -> None:
    """Show a client: its quota, its keys and what there is of it."""
    run, client = session.of(context), ClientName(name)
    snapshot = run.clients.snapshot(client)
    keys = [key_facts(credential, run.last_used) for credential in snapshot.credentials]
    remains = _remains(run, client)
    if as_json:
        return session.print_json(
            {
                "name": client,
                "created_at": moment(snapshot.record.created_at),
                **snapshot.record.quota.as_json(),
                "keys": keys,
                "data": remains.as_json(),
            }
        )
    facts = {"created": moment(snapshot.record.created_at) or "", **_quota_facts(snapshot.record.quota)}
    facts |= {f"{key['scope']} key": f"{key['key']}  {key['status']}" for key in keys if key["status"] != "revoked"}
    session.print_facts(f"Client {client}", facts | remains.as_facts())
    return None


@app.command()
def delete(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The client.")],
    yes: options.Yes = False,
    as_json: AsJson = False,
) -> None:
    """End a client: its keys stop within 60 s, for good. Its data stays, and it is said where."""
    run, client = session.of(context), ClientName(name)
    run.clients.snapshot(client)
    if services := services_of(client, run.registry):
        running = f"[yellow]These go on running, and cost:[/] {', '.join(services)}. {_UNDEPLOY}"
        session.progress().print(running, soft_wrap=True)
    options.confirm(f"End client {client} and all of its keys, and never give its name again?", yes)
    deleted = run.client_admin.delete(client)
    remains = _remains(run, client)
    if as_json:
        return session.print_json({"name": client, "deleted_at": moment(deleted.deleted_at), "data": remains.as_json()})
    session.print_facts(f"Client {client} is deleted; its keys stop within 60 s. What remains", remains.as_facts())
    return None


def _remains(run: session.Session, client: ClientName) -> Remains:
    with session.progress().status(f"Looking through the data of {client}"):
        return remains_of(client, run.store, run.registry)


def _changed(quota: Quota, no_quota: bool, events_per_second: int | None, events_per_day: int | None) -> Quota:
    base = Quota() if no_quota else quota
    return Quota(events_per_second or base.events_per_second, events_per_day or base.events_per_day)


def _quota_facts(quota: Quota) -> dict[str, str]:
    numbers: dict[str, Any] = quota.as_json()
    return {name.replace("_", " "): "no limit" if most is None else f"{most:,}" for name, most in numbers.items()}
