"""One place of a source: what stands there, or why it is no event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from augury.errors import AuguryError

MAX_TEXT_BYTES = 4 * 1024 * 1024
"""Longest line or array element that is read at all; an event itself has its own, smaller limit."""

CHUNK_BYTES = 256 * 1024
"""Bytes that are read at once."""


class SourceUnreadable(ValueError):
    """A source that can't be read on; the message names the file and, where it is known, the place."""


@dataclass(frozen=True, slots=True)
class Row:
    """One place of a source.

    Parameters
    ----------
    number : int
        Line, element or row, from 1.
    value : Any
        What stands there, as :func:`augury.events.parse_json` returns it.
    text : bytes
        How it stands there, where the source is text.
    refused : AuguryError, optional
        Why there is no value.
    """

    number: int
    value: Any = None
    text: bytes = b""
    refused: AuguryError | None = None
