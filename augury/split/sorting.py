"""Blocks of lines sorted by client and day, as fast as JSON is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import orjson

from augury.names import ClientName
from augury.split.lines import MAX_LINE_BYTES, FailedLine, Owner, Reason, owner_of

_MEMO_SIZE = 100_000
_BATCH_LINES = 128
_FORM = b"0000-00-00T00:00:00.000Z"
_DIGITS_AS_0 = bytes(ord("0") if byte in b"0123456789" else byte for byte in range(256))


@dataclass(slots=True)
class SortedBlock:
    """What a block of lines holds.

    Parameters
    ----------
    lines : dict
        Stored events, byte for byte and in order, by whose they are.
    failures : list of FailedLine
        The other lines, but for empty ones, which are none.
    """

    lines: dict[Owner, list[bytes]] = field(default_factory=dict)
    failures: list[FailedLine] = field(default_factory=list)


def sort_blocks(blocks: Iterable[bytes]) -> Iterator[SortedBlock]:
    r"""Yield what each block of a raw object holds.

    Parameters
    ----------
    blocks : iterable of bytes
        Whole lines, joined by newlines, as :func:`augury.lake.read_blocks` yields them.

    Examples
    --------
    >>> [found] = sort_blocks([b'{"client":"acme","_received_at":"2026-11-23T09:30:00Z"}\n\n?'])
    >>> [(owner.client, owner.day.isoformat(), len(lines)) for owner, lines in found.lines.items()]
    [('acme', '2026-11-23', 1)]
    >>> found.failures
    [FailedLine(number=3, line=b'?', reason=<Reason.NOT_JSON: 'not JSON'>)]
    """
    quick, number = _QuickSorter(), 1
    for block in blocks:
        lines = block.split(b"\n")
        yield quick.sort(block, lines) or _sort_in_batches(quick, lines, number)
        number += len(lines)


def _sort_in_batches(quick: _QuickSorter, lines: list[bytes], number: int) -> SortedBlock:
    """Sort a block that can't be sorted quickly as one, but perhaps all of it around a line or two, or a midnight."""
    found = SortedBlock()
    for start in range(0, len(lines), _BATCH_LINES):
        batch = lines[start : start + _BATCH_LINES]
        part = quick.sort(b"\n".join(batch), batch) or sort_carefully(batch, number + start)
        for owner, owned in part.lines.items():
            found.lines.setdefault(owner, []).extend(owned)
        found.failures += part.failures
    return found


def sort_carefully(lines: Iterable[bytes], first_number: int = 1) -> SortedBlock:
    """Sort lines one by one: the rule that the quick way keeps to."""
    found = SortedBlock()
    for number, line in enumerate(lines, start=first_number):
        if not line:
            continue
        match owner_of(line):
            case Reason() as reason:
                found.failures.append(FailedLine(number, line, reason))
            case owner:
                found.lines.setdefault(owner, []).append(line)
    return found


class _QuickSorter:
    """Sorts blocks of lines as the server writes them, all of one day, and leaves others to the careful way.

    Nothing is done line by line but to read it, and to put it with its client's. What must hold of every line is held
    against all of them at once.
    """

    def __init__(self) -> None:
        self._owners: dict[tuple[str, str], Owner] = {}

    def sort(self, block: bytes, lines: list[bytes]) -> SortedBlock | None:
        """Return what a block holds, or None where a line is no stored event, or may not be."""
        if not _names_once(block, lines):
            return None
        try:
            return self._sorted(lines)
        except (ValueError, LookupError, TypeError):  # of whatever a line that is no stored event has instead
            return None

    def _sorted(self, lines: list[bytes]) -> SortedBlock | None:
        by_client: defaultdict[str, list[bytes]] = defaultdict(list)
        times: list[str] = []
        loads = orjson.loads
        for line in lines:
            event = loads(line)
            times.append(event["_received_at"])
            by_client[event["client"]].append(line)
        day = _one_day(times)
        return SortedBlock({self._owner(name, day): owned for name, owned in by_client.items()}) if day else None

    def _owner(self, client: str, day: str) -> Owner:
        key = client, day
        if key not in self._owners:
            if len(self._owners) >= _MEMO_SIZE:
                self._owners.clear()
            self._owners[key] = Owner(ClientName(client), date.fromisoformat(day))
        return self._owners[key]


def _names_once(block: bytes, lines: list[bytes]) -> bool:
    r"""Tell whether no line is too long and none names its fields twice, given that each of them has them.

    Unless spelled with \u00.., a name stands in the text as it is: as often as there are lines is once in each.
    """
    return (
        (len(block) <= MAX_LINE_BYTES or max(map(len, lines)) <= MAX_LINE_BYTES)
        and block.count(b'"client"') == len(lines) == block.count(b'"_received_at"')
        and (b"\\" not in block or b"\\u00" not in block)
    )


def _one_day(times: list[str]) -> str | None:
    """Return the day of times as the server writes them; None where they are of several days, or one has another form.

    Examples
    --------
    >>> _one_day(["2026-11-23T09:30:00.000Z", "2026-11-23T23:59:59.999Z"])
    '2026-11-23'
    >>> _one_day(["2026-11-23T09:30:00.000Z", "2026-11-23T24:00:00.000Z"])
    """
    # If all in a row are so many times of the form, each is one: what sorts between two texts that begin with the same
    # day begins with it too, and in the row a day stands nowhere but where a time begins.
    text, count = "".join(times).encode(), len(times)
    minutes, seconds = text[14 :: len(_FORM)], text[17 :: len(_FORM)]  # their first digits
    earliest, latest = min(times), max(times)
    is_valid = (
        text.translate(_DIGITS_AS_0) == _FORM * count
        and max(minutes) <= ord("5") >= max(seconds)
        and latest[11:13] < "24"
        and earliest[:10] == latest[:10]
    )
    return latest[:10] if is_valid else None
