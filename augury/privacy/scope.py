"""Where to look: the places of the lake, and the days in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from augury.aws import ObjectStore, ObjectSummary
from augury.lake import (
    FAILED_EVENTS,
    FAILED_SPLIT,
    RAW_EVENTS,
    RAW_FEEDBACK,
    RAW_PREDICTIONS,
    SPILLED_EVENTS,
    EventsPrefix,
    client_events,
    day_of,
    failed_events_hour,
    failed_split,
    raw_feedback_hour,
    raw_predictions_hour,
    spill_hour,
)
from augury.names import ClientName

_HOUR = timedelta(hours=1)


class Place(StrEnum):
    """A part of the lake, in the order in which it is erased."""

    FAILED = "could not be split"
    RAW = "raw events"
    REFUSED = "refused events"
    PREDICTIONS = "prediction log"
    FEEDBACK = "feedback"
    CLIENT = "client's folder"


@dataclass(frozen=True, slots=True)
class Scope:
    """Days of receipt.

    Parameters
    ----------
    first, last : date, optional
        UTC days, both included; all there are unless given.
    events_prefix : EventsPrefix
        Where the deployment's stream lays events.

    Raises
    ------
    ValueError
        Only one of the days is given, or ``last`` is before ``first``.
    """

    first: date | None = None
    last: date | None = None
    events_prefix: EventsPrefix = field(default_factory=EventsPrefix)

    def __post_init__(self) -> None:
        if (self.first is None) != (self.last is None):
            raise ValueError("a range needs both its first and its last day")
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"the range ends on {self.last}, before it begins on {self.first}")

    def shared(self, store: ObjectStore, place: Place) -> list[ObjectSummary]:
        """List the objects of a place that all clients share."""
        return [summary for prefix in self._prefixes(place) for summary in store.list(prefix)]

    def of_client(self, store: ObjectStore, client: ClientName) -> list[ObjectSummary]:
        """List the files in a client's folder of events; one that is in no day's folder is of every range."""
        return [summary for summary in store.list(client_events(client)) if self.holds(day_of(client, summary.key))]

    def holds(self, day: date | None) -> bool:
        """Tell whether a day is meant; what is of no day is of every range."""
        return day is None or self.first is None or self.last is None or self.first <= day <= self.last

    def _prefixes(self, place: Place) -> list[str]:
        hours = list(self._hours())
        raw = [prefix for hour in hours for prefix in (self.events_prefix.hour(hour), spill_hour(hour))]
        match place:
            case Place.RAW:
                return raw or [RAW_EVENTS, SPILLED_EVENTS]
            case Place.FAILED:
                return [failed_split(prefix) for prefix in raw] or [FAILED_SPLIT]
            case Place.REFUSED:
                return [failed_events_hour(hour) for hour in hours] or [FAILED_EVENTS]
            case Place.PREDICTIONS:
                return [raw_predictions_hour(hour) for hour in hours] or [RAW_PREDICTIONS]
            case Place.FEEDBACK:
                return [raw_feedback_hour(hour) for hour in hours] or [RAW_FEEDBACK]
            case Place.CLIENT:
                raise ValueError("a client's folder is not shared")

    def _hours(self) -> Iterator[datetime]:
        """Yield the hours of the range and one more on both sides, under which Firehose may have filed it."""
        if self.first and self.last:
            begin = datetime(self.first.year, self.first.month, self.first.day, tzinfo=UTC) - _HOUR
            for number in range(((self.last - self.first).days + 1) * 24 + 2):
                yield begin + number * _HOUR
