"""What an erasure will touch, found by looking everywhere: nothing is changed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any, cast

import orjson

from augury.aws import NotFound, ObjectStore, ObjectSummary
from augury.formats import SourceUnreadable, named_format, rows_of
from augury.lake import CutShort, client_models, day_of, is_split_output
from augury.privacy.lines import IsMeant, meant_lines
from augury.privacy.scope import Place, Scope
from augury.privacy.subject import Subject

_MANIFEST = "/manifest.json"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """An object that is written anew without some of its lines."""

    key: str
    place: Place
    lines: int


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A version that was trained on days which are touched; it knows what it learned from them."""

    pipeline: str
    version: str
    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What an erasure will touch, and what it can't.

    Parameters
    ----------
    subject : Subject
        Whose data.
    rewrites : tuple of Rewrite
        Objects that are written anew, in this order.
    removals : tuple of str
        Objects that are removed whole: those of the client, where all of its data is meant.
    remaining : tuple of str
        Historical drops that hold the event, with the row: they are their owner's to change.
    unreadable : tuple of str
        Objects that can't be read to their end, and so may hold more.
    models : tuple of TrainedModel
        Versions whose training read a day that is touched.
    scope : Scope
        Days that were looked through.
    seen : frozenset of str
        Files of the split in the client's folder that were looked through: what comes later is not among them.
    """

    subject: Subject
    rewrites: tuple[Rewrite, ...]
    removals: tuple[str, ...]
    remaining: tuple[str, ...]
    unreadable: tuple[str, ...]
    models: tuple[TrainedModel, ...]
    scope: Scope = field(default_factory=Scope)
    seen: frozenset[str] = frozenset()

    @property
    def lines(self) -> dict[Place, int]:
        """How many lines go, by place."""
        return {
            place: sum(rewrite.lines for rewrite in self.rewrites if rewrite.place is place)
            for place in Place
            if any(rewrite.place is place for rewrite in self.rewrites)
        }


def plan_erasure(
    store: ObjectStore,
    subject: Subject,
    scope: Scope | None = None,
    progress: Callable[[int, int], object] = lambda *_: None,
) -> ErasurePlan:
    """Look through the lake for what is to be erased.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    subject : Subject
        Whose data.
    scope : Scope, optional
        Days to look through; all unless given.
    progress : callable, optional
        Told how many bytes were read, and how many there are.

    Raises
    ------
    AwsUnavailable
        S3 failed.
    """
    scope = scope or Scope()
    looking = _Looking(store, subject, scope, progress)
    rewrites = tuple(looking.rewrites())
    folder = looking.folder
    removals = tuple(summary.key for summary in folder) if subject.event_id is None else ()
    days = {day for key in looking.touched if (day := day_of(subject.client, key))}
    models = trained_on(store, subject, None if subject.event_id is None else days)
    seen = frozenset(summary.key for summary in folder if is_split_file(summary))
    remaining, unreadable = tuple(looking.remaining), tuple(looking.unreadable)
    return ErasurePlan(subject, rewrites, removals, remaining, unreadable, models, scope, seen)


def trained_on(store: ObjectStore, subject: Subject, days: set[date] | None) -> tuple[TrainedModel, ...]:
    """Return the client's versions whose window of training holds one of some days; all of them where days is None."""
    found = []
    for summary in store.list(client_models(subject.client)):
        if summary.key.endswith(_MANIFEST):
            pipeline, version = summary.key.split("/")[-3:-1]
            model = TrainedModel(pipeline, version, *_window(store.get(summary.key)))
            if days is None or any(_is_within(day, model) for day in days):
                found.append(model)
    return tuple(found)


def _window(manifest: bytes) -> tuple[str | None, str | None]:
    """Return the days that a version says it was trained on; one that can't be read says none."""
    try:
        window = orjson.loads(manifest)["data_window"]
        return window["first"], window["last"]
    except (KeyError, TypeError, ValueError):
        return None, None


def _is_within(day: date, model: TrainedModel) -> bool:
    """A version that does not say its days may have been trained on any."""
    return (model.first or "") <= str(day) <= (model.last or "9999")


class _Looking:
    """Reads every object that may hold what is meant."""

    def __init__(
        self, store: ObjectStore, subject: Subject, scope: Scope, progress: Callable[[int, int], object]
    ) -> None:
        self._store = store
        self._subject = subject
        shared = (Place.FAILED, Place.RAW, Place.REFUSED, Place.PREDICTIONS, Place.FEEDBACK)
        self._shared: dict[Place, list[ObjectSummary]] = {place: scope.shared(store, place) for place in shared}
        self.folder = scope.of_client(store, subject.client)
        self._progress = progress
        self._done = 0
        listed = chain(*self._shared.values(), self.folder)
        self._total = sum(summary.size_bytes for summary in listed)
        self.touched: list[str] = []
        self.remaining: list[str] = []
        self.unreadable: list[str] = []

    def rewrites(self) -> Iterator[Rewrite]:
        """Yield the objects that are to be written anew; note the others that matter."""
        tests: dict[Place, IsMeant] = {
            Place.FAILED: self._subject.has_failure,
            Place.RAW: self._subject.has_line,
            Place.REFUSED: self._subject.has_refusal,
            Place.PREDICTIONS: self._subject.has_prediction,
            Place.FEEDBACK: self._subject.has_prediction,
        }
        for place, is_meant in tests.items():
            yield from self._in(place, self._shared[place], is_meant)
        if self._subject.event_id is not None:
            yield from self._in(Place.CLIENT, list(filter(is_split_file, self.folder)), self._subject.has_own_line)
            for drop in self.folder:
                if not is_split_file(drop):
                    self._look_at_drop(drop)

    def _in(self, place: Place, objects: Sequence[ObjectSummary], is_meant: IsMeant) -> Iterator[Rewrite]:
        for summary in objects:
            try:
                lines = meant_lines(self._store, summary.key, is_meant, self._subject.may_be_in)
            except CutShort:
                self.unreadable.append(summary.key)
                continue
            except NotFound:
                continue
            finally:
                self._advance(summary)
            if lines:
                self.touched.append(summary.key)
                yield Rewrite(summary.key, place, lines)

    def _look_at_drop(self, summary: ObjectSummary) -> None:
        file_format = named_format(summary.key)
        self._advance(summary)
        if file_format is None:
            return
        with tempfile.TemporaryFile() as file:
            try:
                with self._store.open(summary.key) as body:
                    shutil.copyfileobj(body, file)
                file.seek(0)
                for row in rows_of(cast("Any", file), summary.key, file_format):
                    if row.refused is None and self._subject.has_event(row.value):
                        self.touched.append(summary.key)
                        self.remaining.append(f"{summary.key}, row {row.number}")
            except SourceUnreadable:
                self.unreadable.append(summary.key)
            except NotFound:
                return

    def _advance(self, summary: ObjectSummary) -> None:
        self._done += summary.size_bytes
        self._progress(self._done, self._total)


def is_split_file(summary: ObjectSummary) -> bool:
    """Tell whether an object of a client's folder is one that the split wrote."""
    return is_split_output(summary.key) and summary.key.endswith(".json.gz")
