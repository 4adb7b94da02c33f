"""Erasing: a plan carried out so that it can break off anywhere and be begun again.

What is to be touched is written down first. An erasure that finds an unfinished record of its own also removes the old
versions of what that one rewrote, which nobody would find any more by their content.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5
from typing import IO, Any

import orjson

from augury.aws import NotFound, ObjectStore
from augury.lake import client_events, client_folder, erasure_key, failed_split_key, is_split_output
from augury.privacy.erasure_plan import ErasurePlan, Rewrite, is_split_file
from augury.privacy.lines import CONTENT_TYPE, without_lines
from augury.privacy.scope import Place
from augury.privacy.subject import Subject

type AcceptContent = Callable[[str, str, int], object]
"""Told the key, etag and size that a raw object is about to have, so that the split takes it for what it was."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done.

    Parameters
    ----------
    record : str
        Key of the object that says so.
    rewritten : int
        Objects that were written anew.
    versions : int
        Versions of objects that were removed: those of removed objects, and what rewritten ones were before.
    """

    record: str
    rewritten: int
    versions: int


def erase(
    store: ObjectStore,
    plan: ErasurePlan,
    accept_content: AcceptContent,
    now: datetime | None = None,
    progress: Callable[[int, int], object] = lambda *_: None,
) -> Erased:
    """Carry out an erasure. What breaks off is completed by planning and erasing again.

    Lines are taken out of raw objects as out of all others, under the same keys: the account of the range stays right,
    and as the ledger says that the object is split, no notification brings them back.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    plan : ErasurePlan
        From :func:`augury.privacy.plan_erasure`.
    accept_content : callable
        Tells the ledger of the split; it raises where the object is being split right now.
    now : datetime, optional
        The time, which the record gets.
    progress : callable, optional
        Told how many objects are done, and how many there are.

    Raises
    ------
    AwsUnavailable
        S3 failed.
    """
    record = _Record(store, plan, now or datetime.now(UTC))
    record.begin()
    erasing = _Erasing(store, plan.subject, accept_content)
    for number, rewrite in enumerate(plan.rewrites, start=1):
        erasing.rewrite(rewrite)
        progress(number, len(plan.rewrites))
    late = erasing.rewrite_what_came(plan)
    for key in record.keys:
        erasing.forget_replaced(key)
    erasing.forget_folder()
    record.finish()
    return Erased(record.key, len(plan.rewrites) + late, erasing.versions)


class _Erasing:
    def __init__(self, store: ObjectStore, subject: Subject, accept_content: AcceptContent) -> None:
        self._store = store
        self._subject = subject
        self._accept_content = accept_content
        self.versions = 0

    def forget_replaced(self, key: str) -> None:
        """Remove what an object was before."""
        self.versions += self._store.forget_replaced(key, lambda found: found == key)

    def forget_folder(self) -> None:
        """Remove a client's folder, or what the split has replaced in it: such a file may have held the event."""
        client = self._subject.client
        if self._subject.event_id is None:
            self.versions += self._store.purge(client_folder(client))
        else:
            self.versions += self._store.forget_replaced(client_events(client), is_split_output)

    def rewrite(self, rewrite: Rewrite) -> None:
        """Take the lines out of one object; one that is gone has none."""
        try:
            if rewrite.place is Place.RAW:
                self._rewrite_raw(rewrite.key)
            else:
                self._rewrite(rewrite.key, self._test(rewrite.place))
        except NotFound:
            return

    def rewrite_what_came(self, plan: ErasurePlan) -> int:
        """Take the event out of files that the split wrote since the plan was made; return how many had it.

        By now the raw objects are without it, so that no more such files can come.
        """
        if self._subject.event_id is None:  # the whole folder goes
            return 0
        is_meant = self._test(Place.CLIENT)
        listed = plan.scope.of_client(self._store, self._subject.client)
        came = [summary.key for summary in listed if is_split_file(summary) and summary.key not in plan.seen]
        return sum(self._rewrite(key, is_meant) for key in came)

    def _rewrite(self, key: str, is_meant: Callable[[int, bytes], bool]) -> bool:
        """Take lines out of an object, and tell whether there were any."""
        with without_lines(self._store, key, is_meant, blank=False) as (body, erased, left):
            if not erased:
                return False
            if left:
                self._store.put(key, body, CONTENT_TYPE)
                return True
        self.versions += self._store.purge(key)
        return True

    def _rewrite_raw(self, key: str) -> None:
        """Leave an empty line for each that goes: what is said of other lines in ``failed/split/`` stays true.

        The record of a failure goes first: if it went last, nobody would know any more which it was.
        """
        is_meant = self._subject.has_line
        with without_lines(self._store, key, lambda _, line: is_meant(line), blank=True) as (body, erased, _):
            if not erased:
                return
            self._forget_failures(key, erased)
            self._accept_content(key, *_etag_and_size(body))
            self._store.put(key, body, CONTENT_TYPE)
        for summary in self._store.list(key):
            if summary.key == key:  # an encrypted object has another etag
                self._accept_content(key, summary.etag, summary.size_bytes)

    def _forget_failures(self, source: str, numbers: set[int]) -> None:
        key = failed_split_key(source)
        try:
            self._rewrite(key, lambda _, record: orjson.loads(record).get("line") in numbers)
        except NotFound:
            return
        self.forget_replaced(key)

    def _test(self, place: Place) -> Callable[[int, bytes], bool]:
        subject = self._subject
        tests: dict[Place, Callable[[bytes], bool]] = {
            Place.FAILED: subject.has_failure,
            Place.REFUSED: subject.has_refusal,
            Place.PREDICTIONS: subject.has_prediction,
            Place.FEEDBACK: subject.has_prediction,
            Place.CLIENT: subject.has_own_line,
        }
        test = tests[place]
        return lambda _, line: test(line)


class _Record:
    """What is written down of an erasure: its subject and the objects, nothing of what was in them."""

    def __init__(self, store: ObjectStore, plan: ErasurePlan, now: datetime) -> None:
        self._store = store
        self._plan = plan
        self._now = now
        self.key = erasure_key(plan.subject.client, plan.subject.event_id)
        self.keys: Sequence[str] = ()

    def begin(self) -> None:
        """Write what will be done, and what an erasure that broke off began."""
        unfinished = self._unfinished()
        planned = {rewrite.key for rewrite in self._plan.rewrites}
        self.keys = sorted(planned | {key for key in unfinished if isinstance(key, str)})
        self._write("begun")

    def finish(self) -> None:
        """Write that it is done."""
        self._write("done")

    def _unfinished(self) -> list[Any]:
        try:
            before = orjson.loads(self._store.get(self.key))
        except NotFound:
            return []
        return list(before["rewritten"]) if before["state"] == "begun" else []

    def _write(self, state: str) -> None:
        plan = self._plan
        content = {
            "client": plan.subject.client,
            "event_id": plan.subject.event_id,
            "state": state,
            "at": self._now.astimezone(UTC).isoformat(timespec="seconds"),
            "rewritten": list(self.keys),
            "removed": len(plan.removals),
            "remaining": list(plan.remaining),
            "unreadable": list(plan.unreadable),
            "models": [[model.pipeline, model.version] for model in plan.models],
        }
        self._store.put(self.key, orjson.dumps(content, option=orjson.OPT_INDENT_2), "application/json")


def _etag_and_size(body: IO[bytes]) -> tuple[str, int]:
    """Return the etag that S3 gives what it takes in one put and encrypts with its own keys, or not at all."""
    digest = md5(body.read(), usedforsecurity=False).hexdigest()
    size_bytes = body.tell()
    body.seek(0)
    return digest, size_bytes
