"""The prediction log and what clients said of predictions, as frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Any

import orjson
import pandas as pd

from augury.aws import ObjectStore
from augury.aws.connection import Connection
from augury.formats import SourceUnreadable
from augury.frames.rows import Event
from augury.frames.snapshot import Copy, snapshot
from augury.lake import CutShort, raw_feedback_hour, raw_predictions_hour, read_lines
from augury.names import ClientName

PREDICTION_COLUMNS = (
    "puid",
    "row",
    "pipeline",
    "version",
    "revision",
    "variation",
    "shadow",
    "lane",
    "target",
    "input",
    "predictions",
    "error",
    "latency_ms",
    "time",
)
"""Columns of :func:`read_predictions`, as the fields of the log's lines."""

FEEDBACK_COLUMNS = ("puid", "reward", "truth", "_event_id", "_received_at")
"""Columns of :func:`read_feedback`."""

_HOUR = timedelta(hours=1)


def read_predictions(connection: Connection, bucket: str, client: ClientName, first: date, last: date) -> pd.DataFrame:
    """Read a client's lines of the prediction log: a row per row answered, shadows' included, and per failed call.

    Parameters
    ----------
    connection : Connection
        Where S3 is.
    bucket : str
        The data bucket.
    client : ClientName
        Whose predictions; lines of others are left out.
    first, last : date
        UTC days of the answers, both included.

    Returns
    -------
    pandas.DataFrame
        :data:`PREDICTION_COLUMNS`, ``time`` as timestamps in UTC.

    Raises
    ------
    ValueError
        ``last`` is before ``first``.
    AwsUnavailable
        S3 failed.
    SourceUnreadable
        An object can't be read to its end; the message names it.
    """
    lines = prediction_lines(connection, bucket, client, first, last)
    frame = pd.DataFrame(lines, columns=list(PREDICTION_COLUMNS))
    frame["time"] = pd.to_datetime(frame["time"], utc=True, format="ISO8601")
    return frame


def read_feedback(connection: Connection, bucket: str, client: ClientName, first: date, last: date) -> pd.DataFrame:
    """Read a client's feedback that was received on some days, every piece of it; otherwise as predictions are read."""
    lines = feedback_lines(connection, bucket, client, first, last)
    frame = pd.DataFrame(lines, columns=list(FEEDBACK_COLUMNS))
    frame["_received_at"] = pd.to_datetime(frame["_received_at"], utc=True, format="ISO8601")
    return frame


def join_feedback(predictions: pd.DataFrame, feedback: pd.DataFrame) -> pd.DataFrame:
    """Return the predictions with the columns ``reward`` and ``truth``, missing where nothing was told.

    Of each puid the reward that was received last counts, and so does the truth, each by itself: feedback that is sent
    again changes nothing, and a truth that comes later leaves the reward as it is. What was told of a puid is on all
    of its rows.

    Examples
    --------
    >>> answered = pd.DataFrame({"puid": ["a", "b"]})
    >>> told = pd.DataFrame(
    ...     {"puid": ["a", "a"], "reward": [1.0, None], "truth": [None, "x"], "_received_at": ["09:00", "10:00"]}
    ... )
    >>> join_feedback(answered, told).to_dict("records")
    [{'puid': 'a', 'reward': 1.0, 'truth': 'x'}, {'puid': 'b', 'reward': nan, 'truth': None}]
    """
    rewards: dict[str, float] = {}
    truths: dict[str, Any] = {}
    for row in feedback.sort_values("_received_at", kind="stable").to_dict("records"):
        if pd.notna(row["reward"]):
            rewards[row["puid"]] = row["reward"]
        if pd.notna(row["truth"]):
            truths[row["puid"]] = row["truth"]
    puids = list(predictions["puid"])
    return predictions.assign(
        reward=pd.Series([rewards.get(puid) for puid in puids], predictions.index, dtype="float64"),
        truth=pd.Series([truths.get(puid) for puid in puids], predictions.index, dtype="object"),
    )


def prediction_lines(
    connection: Connection, bucket: str, client: ClientName, first: date, last: date
) -> Iterator[Event]:
    """Yield the lines that :func:`read_predictions` makes a frame of. Memory is that of a digest of each."""
    return _lines(connection, bucket, client, raw_predictions_hour, "time", _days(first, last))


def feedback_lines(connection: Connection, bucket: str, client: ClientName, first: date, last: date) -> Iterator[Event]:
    """Yield the lines that :func:`read_feedback` makes a frame of. Memory is that of a digest of each."""
    return _lines(connection, bucket, client, raw_feedback_hour, "_received_at", _days(first, last))


def _lines(
    connection: Connection,
    bucket: str,
    client: ClientName,
    prefix_of: Callable[[datetime], str],
    dated_by: str,
    days: list[date],
) -> Iterator[Event]:
    store = ObjectStore(connection.s3(), bucket)
    prefixes = [prefix_of(hour) for hour in _hours(days)]
    wanted = {str(day) for day in days}
    seen: set[bytes] = set()
    with snapshot(connection, bucket, lambda: (found for prefix in prefixes for found in store.list(prefix))) as copies:
        for copy in copies:
            for line in _of_client(_read(copy), client, seen):
                if str(line.get(dated_by))[:10] in wanted:
                    yield line


def _read(copy: Copy) -> Iterator[bytes]:
    try:
        with copy.path.open("rb") as file:
            yield from read_lines(file)
    except CutShort as error:
        raise SourceUnreadable(f"{copy.summary.key}: {error}") from None


def _of_client(lines: Iterable[bytes], client: ClientName, seen: set[bytes]) -> Iterator[Event]:
    """Yield a client's lines; one that Firehose laid twice, as it may, is yielded once."""
    needle = client.encode()
    for line in lines:
        if needle not in line:  # most lines are other clients', and parsing is what costs
            continue
        value, digest = orjson.loads(line), blake2b(line, digest_size=16).digest()
        if value["client"] == client and digest not in seen:
            seen.add(digest)
            yield value


def _days(first: date, last: date) -> list[date]:
    if last < first:
        raise ValueError(f"the range ends on {last}, before it begins on {first}")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _hours(days: list[date]) -> Iterator[datetime]:
    """Yield the hours of the days and one more on both sides, under which Firehose may have filed a line."""
    begin = datetime(days[0].year, days[0].month, days[0].day, tzinfo=UTC) - _HOUR
    for number in range(len(days) * 24 + 2):
        yield begin + number * _HOUR
