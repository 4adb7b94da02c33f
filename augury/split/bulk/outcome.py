"""What a run of the split in bulk found and did, as it is recorded and shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from pydantic import BaseModel, ConfigDict

from augury.names import ClientName
from augury.split.entries import Counts, Source
from augury.split.lines import Owner


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceReport(_Document):
    """What one raw object held."""

    source: Source
    counts: Counts


class PartReport(_Document):
    """One file of a client's day, as written.

    Parameters
    ----------
    client, day
        Whose.
    key : str
        Where.
    lines, duplicates, conflicts : int
        Lines in it; lines left out, as repeating one of them; lines in it whose id another has with other content.
    size_bytes : int
        Compressed.
    """

    client: ClientName
    day: date
    key: str
    lines: int
    duplicates: int
    conflicts: int
    size_bytes: int


class BulkOutcome(_Document):
    """What a plan wrote, and what that replaced.

    Parameters
    ----------
    plan_id : str
        Which plan.
    sources : tuple of SourceReport
        Each raw object of the plan.
    parts : tuple of PartReport
        Each file written.
    replaced : tuple of str
        Keys of the files whose lines are in those now.
    unreadable : tuple of str
        Keys of files of the split that could not be read, which therefore stay as they are.
    """

    plan_id: str
    sources: tuple[SourceReport, ...] = ()
    parts: tuple[PartReport, ...] = ()
    replaced: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


@dataclass(slots=True)
class Found:
    """What was read, by one task or by all.

    Parameters
    ----------
    sources : list of SourceReport
        Raw objects that were read.
    sizes : dict
        Uncompressed bytes of lines by client and day.
    unreadable : list of str
        Keys of files of the split that are damaged.
    missing : list of str
        Keys of what the plan names and is not there any more, or has another content.
    """

    sources: list[SourceReport] = field(default_factory=list)
    sizes: dict[Owner, int] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, other: Found) -> None:
        """Add what another task read."""
        self.sources += other.sources
        self.unreadable += other.unreadable
        self.missing += other.missing
        for owner, size_bytes in other.sizes.items():
            self.sizes[owner] = self.sizes.get(owner, 0) + size_bytes
