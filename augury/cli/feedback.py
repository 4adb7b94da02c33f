"""``augury feedback``: what became of a prediction, told by the operator's own hand."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import Annotated

import orjson
import typer

from augury import events
from augury.cli import session
from augury.cli.session import AsJson
from augury.ingest import parse_feedback
from augury.lake import direct_feedback_key


def feedback(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="Whose prediction.")],
    puid: Annotated[str, typer.Argument(help="Id of the prediction, from its answer.")],
    reward: Annotated[float | None, typer.Option(help="How good it was, a finite number.")] = None,
    truth: Annotated[str | None, typer.Option(help="What would have been right: a text, number or boolean.")] = None,
    as_json: AsJson = False,
) -> None:
    """Keep feedback on a prediction, as POST /feedback does, straight in the bucket."""
    run = session.of(context)
    owner = session.existing_client(run, client)
    # Through JSON, as a client's: what the route refuses is refused here, a reward that is no finite number included.
    value = {"puid": puid, "reward": reward, "truth": None if truth is None else events.typed_text(truth)}
    if reward is not None and orjson.dumps(reward) == b"null":
        raise ValueError("--reward must be a finite number")
    told = parse_feedback(orjson.dumps(value))
    at = datetime.now(UTC)
    line = told.line(owner, at)
    run.store.put(direct_feedback_key(at, events.new_event_id(at)), gzip.compress(line + b"\n"), "application/gzip")
    if as_json:
        return session.print_json(orjson.loads(line))
    session.console().print(f"Kept: feedback on prediction {puid} of {owner}.", markup=False)
    return None
