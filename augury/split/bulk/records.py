"""A line on its way to its day's file, behind what it is sorted by and what tells lines that may be duplicates."""

from __future__ import annotations

import re
from typing import Any
from zlib import crc32

import orjson

_ENDING = re.compile(rb'[,{]"_event_id":"([A-Za-z0-9_-]{1,64})","_received_at":"([0-9T:.-]{23})Z"}\Z')
_ENDING_LENGTH = 160
_TIME_LENGTH = 23
_MARK_LENGTH = 8
PREFIX_LENGTH = _TIME_LENGTH + _MARK_LENGTH
"""Bytes of a record in front of its line."""

_MARK = slice(_TIME_LENGTH, PREFIX_LENGTH)
_LINE = slice(PREFIX_LENGTH, None)
_WITHOUT_ID = b"-"
_OTHER_ID = "0" * _MARK_LENGTH  # an id that is no text, which no line of ours has: few enough to be compared at length


def record_of(line: bytes, received_at: Any, event_id: Any) -> bytes:
    """Put what a line is sorted by in front of it: its time to the millisecond, then the checksum of its id.

    Two lines of one id have the same checksum. A line without an id, which repeats no other, has that of its text.

    Examples
    --------
    >>> record_of(b"{}", "2026-11-23T09:30:00.123Z", "order-1")
    b'2026-11-23T09:30:00.123e0b37fef{}'
    >>> record_of(b"{}", "2026-11-23T09:30:00Z", None)
    b'2026-11-23T09:30:00.000-3a6bf43{}'
    """
    is_plain = type(received_at) is str and len(received_at) == _TIME_LENGTH + 1 and received_at.isascii()
    time: str = received_at[:_TIME_LENGTH] if is_plain else _milliseconds(received_at)
    if type(event_id) is str:
        mark = f"{crc32(event_id.encode()):08x}"
    elif event_id is None:
        mark = f"-{crc32(line) & 0xFFFFFFF:07x}"
    else:
        mark = _OTHER_ID
    return (time + mark).encode() + line


def record_of_line(line: bytes) -> bytes:
    """Return the record of a line, which need not be parsed where it ends as the server writes it.

    An object that ends so has these two fields, outermost and last: each quote of the ending follows a colon, a comma,
    a brace or plain letters, so that none of them is inside a text. Of a name that is there twice JSON's readers keep
    the last one. What is no JSON gets some record, and stays what it is.
    """
    ending = _ENDING.search(line, max(0, len(line) - _ENDING_LENGTH))
    if ending is not None:
        return b"%b%08x%b" % (ending[2], crc32(ending[1]), line)
    try:
        event = orjson.loads(line)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        return record_of(line, None, None)
    return record_of(line, event.get("_received_at"), event.get("_event_id"))


def line_of(record: bytes) -> bytes:
    """Return the line of a record, byte for byte."""
    return record[_LINE]


def mark_of(record: bytes) -> bytes:
    """Return the checksum of a record's id."""
    return record[_MARK]


def has_id(mark: bytes) -> bool:
    """Tell whether a mark is that of an id."""
    return not mark.startswith(_WITHOUT_ID)


def bucket_of(record: bytes, buckets: int) -> int:
    """Return which of several files of its day a record belongs to: lines of one id meet in one."""
    return int(record[_MARK].replace(_WITHOUT_ID, b"0"), 16) % buckets


def _milliseconds(received_at: Any) -> str:
    text = received_at if isinstance(received_at, str) and received_at.isascii() else ""
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    return f"{seconds:19.19}.{fraction:0<3.3}"
