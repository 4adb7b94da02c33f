"""Values read from elsewhere that stay fresh without their readers waiting, and outlive what they are read from."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TypeGuard

from augury.waiting import before_waiting

_WORKERS = 4
_PAUSE_S = 2.0

type Submit = Callable[[Callable[[], None]], object]
"""Runs a call, now or soon, on this thread or another."""


@dataclass(frozen=True, slots=True)
class _Known[V]:
    value: V
    read_at: float


@dataclass(slots=True)
class _Entry[V]:
    ready: _Known[V] | None = None  # read, and prepared
    latest: _Known[V] | None = None  # read
    running: Future[V | None] | None = None
    is_preparing: bool = False
    try_again_at: float = 0.0


class RefreshingCache[K: Hashable, V]:
    """A bounded mapping whose values are read again in the background before they are too old.

    A value is answered at once while it is fresh. One that is older is answered at once too, while it is read again
    behind the reader's back and, where it changed, prepared before it takes the old one's place. Only a value beyond
    the greatest age is waited for, and where it then can't be read, the old one is as good as there is.

    Parameters
    ----------
    read : callable
        Returns a key's value, given the one known before; None where there is none. What it raises reaches a reader
        only if no value is known.
    fresh_s, oldest_s : float
        Ages in seconds from which a value is read again, and from which it is waited for.
    prepare : callable, optional
        Called with a key and a changed value before it replaces another, such as to load what it needs. It must not
        raise.
    patience_s : float
        Seconds for which a reader that knows an old value waits for a new one; 1 unless given. After a failure, known
        values are not read again for 2 seconds.
    now : callable, optional
        Clock, seconds since 1970. Wall time, because a frozen Lambda's monotonic clock may stand still.
    submit : callable, optional
        Runs a call in the background; a few threads that all caches share unless given.
    max_entries : int
        Values kept, 10,000 unless given; those used longest ago give way.

    Examples
    --------
    >>> cache = RefreshingCache[str, int](lambda key, known: len(key), fresh_s=5, oldest_s=10)
    >>> cache.get("abc")
    3
    """

    def __init__(
        self,
        read: Callable[[K, V | None], V | None],
        *,
        fresh_s: float,
        oldest_s: float,
        prepare: Callable[[K, V], None] | None = None,
        patience_s: float = 1.0,
        now: Callable[[], float] = time.time,
        submit: Submit | None = None,
        max_entries: int = 10_000,
    ) -> None:
        self._read = read
        self._fresh_s = fresh_s
        self._oldest_s = oldest_s
        self._prepare = prepare
        self._patience_s = patience_s
        self._now = now
        self._submit = submit or _submit
        self._max_entries = max_entries
        self._entries: OrderedDict[K, _Entry[V]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K) -> V | None:
        """Return a key's value, or None where there is none; that there is none is not remembered.

        Raises
        ------
        Exception
            What reading raised, where no value is known.
        """
        entry, now = self._entry(key), self._now()
        ready, latest = entry.ready, entry.latest  # others may replace them meanwhile
        if _younger(ready, self._fresh_s, now):
            return ready.value
        if _younger(ready, self._oldest_s, now):
            self._refresh(key, entry)
            return ready.value
        if _younger(latest, self._fresh_s, now):
            return latest.value
        return self._wait(key, entry)

    def _entry(self, key: K) -> _Entry[V]:
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                entry = self._entries[key] = _Entry()
                if len(self._entries) > self._max_entries:
                    self._entries.popitem(last=False)
            else:
                self._entries.move_to_end(key)
            return entry

    def _wait(self, key: K, entry: _Entry[V]) -> V | None:
        for _ in range(2):
            value = self._awaited(key, entry)
            # A process may sleep between asking and hearing: what it then hears is as old as its question.
            if entry.latest is None or _younger(entry.latest, self._oldest_s, self._now()):
                break
        if value is None:
            self._forget(key, entry)
        return value

    def _awaited(self, key: K, entry: _Entry[V]) -> V | None:
        known, reading = entry.latest, self._refresh(key, entry)
        if reading is not None:
            before_waiting()
        if known is None:
            return reading.result() if reading is not None else None
        try:
            return known.value if reading is None else reading.result(self._patience_s)
        except Exception:  # noqa: BLE001 - whatever it is, what is known is as good as there is
            entry.try_again_at = self._now() + _PAUSE_S
            return known.value

    def _forget(self, key: K, entry: _Entry[V]) -> None:
        """Keep no room for what is not there: whoever asks for it could fill the mapping with it."""
        with self._lock:
            if entry.latest is None and self._entries.get(key) is entry:
                del self._entries[key]

    def _refresh(self, key: K, entry: _Entry[V]) -> Future[V | None] | None:
        """Have a value read, once for all who ask; None while that is left alone after a failure."""
        with self._lock:
            if entry.running is not None:
                return entry.running
            if entry.latest is not None and self._now() < entry.try_again_at:
                return None
            running = entry.running = Future()
        self._submit(lambda: self._run(key, entry, running))
        return running

    def _run(self, key: K, entry: _Entry[V], running: Future[V | None]) -> None:
        known, began = entry.latest, self._now()
        try:
            value = self._read(key, None if known is None else known.value)
        except Exception as failure:  # noqa: BLE001 - it is the reader's to handle
            entry.try_again_at = self._now() + _PAUSE_S
            entry.running = None
            running.set_exception(failure)
            return
        changed = self._keep(entry, value, began)
        entry.running = None
        running.set_result(value)
        if changed and value is not None:
            self._make_ready(key, entry, value)

    def _keep(self, entry: _Entry[V], value: V | None, read_at: float) -> bool:
        """Take a value that was read, and tell whether it is another than the one that is ready."""
        entry.latest = None if value is None else _Known(value, read_at)
        with self._lock:
            if entry.ready is None or value is None or entry.ready.value == value:
                entry.ready = entry.latest
            elif not entry.is_preparing:
                entry.is_preparing = True
                return True
            return False

    def _make_ready(self, key: K, entry: _Entry[V], value: V) -> None:
        try:
            if self._prepare is not None:
                self._prepare(key, value)
        finally:
            with self._lock:
                entry.is_preparing = False
                if entry.latest is not None and entry.latest.value == value:
                    entry.ready = entry.latest


def _younger[V](known: _Known[V] | None, than_s: float, now: float) -> TypeGuard[_Known[V]]:
    return known is not None and now - known.read_at < than_s


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_WORKERS, thread_name_prefix="refresh")


def _submit(call: Callable[[], None]) -> None:
    _workers().submit(call)
