"""What a table said of a key, believed for a while and asked for again well before that ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

from augury.aws import AwsUnavailable
from augury.ttl_cache import TtlCache

CACHE_S = 60.0
"""Longest time for which a look-up is believed, and so the time within which a revocation takes effect, in seconds."""

FRESH_S = CACHE_S / 2
"""Time after which a look-up is made again, in seconds: a table may fail for the rest, and nobody notices."""

_PAUSE_S = 2.0


class LookUps[K: Hashable, V]:
    """Look-ups by key, each believed for :data:`CACHE_S`; that there is nothing is not remembered.

    Parameters
    ----------
    look_up : callable
        Returns what is kept of a key, or None.
    now : callable, optional
        Clock, seconds since 1970. Wall time, because a frozen Lambda's monotonic clock may stand still.

    Examples
    --------
    >>> lengths = LookUps[str, int](len)
    >>> lengths.get("abc")
    3
    """

    def __init__(self, look_up: Callable[[K], V | None], now: Callable[[], float] = time.time) -> None:
        self._look_up = look_up
        self._found = TtlCache[K, V](CACHE_S, now)
        self._left_alone = TtlCache[K, bool](_PAUSE_S, now)

    def get(self, key: K) -> V | None:
        """Return what is kept of a key, or None.

        Raises
        ------
        AwsUnavailable
            The table does not answer, and what it said is too old.
        """
        fresh = self._found.get(key, within_s=FRESH_S)
        if fresh is not None:
            return fresh
        believed = self._found.get(key)
        if believed is not None and self._left_alone.get(key):
            return believed
        try:
            return self.renewed(key)
        except AwsUnavailable:
            if believed is None:
                raise
            self._left_alone.put(key, True)
            return believed

    def renewed(self, key: K) -> V | None:
        """Return what is kept of a key now, whatever was known.

        Raises
        ------
        AwsUnavailable
            The table does not answer.
        """
        found = self._look_up(key)
        if found is None:
            self._found.forget(key)
        else:
            self._found.put(key, found)
        return found
