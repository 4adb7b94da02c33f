"""Calling again what failed for now: pauses that double, drawn at random, as long as tries are left."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0


class TryAgain(Exception):
    """A call failed in a way that may pass.

    Parameters
    ----------
    reason : str
        What happened.
    after_s : float
        Seconds that the server asks to be left alone for.
    """

    def __init__(self, reason: str, after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.after_s = after_s


class GaveUp(Exception):
    """Every try failed; the message is the last one's reason."""


@dataclass(slots=True)
class Persistence:
    """How often a call is made, and how long it waits in between.

    Parameters
    ----------
    tries : int
        Calls, the first one included.
    sleep : callable
        Waits for so many seconds; tests step a clock instead.
    retries : int
        Calls that had to be made again so far.
    """

    tries: int = 8
    sleep: Callable[[float], None] = time.sleep
    retries: int = 0

    def call[T](self, attempt: Callable[[], T]) -> T:
        """Return what the call returns, once it does.

        Raises
        ------
        GaveUp
            Every try raised :class:`TryAgain`.
        """
        pause_s = _FIRST_PAUSE_S
        for left in reversed(range(self.tries)):
            try:
                return attempt()
            except TryAgain as again:
                if not left:
                    raise GaveUp(str(again)) from None
                # Jitter keeps many senders from coming back at the same moment.
                wait_s = random.uniform(pause_s / 2, pause_s)  # noqa: S311 - not a secret
                self.retries += 1
                self.sleep(max(wait_s, again.after_s))
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        raise GaveUp("no try is allowed")
