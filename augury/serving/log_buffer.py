"""Lines of the prediction log that wait to be sent, within bounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

from augury.aws.streams import MAX_RECORD_BYTES

FULL = "Firehose does not keep up, and no more lines may wait"
TOO_LARGE = "a line is larger than Firehose takes"
ENDING = "the process is ending"
ENDED = "Firehose did not take them before the process ended"
"""Why lines are lost."""


class LogBuffer:
    """Lines that wait. Those that are on their way count, too, until they have arrived; what does not fit is lost.

    Every method may be called from any thread.

    Parameters
    ----------
    most_bytes, most_lines : int
        How much may wait.
    """

    def __init__(self, most_bytes: int, most_lines: int) -> None:
        self._most_bytes = most_bytes
        self._most_lines = most_lines
        self._lock = Lock()
        self._lines: list[bytes] = []
        self._lines_bytes = 0
        self._sent_lines = 0
        self._sent_bytes = 0
        self._lost: Counter[str] = Counter()
        self._is_closed = False

    @property
    def size_bytes(self) -> int:
        """Size of the lines that have not arrived, with their newlines."""
        return self._lines_bytes + self._sent_bytes

    @property
    def is_empty(self) -> bool:
        """Whether every line was taken."""
        return not self._lines

    @property
    def is_closed(self) -> bool:
        """Whether no more lines are accepted."""
        return self._is_closed

    def add(self, lines: Iterable[bytes]) -> None:
        """Take lines, each without its newline."""
        written = list(lines)
        with self._lock:
            for line in written:
                reason = self._refusal(len(line) + 1)
                if reason is None:
                    self._lines.append(line)
                    self._lines_bytes += len(line) + 1
                else:
                    self._lost[reason] += 1

    def take(self) -> list[bytes]:
        """Return the lines that wait, which are then on their way."""
        with self._lock:
            lines, self._lines, size_bytes, self._lines_bytes = self._lines, [], self._lines_bytes, 0
            self._sent_lines += len(lines)
            self._sent_bytes += size_bytes
        return lines

    def settle(self, left: Sequence[bytes]) -> None:
        """Count as arrived what was on its way, but for some records."""
        lines, size_bytes = sum(record.count(b"\n") for record in left), sum(map(len, left))
        with self._lock:
            self._sent_lines, self._sent_bytes = lines, size_bytes

    def close(self) -> None:
        """Accept no more lines."""
        with self._lock:
            self._is_closed = True

    def abandon(self) -> None:
        """Count as lost all that has not arrived."""
        with self._lock:
            self._lost[ENDED] += len(self._lines) + self._sent_lines
            self._lines, self._lines_bytes, self._sent_lines, self._sent_bytes = [], 0, 0, 0

    def take_lost(self) -> Mapping[str, int]:
        """Return how many lines were lost since this was asked last, by the reason."""
        with self._lock:
            lost, self._lost = self._lost, Counter()
        return lost

    def _refusal(self, size_bytes: int) -> str | None:
        if self._is_closed:
            return ENDING
        if size_bytes > MAX_RECORD_BYTES:
            return TOO_LARGE
        has_room = (
            self.size_bytes + size_bytes <= self._most_bytes and len(self._lines) + self._sent_lines < self._most_lines
        )
        return None if has_room else FULL
