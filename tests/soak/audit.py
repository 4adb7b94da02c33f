"""What is in the lake, line by line, against the ledger and against itself.

Nothing here uses the code that wrote the lake: lines are read, sorted and told apart in ways of their own.
"""

from __future__ import annotations

import gzip
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import orjson

from augury.aws import ObjectStore
from augury.frames import read_events
from augury.names import ClientName
from tests.soak.deployment import Deployment
from tests.soak.ledger import Digests, HourOf, Ledger
from tests.soak.traffic import digest_bytes, digest_content

UNKNOWN = "_unknown"
RAW_PREFIXES = ("logs/events.", "spill/events/")
_CLIENT_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_FOLDER = re.compile(r"clients/([^/]+)/events/(\d{4})/(\d\d)/(\d\d)/[^/]+")
_SHOWN = 5


@dataclass(slots=True)
class Lines:
    """Lines of one kind of place, by client and hour; a line is 8 bytes of digest."""

    by_hour: dict[HourOf, array[int]] = field(default_factory=lambda: defaultdict(lambda: array("Q")))

    def add(self, owner: HourOf, line: bytes) -> None:
        self.by_hour[owner].append(digest_bytes(line))

    def count(self) -> int:
        return sum(map(len, self.by_hour.values()))

    def sorted_digests(self, owner: HourOf) -> Digests:
        return np.sort(np.array(self.by_hour.get(owner, ()), dtype=np.uint64))


@dataclass(slots=True)
class Stored:
    """The events in one client's folder."""

    digests: array[int] = field(default_factory=lambda: array("Q"))
    contents_of_id: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def add(self, event_id: str, digest: int) -> None:
        self.digests.append(digest)
        contents = self.contents_of_id.get(event_id, ())
        if digest not in contents:
            self.contents_of_id[event_id] = (*contents, digest)

    @property
    def distinct(self) -> int:
        return sum(map(len, self.contents_of_id.values()))

    @property
    def conflicts(self) -> int:
        return sum(len(contents) > 1 for contents in self.contents_of_id.values())


@dataclass(slots=True)
class Findings:
    """What the audit counted, and every way in which it does not add up."""

    lines: Counter[str] = field(default_factory=Counter)
    hours: int = 0
    differences: list[str] = field(default_factory=list)

    def expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.differences.append(otherwise)


def audit(deployment: Deployment, ledger: Ledger) -> Findings:
    """Compare the lake with the ledger, what is split with what is raw, and what a training run reads with both."""
    findings = Findings(differences=list(ledger.surprises))
    raw, failed, split, stored = Lines(), Lines(), Lines(), defaultdict[str, Stored](Stored)
    for prefix in RAW_PREFIXES:
        _read_raw(deployment.store, prefix, raw, findings)
    _read_failed(deployment.store, failed)
    _read_clients(deployment.store, split, stored, findings)
    _compare_hours(raw, split, failed, ledger, findings)
    for client in sorted(ledger.sent.keys() | stored.keys()):
        _compare_client(ClientName(client), ledger, stored[client], findings)
        _compare_reading(deployment, ClientName(client), stored[client], findings)
    findings.lines |= {"split": split.count(), "failed/split": failed.count()}
    findings.lines["failed/events"] = sum(len(lines) for _, lines in _objects(deployment.store, "failed/events/"))
    findings.lines["distinct"] = sum(each.distinct for each in stored.values())
    findings.lines["duplicates"] = split.count() - findings.lines["distinct"]
    findings.lines["conflicts"] = sum(each.conflicts for each in stored.values())
    return findings


def _objects(store: ObjectStore, prefix: str) -> Iterator[tuple[str, list[bytes]]]:
    for summary in store.list(prefix):
        yield summary.key, [line for line in gzip.decompress(store.get(summary.key)).split(b"\n") if line]


def _read_raw(store: ObjectStore, prefix: str, raw: Lines, findings: Findings) -> None:
    for _, lines in _objects(store, prefix):
        findings.lines[prefix] += len(lines)
        for line in lines:
            raw.add(_owner(line), line)


def _read_failed(store: ObjectStore, failed: Lines) -> None:
    for _, lines in _objects(store, "failed/split/"):
        for line in lines:
            text = orjson.loads(line)["text"].encode()
            failed.add(_owner(text), text)


def _read_clients(store: ObjectStore, split: Lines, stored: dict[str, Stored], findings: Findings) -> None:
    for key, lines in _objects(store, "clients/"):
        folder = _FOLDER.fullmatch(key)
        if folder is None:
            findings.differences.append(f"{key} is no key of the layout")
            continue
        client, day = folder[1], "-".join(folder.groups()[1:])
        for line in lines:
            event = orjson.loads(line)
            hour = event["_received_at"][:13]
            split.add((event["client"], hour), line)
            stored[client].add(event["_event_id"], digest_content(event))
            findings.expect(event["client"] == client, f"{key} holds an event of {event['client']}")
            findings.expect(hour[:10] == day, f"{key} holds an event of {hour}")


def _owner(line: bytes) -> HourOf:
    try:
        event = orjson.loads(line)
        client, received_at = event["client"], event["_received_at"]
        if _CLIENT_NAME.fullmatch(client) and len(received_at) == len("2026-11-23T09:30:15.000Z"):
            return client, received_at[:13]
    except (ValueError, TypeError, KeyError):
        pass
    return UNKNOWN, ""


def _compare_hours(raw: Lines, split: Lines, failed: Lines, ledger: Ledger, findings: Findings) -> None:
    owners = raw.by_hour.keys() | split.by_hour.keys() | failed.by_hour.keys() | ledger.lines_answered.keys()
    findings.hours = len(owners)
    for owner in sorted(owners):
        ours = raw.sorted_digests(owner)
        theirs = np.sort(np.concatenate([split.sorted_digests(owner), failed.sorted_digests(owner)]))
        findings.expect(
            np.array_equal(ours, theirs),
            f"{owner}: {len(ours)} raw lines, {len(theirs)} split or failed"
            + (", and not the same ones" if len(ours) == len(theirs) else ""),
        )
        promised = ledger.lines_answered[owner]
        findings.expect(len(ours) >= promised, f"{owner}: {promised} lines answered with 200, {len(ours)} raw")


def _compare_client(client: ClientName, ledger: Ledger, stored: Stored, findings: Findings) -> None:
    found = np.unique(np.array(stored.digests, dtype=np.uint64))
    lost = np.setdiff1d(ledger.answered_digests(client), found)
    strange = np.setdiff1d(found, ledger.sent_digests(client))
    findings.expect(not lost.size, f"{client}: {lost.size} contents answered with 200 are not in its folder")
    findings.expect(not strange.size, f"{client}: {strange.size} contents in its folder that it never sent")


def _compare_reading(deployment: Deployment, client: ClientName, stored: Stored, findings: Findings) -> None:
    events = read_events(deployment.connection, deployment.resources.bucket, client, *_days(deployment))
    read = Counter[str](events.frame["_event_id"].tolist() if len(events.frame) else [])
    expected = {event_id: len(contents) for event_id, contents in stored.contents_of_id.items()}
    more = [event_id for event_id, count in read.items() if count > expected.get(event_id, 0)]
    fewer = [event_id for event_id, count in expected.items() if read[event_id] < count]
    findings.expect(not more, f"{client}: {len(more)} events are read more than once, such as {_some(more)}")
    findings.expect(not fewer, f"{client}: {len(fewer)} events are not read, or not every conflict: {_some(fewer)}")


def _days(deployment: Deployment) -> tuple[date, date]:
    return deployment.clock.start.date(), deployment.clock().date()


def _some(names: Iterable[str]) -> list[str]:
    return sorted(names)[:_SHOWN]
