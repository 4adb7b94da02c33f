"""Splitting one raw object: claimed, read once, written as one object per client and day and one of what failed."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO

import orjson

from augury.aws import AwsUnavailable, NotFound, ObjectStore
from augury.lake import CutShort, failed_object_key, failed_split_key, read_blocks, split_output_key
from augury.split.entries import Counts, Outcome, Source, State
from augury.split.ledger import Claim, Ledger
from augury.split.lines import MAX_LINE_BYTES, Owner
from augury.split.sorting import sort_blocks
from augury.split.spool import Spool

OVERWRITTEN = "overwritten: it had another content when it was split"
"""Why an object is not split whose key had another content before."""

_GZIP = "application/gzip"
_FAILURES = None  # the key of failed lines in the spool, which have no owner
_WRITERS = 16
_FEW_OUTPUTS = 64  # written one after the other, which takes a second or two


class Fate(StrEnum):
    """What became of a raw object.

    ``SPLIT`` and ``QUARANTINED`` (it can't be read to its end) are what was done now, ``SETTLED`` what was done before
    or is a recorded plan's to do. ``OVERWRITTEN`` objects have a key that was split with another content; they are
    reported below ``failed/split/`` and not split. ``GONE`` objects were removed before anybody split them.
    """

    SPLIT = "split"
    QUARANTINED = "quarantined"
    SETTLED = "settled"
    OVERWRITTEN = "overwritten"
    GONE = "gone"


class SourceBusy(Exception):
    """Somebody else splits the object now; it is to be tried again, in case that they don't end it."""


@dataclass(frozen=True, slots=True)
class SplitResult:
    """What became of a raw object, and what it held if it was split now."""

    source: str
    fate: Fate
    counts: Counts = field(default_factory=Counts)


def split_object(store: ObjectStore, ledger: Ledger, key: str, *, owner: str, for_s: float) -> SplitResult:
    """Split one raw object, unless it is split.

    Every output key is made from the source's, and its bytes from the source's lines: whoever splits an object again
    writes the same objects again. Nothing is written before all of it was read, failed lines are written first, and
    the ledger is told last: a split that is killed at any point is made whole by the next one.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    ledger : Ledger
        Who has split what.
    key : str
        Key of a gzip NDJSON object.
    owner : str
        Who splits it; no two that may work at the same time have the same name.
    for_s : float
        Seconds that it may take. After them nothing is written any more, and the object is anybody's.

    Raises
    ------
    SourceBusy
        Somebody else splits it now.
    ClaimLost
        It took too long.
    AwsUnavailable
        S3 or DynamoDB failed; splitting the object again makes it whole.
    """
    try:
        opened = store.open_object(key)
    except NotFound:
        entry = ledger.entry(key)
        return SplitResult(key, Fate.SETTLED if entry and entry.state is State.DONE else Fate.GONE)
    with opened:
        source = Source(key, opened.etag, opened.size_bytes)
        claim = ledger.claim(source, owner, for_s)
        if claim.outcome is Outcome.CLAIMED:
            return _split_claimed(store, ledger, claim, opened.body)
    if claim.outcome is Outcome.BUSY:
        raise SourceBusy(f"{key} is being split by {claim.found.owner if claim.found else 'somebody else'}")
    if claim.outcome is Outcome.CHANGED:
        report_object(store, source, OVERWRITTEN)
        return SplitResult(key, Fate.OVERWRITTEN)
    return SplitResult(key, Fate.SETTLED)


def report_object(store: ObjectStore, source: Source, reason: str) -> None:
    """Write below ``failed/split/`` that nothing of a raw object was split, and why. The object stays where it is."""
    said = {"source": source.key, "etag": source.etag, "size_bytes": source.size_bytes, "reason": reason}
    body = gzip.compress(orjson.dumps(said) + b"\n", mtime=0)
    store.put(failed_object_key(source.key, source.etag), body, _GZIP)


def _split_claimed(store: ObjectStore, ledger: Ledger, claim: Claim, body: IO[bytes]) -> SplitResult:
    source = claim.source
    with _released_on_failure(ledger, claim), Spool[Owner | None]() as spool:
        try:
            counts = _lay_aside(body, source.key, spool)
        except CutShort as error:
            counts = Counts(quarantined=str(error))
            report_object(store, source, str(error))
        else:
            _publish(store, spool, source.key, lambda: ledger.ensure_held(claim))
        ledger.complete(source, claim.owner, counts)
    return SplitResult(source.key, Fate.QUARANTINED if counts.quarantined else Fate.SPLIT, counts)


@contextmanager
def _released_on_failure(ledger: Ledger, claim: Claim) -> Iterator[None]:
    try:
        yield
    except (Exception, KeyboardInterrupt):
        with suppress(AwsUnavailable):
            ledger.release(claim)
        raise


def _lay_aside(body: IO[bytes], key: str, spool: Spool[Owner | None]) -> Counts:
    """Sort all lines of an object into a spool."""
    lines = failed = text_bytes = 0
    clients = set[str]()
    for block in sort_blocks(read_blocks(body, MAX_LINE_BYTES)):
        if block.failures:
            spool.add(_FAILURES, [failure.record(key) for failure in block.failures])
            failed += len(block.failures)
        for owner, owned in block.lines.items():
            text_bytes += spool.add(owner, owned)
            lines += len(owned)
            clients.add(owner.client)
    spool.settle()
    return Counts(lines=lines + failed, failed=failed, clients=len(clients), text_bytes=text_bytes)


def _publish(store: ObjectStore, spool: Spool[Owner | None], source: str, ensure_held: Callable[[], None]) -> None:
    def write(owner: Owner | None) -> None:
        ensure_held()
        key = split_output_key(*owner, source) if owner else failed_split_key(source)
        with spool.open(owner) as body:
            store.put(key, body, _GZIP)

    owners = list(spool)
    if _FAILURES in owners:
        owners.remove(_FAILURES)
        write(_FAILURES)
    _for_each(write, owners)


def _for_each(write: Callable[[Owner | None], None], owners: Sequence[Owner | None]) -> None:
    if len(owners) <= _FEW_OUTPUTS:
        for owner in owners:
            write(owner)
        return
    with ThreadPoolExecutor(_WRITERS) as pool:
        for _ in pool.map(write, owners):
            pass
