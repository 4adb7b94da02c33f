"""``augury local``: the whole platform on this machine."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from augury.cli import session
from augury.lake import EVENTS_PREFIX, EventsPrefix

app = typer.Typer(help="The platform on this machine.", no_args_is_help=True)


@app.command()
def up(
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port of the HTTP API on 127.0.0.1; 0 takes a free one.")
    ] = 8080,
    seed: Annotated[
        bool, typer.Option("--seed", help="Make the client `test` with the Iris pipeline, to have something to try.")
    ] = False,
    events_prefix: Annotated[
        str, typer.Option(help="Prefix expression of the events stream, below which the split must find every hour.")
    ] = EVENTS_PREFIX,
    buffer_seconds: Annotated[
        int, typer.Option(min=0, max=900, help="Seconds that Firehose gathers records for one object.")
    ] = 2,
    allow_unsigned: Annotated[
        bool, typer.Option("--allow-unsigned", help="Serve artifacts that nobody signed too.")
    ] = False,
) -> None:
    """Run the platform in the foreground until Ctrl-C."""
    from augury.cli import seeding
    from augury.local import LocalPlatform, serve

    out = session.console()
    prefix = EventsPrefix(events_prefix)

    def on_ready(platform: LocalPlatform) -> None:
        if seed:
            with out.status("Making client `test` and its Iris pipeline"):
                seeding.announce(seeding.seed(platform), out)
        out.print(f"[bold green]ready[/]  HTTP API  {platform.api_url}")
        out.print(f"       AWS       {platform.aws_endpoint_url}")
        out.print("       in another terminal: [bold]augury --profile local …[/]; Ctrl-C ends it")

    raise typer.Exit(
        serve(
            port,
            on_ready=on_ready,
            events_prefix=prefix,
            flush_interval=timedelta(seconds=buffer_seconds),
            allow_unsigned_artifacts=allow_unsigned,
        )
    )
