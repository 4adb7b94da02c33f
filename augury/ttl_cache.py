"""Values that are believed for a while."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable


class TtlCache[K: Hashable, V]:
    """A bounded mapping whose entries end after a time; the oldest is forgotten first.

    Parameters
    ----------
    ttl_s : float
        Seconds for which a value is believed.
    now : callable, optional
        Clock, seconds since 1970. Wall time, because a frozen Lambda's monotonic clock may stand still.
    max_entries : int
        Entries kept, 10,000 unless given.

    Examples
    --------
    >>> cache = TtlCache[str, int](ttl_s=60)
    >>> cache.put("a", 1)
    >>> cache.get("a"), cache.get("b")
    (1, None)
    """

    def __init__(self, ttl_s: float, now: Callable[[], float] = time.time, max_entries: int = 10_000) -> None:
        self._ttl_s = ttl_s
        self._now = now
        self._max_entries = max_entries
        self._entries: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def get(self, key: K, *, within_s: float | None = None) -> V | None:
        """Return a value that is still believed, or None; of fewer seconds' age than ``ttl_s`` where that is asked."""
        entry = self._entries.get(key)
        if entry is None or self._now() - entry[0] >= (self._ttl_s if within_s is None else within_s):
            return None
        return entry[1]

    def put(self, key: K, value: V) -> None:
        """Believe a value from now on."""
        self._entries.pop(key, None)
        self._entries[key] = (self._now(), value)
        while len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)

    def forget(self, key: K) -> None:
        """Believe no value any more."""
        self._entries.pop(key, None)

    def get_or_put(self, key: K, look_up: Callable[[], V | None]) -> V | None:
        """Return a value that is still believed, else look it up; what is not found is not remembered."""
        value = self.get(key)
        if value is None:
            value = look_up()
            if value is not None:
                self.put(key, value)
        return value
