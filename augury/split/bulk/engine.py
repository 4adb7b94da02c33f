"""What an engine of the split in bulk does, told apart from how its work is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from augury.split.bulk.layout import Parts
from augury.split.bulk.outcome import Found, PartReport
from augury.split.bulk.planning import StoredFile
from augury.split.entries import Source
from augury.split.lines import Owner


class Engine(Protocol):
    """Reads and writes on behalf of one plan; what it has read it keeps until it is closed.

    Every step can be repeated, and does then what it did before.
    """

    @property
    def parallelism(self) -> int:
        """Tasks that run at once."""

    def read_sources(self, sources: Sequence[Source]) -> Found:
        """Read raw objects, and write what is no stored event below ``failed/split/``."""

    def read_files(self, files: Sequence[tuple[Owner, StoredFile]]) -> Found:
        """Read files that the split wrote."""

    def write(self, plan_id: str, layout: Mapping[Owner, Parts]) -> Sequence[PartReport]:
        """Write all that was read into the files of the layout."""

    def close(self) -> None:
        """Let go of what was read."""
