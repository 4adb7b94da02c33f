"""What commands about clients and keys take: durations, scopes, origins, and a yes."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from augury.routes import Scope

_DURATION = re.compile(r"(?P<number>[0-9]{1,6})(?P<unit>[smhd])")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

Allow = Annotated[
    list[Scope] | None,
    typer.Option("--allow", help="What it may be used for; may repeat. [default: as before]"),
]
Origin = Annotated[
    list[str] | None,
    typer.Option("--origin", help="Web origin whose pages may use the js key; may repeat. [default: as before]"),
]
Expires = Annotated[str | None, typer.Option("--expires", help="Life of what is made, such as 90d. [default: no end]")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def seconds(duration: str, option: str) -> int:
    """Return how long a duration is.

    Raises
    ------
    ValueError
        It is none; the message names the option.

    Examples
    --------
    >>> seconds("24h", "--grace"), seconds("0", "--grace")
    (86400, 0)
    >>> seconds("a day", "--grace")
    Traceback (most recent call last):
    ...
    ValueError: --grace must be a duration such as 90s, 30m, 24h or 7d, not 'a day'
    """
    if duration == "0":
        return 0
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError(f"{option} must be a duration such as 90s, 30m, 24h or 7d, not {duration!r}")
    return int(match["number"]) * _UNIT_S[match["unit"]]


def expiry(duration: str | None) -> int | None:
    """Return when something of a life from now ends, in seconds since 1970; None for never."""
    return None if duration is None else int(time.time()) + seconds(duration, "--expires")


def none_if_empty[T](values: Sequence[T] | None) -> Sequence[T] | None:
    """Return what was given; an option that repeats is an empty list where it was not given."""
    return values or None


def moment(at: int | None) -> str | None:
    """Return a time as RFC 3339 in UTC; None stays None.

    Examples
    --------
    >>> moment(1_795_426_200)
    '2026-11-23T09:30:00Z'
    """
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def confirm(question: str, yes: bool) -> None:
    """Go on only with a yes, given before or now; the question goes where it does not disturb ``--json``."""
    if not yes:
        typer.confirm(question, abort=True, err=True)
