"""A date is read."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import model_validator

from augury.plans.dates import is_format, wall_time
from augury.plans.value_step import ValueFunction, ValueStep


class Date(ValueStep):
    """Text or a number becomes the wall time in a time zone; null where it is no date.

    Parameters
    ----------
    time_zone : str, optional
        IANA name of the time zone; UTC by default.
    formats : tuple of str, default ()
        Further formats, see :func:`augury.plans.dates.wall_time`.
    """

    kind: Literal["date"] = "date"
    time_zone: str | None = None
    formats: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _time_zone_is_known(self) -> Date:
        self.zone()
        return self

    @model_validator(mode="after")
    def _formats_are_known(self) -> Date:
        for pattern in self.formats:
            if not is_format(pattern):
                raise ValueError(f"date format {pattern!r} reads no date")
        return self

    def zone(self) -> tzinfo:
        """Return the time zone.

        Raises
        ------
        ValueError
            This machine knows no such time zone.
        """
        return zone_of(self.time_zone)

    def function(self) -> ValueFunction:
        """Return a function that gives a naive datetime, or None."""
        zone, formats = self.zone(), self.formats

        def date(value: Any) -> Any:
            return wall_time(value, zone, formats)

        return date


def zone_of(name: str | None) -> tzinfo:
    """Return the time zone of an IANA name; UTC for None.

    Raises
    ------
    ValueError
        This machine knows no such time zone.
    """
    if name is None:
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"time zone {name!r} is unknown on this machine") from None
