"""A target that keeps failing is left alone for a while, then tried by one call at a time."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

_MAX_CIRCUITS = 10_000


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    open_until: float = 0.0
    pause_s: float = 0.0
    is_probed: bool = False


class CircuitBreakers[K: Hashable]:
    """One circuit per key: closed while calls succeed, open after failures in a row, and probed before it closes.

    Parameters
    ----------
    failures : int
        Failures in a row that open a circuit; 5 unless given.
    pause_s, longest_pause_s : float
        Seconds for which a circuit is open the first time, doubled after each failed probe up to the longest; 2 and 60
        unless given.
    now : callable, optional
        Clock in seconds.

    Examples
    --------
    >>> breakers = CircuitBreakers[str](failures=1, pause_s=2, now=lambda: 0.0)
    >>> breakers.admits("a")
    True
    >>> breakers.failed("a")
    >>> breakers.admits("a")
    False
    """

    def __init__(
        self,
        failures: int = 5,
        pause_s: float = 2.0,
        longest_pause_s: float = 60.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._failures = failures
        self._pause_s = pause_s
        self._longest_pause_s = longest_pause_s
        self._now = now
        self._circuits: OrderedDict[K, _Circuit] = OrderedDict()
        self._lock = Lock()

    def admits(self, key: K) -> bool:
        """Tell whether a call may be made; the caller then says how it went."""
        with self._lock:
            circuit = self._circuits.get(key)
            if circuit is None or circuit.failures < self._failures:
                return True
            if circuit.is_probed or self._now() < circuit.open_until:
                return False
            circuit.is_probed = True
            return True

    def succeeded(self, key: K) -> None:
        """Note a call that was answered, even if with a refusal."""
        with self._lock:
            self._circuits.pop(key, None)

    def failed(self, key: K) -> None:
        """Note a call that was not answered."""
        with self._lock:
            circuit = self._circuits.setdefault(key, _Circuit())
            circuit.failures += 1
            if circuit.failures >= self._failures:
                circuit.pause_s = min(circuit.pause_s * 2 or self._pause_s, self._longest_pause_s)
                circuit.open_until = self._now() + circuit.pause_s
                circuit.is_probed = False
            while len(self._circuits) > _MAX_CIRCUITS:
                self._circuits.popitem(last=False)
