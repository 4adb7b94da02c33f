"""What one run of the split in bulk will read, and which files it may replace: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256

from pydantic import BaseModel, ConfigDict

from augury.lake import compacted_by, split_output_name
from augury.names import ClientName
from augury.split.bulk.layout import TARGET_BYTES
from augury.split.entries import Source
from augury.split.lines import Owner


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scope(_Document):
    """Whose days are rewritten.

    Parameters
    ----------
    first, last : date
        UTC days, both included.
    client : ClientName, optional
        Whose days; everybody's unless given.
    """

    first: date
    last: date
    client: ClientName | None = None

    def holds(self, owner: Owner) -> bool:
        """Tell whether a client's day may be rewritten."""
        return self.client in (None, owner.client) and self.first <= owner.day <= self.last

    def days(self) -> list[date]:
        """Return the days, in order.

        Examples
        --------
        >>> len(Scope(first=date(2026, 11, 23), last=date(2026, 11, 24)).days())
        2
        """
        return [self.first + timedelta(days=offset) for offset in range((self.last - self.first).days + 1)]


class StoredFile(_Document):
    """An object and its compressed size."""

    key: str
    size_bytes: int


class DayFiles(_Document):
    """The files of the split that a client's day has."""

    client: ClientName
    day: date
    files: tuple[StoredFile, ...]

    @property
    def owner(self) -> Owner:
        """Whose they are."""
        return Owner(self.client, self.day)

    @property
    def is_settled(self) -> bool:
        """Whether one run left all of them, so that rewriting them would change nothing."""
        runs = {compacted_by(file.key) for file in self.files}
        return len(runs) == 1 and None not in runs


class BulkPlan(_Document):
    """What one run reads, and what it may replace.

    Parameters
    ----------
    scope : Scope
        Whose days are rewritten. Lines for other days are added to those.
    sources : tuple of Source
        Raw objects that nothing has split, of all clients: one pass splits them for everybody.
    present : tuple of DayFiles
        Files of the split in the scope, as they were when it was planned. Files that come later stay.
    target_bytes : int
        Uncompressed size that no file is to be much above.
    attempt : int
        Tells plans apart of which the earlier ones were abandoned.
    """

    scope: Scope
    sources: tuple[Source, ...]
    present: tuple[DayFiles, ...]
    target_bytes: int = TARGET_BYTES
    attempt: int = 0

    @cached_property
    def plan_id(self) -> str:
        """Digest of all of the plan: the same plan has the same id, and writes the same keys."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:32]

    def next_attempt(self) -> BulkPlan:
        """Return the same plan under another id."""
        # Made anew: a copy would keep the cached id.
        fields = {name: getattr(self, name) for name in BulkPlan.model_fields}
        return BulkPlan.model_validate({**fields, "attempt": self.attempt + 1})

    @property
    def loose(self) -> tuple[DayFiles, ...]:
        """The days that are rewritten even if no source has a line for them."""
        return tuple(day for day in self.present if not day.is_settled)

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        return not self.sources and not self.loose

    def rewritten(self, touched: Iterable[Owner]) -> tuple[DayFiles, ...]:
        """Return the days whose files are replaced, where the sources have lines for some."""
        touched = set(touched)
        return tuple(day for day in self.present if day.owner in touched or not day.is_settled)

    def is_own_beginning(self, key: str) -> bool:
        """Tell whether a file is what a Lambda function wrote of one of the sources before it broke off.

        Its lines are read from the source: reading them from the file too would double those without an id.
        """
        return key.rpartition("/")[2] in self._beginnings

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(split_output_name(source.key) for source in self.sources)


def plan_bulk(
    scope: Scope,
    sources: Iterable[Source],
    present: Mapping[Owner, Iterable[StoredFile]],
    *,
    target_bytes: int = TARGET_BYTES,
) -> BulkPlan:
    """Plan a run; the order in which things were listed makes no difference.

    Parameters
    ----------
    scope : Scope
        Whose days are rewritten.
    sources : iterable of Source
        Raw objects that nothing has split.
    present : mapping
        Files of the split by client and day; those outside the scope are left out.
    target_bytes : int, optional
        Uncompressed size that no file is to be much above.
    """
    days = (
        DayFiles(client=owner.client, day=owner.day, files=tuple(sorted(files, key=lambda file: file.key)))
        for owner, files in sorted(present.items())
        if scope.holds(owner)
    )
    return BulkPlan(
        scope=scope,
        sources=tuple(sorted(sources, key=lambda source: source.key)),
        present=tuple(day for day in days if day.files),
        target_bytes=target_bytes,
    )
