"""What a run has done so far, in two files beside its output, so that another run goes on from there."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from augury.serving.batch.outcomes import Outcome


class AlreadyRunning(ValueError):
    """Another run is writing the same output."""


class Spool:
    """The outcomes of the rows that are done, as NDJSON, and how many they are.

    The outcomes are on disk before they are counted, so that of a run that was killed at any moment exactly those that
    were counted remain.

    Parameters
    ----------
    out : Path
        The output that this becomes.
    fingerprint : str
        What is done: of other input, or by another model, nothing remains.

    Attributes
    ----------
    path : Path
        The outcomes.
    rows, refused : int
        How many rows are done, and how many of them have no predictions.

    Raises
    ------
    AlreadyRunning
        Another run is writing the same output.
    """

    def __init__(self, out: Path, fingerprint: str) -> None:
        self.path = out.with_name(f"{out.name}.partial")
        self._journal = out.with_name(f"{out.name}.progress.json")
        self._fingerprint = fingerprint
        self.rows = self.refused = self._bytes = 0
        self._file = self.path.open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise AlreadyRunning(
                f"{out} is being written by another run: let it end, or choose another --out"
            ) from None
        self._go_on()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Keep the outcomes of the next rows."""
        lines = b"".join(orjson.dumps(one.as_json(), option=orjson.OPT_APPEND_NEWLINE) for one in outcomes)
        self._file.write(lines)
        self._file.flush()
        os.fsync(self._file.fileno())
        self.rows += len(outcomes)
        self.refused += sum(one.is_refused for one in outcomes)
        self._bytes += len(lines)
        self._count()

    def remove(self) -> None:
        """Forget everything, once it is published."""
        self._journal.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    def _go_on(self) -> None:
        """Take what an earlier run counted, and cut off what it did not."""
        try:
            known = orjson.loads(self._journal.read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            known = {}
        if known.get("of") == self._fingerprint and known["bytes"] <= self.path.stat().st_size:
            self.rows, self.refused, self._bytes = known["rows"], known["refused"], known["bytes"]
        self._file.truncate(self._bytes)

    def _count(self) -> None:
        counted = {"of": self._fingerprint, "rows": self.rows, "refused": self.refused, "bytes": self._bytes}
        arriving = self._journal.with_name(f"{self._journal.name}.new")
        arriving.write_bytes(orjson.dumps(counted))
        arriving.replace(self._journal)
