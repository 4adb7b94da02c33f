"""A client as the table knows it, and how much it may send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from augury.clients.partitions import CLIENTS
from augury.names import ClientName

if TYPE_CHECKING:
    from augury.aws import Item


@dataclass(frozen=True, slots=True)
class Quota:
    """How many events a client may send.

    Parameters
    ----------
    events_per_second, events_per_day : int or None
        Most events; None for any number.

    Raises
    ------
    ValueError
        A number is not positive; the message names it.

    Examples
    --------
    >>> Quota(events_per_second=0)
    Traceback (most recent call last):
    ...
    ValueError: events per second must be a positive whole number, not 0
    """

    events_per_second: int | None = None
    events_per_day: int | None = None

    def __post_init__(self) -> None:
        for name, number in self.as_json().items():
            if number is not None and number < 1:
                raise ValueError(f"{name.replace('_', ' ')} must be a positive whole number, not {number}")

    @property
    def is_unlimited(self) -> bool:
        """Whether nothing is limited."""
        return self.events_per_second is None and self.events_per_day is None

    def as_json(self) -> dict[str, int | None]:
        """Return both numbers by name."""
        return {"events_per_second": self.events_per_second, "events_per_day": self.events_per_day}


UNLIMITED = Quota()
"""The quota of a client that has none."""


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """A client.

    Parameters
    ----------
    name : ClientName
        Its name, given once and for all.
    created_at : int
        Seconds since 1970.
    revision : int
        Counts its changes: whoever changes anything of a client must have seen the latest.
    deleted_at : int or None
        Seconds since 1970 of its deletion, after which only this record and its dead keys are left.
    quota : Quota
        How much it may send.
    """

    name: ClientName
    created_at: int
    revision: int = 1
    deleted_at: int | None = None
    quota: Quota = UNLIMITED

    @staticmethod
    def address(name: ClientName) -> tuple[str, str]:
        """Return the partition and sort key under which a client's record is kept."""
        return CLIENTS, str(name)

    def to_item(self) -> Item:
        """Return the record as a table item."""
        pk, sk = self.address(self.name)
        return {
            "pk": pk,
            "sk": sk,
            "created_at": self.created_at,
            "revision": self.revision,
            "deleted_at": self.deleted_at,
            "quota": self.quota.as_json(),
        }

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Self:
        """Return the record that an item holds."""
        quota = Quota(**item["quota"])
        return cls(ClientName(item["sk"]), item["created_at"], item["revision"], item["deleted_at"], quota)
