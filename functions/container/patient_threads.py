"""Threads for calls that must wait, so that the event loop never does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from weakref import WeakValueDictionary

from augury.errors import AuguryError, Kind
from augury.waiting import MustWait

AT_ONCE_BYTES = 32 * 1024
"""Sizes up to which a call is made on the event loop; what is larger would hold up others."""


@dataclass(eq=False, weakref_slot=True, slots=True)
class _Caller:
    """One caller's turns, and its calls that have one or wait for one."""

    turns: asyncio.Semaphore
    waiting: int = 0


class PatientThreads:
    """Runs calls on threads; one caller's calls take a part of them at most, and the others find some free.

    A call that nobody waits for any more keeps its thread until it returns, and its turn with it.

    Parameters
    ----------
    threads : int
        Calls that run at once; 128 unless given. A thread is started when it is first needed.
    per_caller : int
        Of one caller; 32 unless given. Its further calls take turns.
    most_waiting : int
        Calls that run or wait; 2,048 unless given. A quarter of them may be one caller's.
    """

    def __init__(self, threads: int = 128, per_caller: int = 32, most_waiting: int = 2_048) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="patient")
        self._per_caller = per_caller
        self._most_waiting = most_waiting
        self._most_waiting_of_one = max(per_caller, most_waiting // 4)
        self._callers: WeakValueDictionary[str, _Caller] = WeakValueDictionary()
        self._waiting = 0

    async def at_once_or_later[T](self, caller: Callable[[], str], call: Callable[[], T], size_bytes: int) -> T:
        """Return what a call returns: on this thread, unless it must wait or is about so much that others would.

        Parameters
        ----------
        caller : callable
            Returns whose call it is, where that matters.
        call : callable
            It is begun anew where it must wait.
        size_bytes : int
            Size of what it is about.

        Raises
        ------
        AuguryError
            As :meth:`run` does.
        """
        if size_bytes <= AT_ONCE_BYTES:
            try:
                return call()
            except MustWait:
                pass
        return await self.run(caller(), call)

    async def run[T](self, caller: str, call: Callable[[], T]) -> T:
        """Return what a call returns, or raise what it raises.

        Raises
        ------
        AuguryError
            503: too many calls wait, of all or of this caller.
        """
        its = self._callers.get(caller)
        if its is None:
            its = self._callers[caller] = _Caller(asyncio.Semaphore(self._per_caller))
        if self._waiting >= self._most_waiting or its.waiting >= self._most_waiting_of_one:
            raise AuguryError(Kind.UNAVAILABLE)
        self._count(its, 1)
        try:
            await its.turns.acquire()
        except asyncio.CancelledError:
            self._count(its, -1)
            raise
        return await asyncio.shield(self._begun(its, call))

    def _begun[T](self, its: _Caller, call: Callable[[], T]) -> asyncio.Future[T]:
        """Return a call that runs, and keeps its turn for as long as it does."""

        def over(_: object) -> None:
            its.turns.release()
            self._count(its, -1)

        running = asyncio.get_running_loop().run_in_executor(self._pool, call)
        running.add_done_callback(over)
        return running

    def _count(self, its: _Caller, calls: int) -> None:
        self._waiting += calls
        its.waiting += calls

    def close(self) -> None:
        """Take no more calls; those that run still are not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
