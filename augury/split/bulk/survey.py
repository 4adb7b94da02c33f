"""What there is to do for the split in bulk: raw objects that nothing has split, and the files that days have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from augury.aws import ObjectStore
from augury.lake import CLIENTS, EventsPrefix, client_day, is_split_output, spill_hour, split_output_name
from augury.names import ClientName, InvalidName
from augury.split.bulk.layout import TARGET_BYTES
from augury.split.bulk.planning import BulkPlan, Scope, StoredFile, plan_bulk
from augury.split.entries import Outcome, Source, decide
from augury.split.ledger import Ledger
from augury.split.lines import Owner

_HOUR = timedelta(hours=1)
_LISTERS = 16
_NOBODY = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found.

    Parameters
    ----------
    plan : BulkPlan
        What is to be done.
    sources : Counter
        How many raw objects of the range there are of each fate: ``CLAIMED`` ones are in the plan; ``BUSY`` ones are
        being split by a function now; ``PLANNED`` ones belong to an unfinished run; ``CHANGED`` ones were overwritten
        after they were split, which is no work of ours, and are not split again.
    """

    plan: BulkPlan
    sources: Counter[Outcome] = field(default_factory=Counter)


def survey(
    store: ObjectStore,
    ledger: Ledger,
    scope: Scope,
    prefix: EventsPrefix,
    *,
    now: datetime,
    target_bytes: int = TARGET_BYTES,
) -> Survey:
    """Look for what there is to do, and change nothing.

    Files are listed before the ledger is asked: whoever wrote one of them has ended since, or is known to be at it.
    What a function at work has written is left alone, since another may write it again if that one is killed.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    ledger : Ledger
        Who has split what.
    scope : Scope
        Whose days are rewritten.
    prefix : EventsPrefix
        Where the events stream lays its objects.
    now : datetime
        The time, with its zone.
    target_bytes : int, optional
        Uncompressed size of the files to make.
    """
    owners = [Owner(client, day) for client in _clients(store, scope) for day in scope.days()]
    listed = files_of(store, owners)
    raw = list(raw_objects(store, scope, prefix))
    entries = ledger.entries_of(source.key for source in raw)
    fates = {source: decide(entries.get(source.key), source, _NOBODY, now) for source in raw}
    free = [source for source, fate in fates.items() if fate is Outcome.CLAIMED]
    at_work = {split_output_name(source.key) for source, fate in fates.items() if fate is Outcome.BUSY}
    present = {
        owner: [file for file in files if file.key.rpartition("/")[2] not in at_work]
        for owner, files in zip(owners, listed, strict=True)
    }
    return Survey(plan_bulk(scope, free, present, target_bytes=target_bytes), Counter(fates.values()))


def raw_objects(store: ObjectStore, scope: Scope, prefix: EventsPrefix) -> Iterator[Source]:
    """Yield the raw objects of some days, and of an hour more on both sides.

    An object is filed under the hour in which its first record reached Firehose, which can be the hour before or after
    that of a line's ``_received_at``.
    """
    first = datetime(scope.first.year, scope.first.month, scope.first.day, tzinfo=UTC) - _HOUR
    hours = (first + _HOUR * offset for offset in range(len(scope.days()) * 24 + 2))
    for hour in hours:
        for below in (prefix.hour(hour), spill_hour(hour)):
            for entry in store.list(below):
                yield Source(entry.key, entry.etag, entry.size_bytes)


def files_of(store: ObjectStore, owners: Sequence[Owner]) -> list[list[StoredFile]]:
    """Return the split's files of each client's day; drops are none of them."""

    def files(owner: Owner) -> list[StoredFile]:
        listed = store.list(client_day(*owner))
        return [
            StoredFile(key=entry.key, size_bytes=entry.size_bytes) for entry in listed if is_split_output(entry.key)
        ]

    if len(owners) < _LISTERS:
        return [files(owner) for owner in owners]
    with ThreadPoolExecutor(_LISTERS) as pool:
        return list(pool.map(files, owners))


def _clients(store: ObjectStore, scope: Scope) -> Iterator[ClientName]:
    if scope.client is not None:
        yield scope.client
        return
    for folder in store.folders(CLIENTS):
        try:
            yield ClientName(folder)
        except InvalidName:  # a folder that nothing of ours wrote
            continue
