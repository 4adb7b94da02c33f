"""``augury keys``: the keys of a client, and their replacement."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.table import Table

from augury.cli import options, session
from augury.cli.options import moment
from augury.cli.session import AsJson
from augury.clients import Credential, CredentialKind, LastUsed, Replacement, SecretTerm
from augury.names import ClientName

app = typer.Typer(help="Keys of a client: js keys, and consumer keys with secrets.", no_args_is_help=True)

Client = Annotated[str, typer.Argument(help="The client.")]


@app.command("list")
def list_keys(context: typer.Context, name: Client, as_json: AsJson = False) -> None:
    """List every key that a client ever had, with its secrets' ids and when it was last used."""
    run = session.of(context)
    facts = [key_facts(credential, run.last_used) for credential in run.clients.snapshot(ClientName(name)).credentials]
    if as_json:
        return session.print_json(facts)
    table = Table("scope", "key", "secret", "allows", "status", "ends", "last used", title=f"Keys of {name}")
    for row in (row for fact in facts for row in _rows(fact)):
        table.add_row(*row)
    return session.print_whole(table)


@app.command()
def rotate(
    context: typer.Context,
    name: Client,
    scope: Annotated[CredentialKind, typer.Option(help="js: a new js key. all: a new secret of the consumer key.")],
    grace: Annotated[str, typer.Option(help="How long the old one stays good, such as 24h; 0 for not at all.")] = "24h",
    key: Annotated[str | None, typer.Option(help="Key to use from now on instead of a new or the same one.")] = None,
    secret: Annotated[str | None, typer.Option(help="Secret of 32 to 256 characters instead of a new one.")] = None,
    allow: options.Allow = None,
    origin: options.Origin = None,
    expires: options.Expires = None,
    as_json: AsJson = False,
) -> None:
    """Replace a key or secret. The new one is shown this once; the old one works until its grace ends."""
    clients, client, grace_s = session.of(context).client_admin, ClientName(name), options.seconds(grace, "--grace")
    scopes, expires_at = options.none_if_empty(allow), options.expiry(expires)
    if scope is CredentialKind.JS:
        if secret is not None:
            raise ValueError("--secret: a js key has no secret")
        origins = options.none_if_empty(origin)
        replacement = clients.rotate_js_key(
            client, grace_s=grace_s, key=key, scopes=scopes, origins=origins, expires_at=expires_at
        )
        return _show_rotated(replacement, {"js_key": replacement.credential.key}, as_json)
    if origin:
        raise ValueError("--origin: only a js key has origins")
    rotated = clients.rotate_secret(
        client, grace_s=grace_s, key=key, secret=secret, scopes=scopes, expires_at=expires_at
    )
    shown = {"consumer_key": rotated.replacement.credential.key, "consumer_secret": rotated.secret}
    return _show_rotated(rotated.replacement, shown, as_json)


@app.command()
def revoke(
    context: typer.Context,
    name: Client,
    key: Annotated[str, typer.Argument(help="The key.")],
    secret_id: Annotated[
        str | None, typer.Option("--secret-id", help="Only this secret of it, as `keys list` calls it.")
    ] = None,
    yes: options.Yes = False,
    as_json: AsJson = False,
) -> None:
    """End a key, or one secret of it, with its tokens: within 60 s, for good."""
    what = f"key {key}" if secret_id is None else f"secret {secret_id} of key {key}"
    options.confirm(f"End {what} of {name}, for good?", yes)
    run = session.of(context)
    ended = run.client_admin.revoke(ClientName(name), key, secret_id)
    if as_json:
        return session.print_json(key_facts(ended, run.last_used))
    session.console().print(f"{what} stops within 60 s, its tokens included", soft_wrap=True)
    return None


def key_facts(credential: Credential, last_used: LastUsed) -> dict[str, Any]:
    """Return what there is to say of a key; nothing of it is secret."""
    now = time.time()
    return {
        "key": credential.key,
        "scope": credential.kind.value,
        "allows": sorted(credential.scopes),
        "status": _status(credential, now),
        "created_at": moment(credential.created_at),
        "expires_at": moment(credential.expires_at),
        "last_used_at": moment(last_used.of(credential.key)),
        "origins": None if credential.origins is None else list(credential.origins),
        "secrets": [_secret_facts(term, credential, now) for term in credential.secrets],
    }


def _secret_facts(term: SecretTerm, credential: Credential, now: float) -> dict[str, Any]:
    is_live = term in credential.live_secrets(now)
    return {
        "secret_id": term.secret_id,
        "status": "live" if is_live else "expired",
        "created_at": moment(term.created_at),
        "expires_at": moment(term.expires_at),
    }


def _status(credential: Credential, now: float) -> str:
    if not credential.active:
        return "revoked"
    return "live" if credential.is_live(now) else "expired"


def _rows(fact: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    used = fact["last_used_at"] or "never"
    for one in fact["secrets"] or [fact | {"secret_id": ""}]:
        ends = one["expires_at"] or fact["expires_at"] or "no end"
        yield fact["scope"], fact["key"], one["secret_id"], " ".join(fact["allows"]), one["status"], ends, used


def _show_rotated(replacement: Replacement, shown: dict[str, str], as_json: bool) -> None:
    until = moment(replacement.old_until)
    if as_json:
        return session.print_json({"name": replacement.credential.client, **shown, "old_until": until})
    facts = {field.replace("_", " "): value for field, value in shown.items()}
    facts["old ones until"] = until or "nothing is left"
    session.print_facts(f"Client {replacement.credential.client}", facts)
    if "consumer_secret" in shown:
        session.say_keep_the_secret()
    return None
