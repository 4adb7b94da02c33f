"""When a key was last used, to the hour: what tells an operator that an old key may go."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from augury.aws import ConditionFailed, Table
from augury.clients.partitions import USED
from augury.ttl_cache import TtlCache
from augury.waiting import before_waiting

logger = logging.getLogger(__name__)

RESOLUTION_S = 3600
"""A key's use is written at most once in so many seconds, by all functions together."""


class LastUsed:
    """Writes down that keys are used.

    Parameters
    ----------
    table : Table
        Where it is kept, in partitions of its own: who may write there can change nothing else.
    now : callable, optional
        Clock, seconds since 1970.
    """

    def __init__(self, table: Table, now: Callable[[], float] = time.time) -> None:
        self._table = table
        self._now = now
        self._marked: TtlCache[str, bool] = TtlCache(RESOLUTION_S, now)

    def mark(self, key: str) -> None:
        """Say that a key is used now. This never fails: what it can't write is tried again in an hour."""
        if self._marked.get(key):
            return
        before_waiting()
        self._marked.put(key, True)
        now = int(self._now())
        pk, sk = _address(key)
        try:
            self._table.put_if_older({"pk": pk, "sk": sk, "used_at": now}, "used_at", now - RESOLUTION_S + 1)
        except ConditionFailed:
            return
        except Exception as error:  # noqa: BLE001 - no request fails because of this note
            logger.warning("last use of a key not written: %s", type(error).__name__)

    def of(self, key: str) -> int | None:
        """Return when a key was last used, in seconds since 1970 and to the hour, or None for never.

        Raises
        ------
        AwsUnavailable
            The table did not answer.
        """
        item = self._table.get(*_address(key))
        return item["used_at"] if item else None


def _address(key: str) -> tuple[str, str]:
    return f"{USED}{key}", "LAST"
