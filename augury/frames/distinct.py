"""Which of many events repeat another, decided on digests alone: 41 bytes an event, however large it is."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from augury.events import identity

_DIGEST = np.dtype([("high", "<u8"), ("low", "<u8")])
_NO_ID = b"\0" * 16


class Sieve:
    """The rule of :func:`augury.events.distinct_events` for events that are not held.

    Examples
    --------
    >>> sieve = Sieve()
    >>> for event in ({"n": 1, "_event_id": "a"}, {"n": 1, "_event_id": "a"}, {"n": 2, "_event_id": "a"}, {"n": 1}):
    ...     sieve.note(event)
    >>> sieve.kept().tolist(), sieve.conflicts(sieve.kept())
    ([True, False, True, True], 1)
    """

    def __init__(self) -> None:
        self._contents = bytearray()
        self._keys = bytearray()
        self._may_be_ours = bytearray()
        self._ids = array("Q")

    def note(self, event: Mapping[str, Any]) -> None:
        """Take an event in; the order of events is that of what :meth:`kept` says of them."""
        found = identity(event)
        self._contents += _NO_ID if found is None else found.content
        self._keys += _NO_ID if found is None else blake2b(found.content + found.timestamp, digest_size=16).digest()
        self._may_be_ours.append(found is not None and found.may_be_ours)
        self._ids.append(0 if found is None else _short_digest(event["_event_id"]))

    def merge(self, later: Self) -> None:
        """Take in the events of another sieve, after the own ones."""
        self._contents += later._contents
        self._keys += later._keys
        self._may_be_ours += later._may_be_ours
        self._ids.extend(later._ids)

    def kept(self) -> NDArray[np.bool_]:
        """Return for each event whether it is kept."""
        contents, keys = (np.frombuffer(digests, dtype=_DIGEST) for digests in (self._contents, self._keys))
        may_be_ours = np.frombuffer(self._may_be_ours, dtype=np.bool_)
        of_server = may_be_ours & ~np.isin(keys, keys[~may_be_ours])
        _, first = np.unique(np.where(of_server, contents, keys), return_index=True)
        kept: NDArray[np.bool_] = contents == np.zeros(1, dtype=_DIGEST)
        kept[first] = True
        return kept

    def conflicts(self, kept: NDArray[np.bool_]) -> int:
        """Return how many of the events that are kept have the id of another: they differ in content."""
        ids = np.frombuffer(self._ids, dtype=np.uint64)[kept]
        identified = ids[ids != 0]
        return int(len(identified) - len(np.unique(identified)))


def _short_digest(event_id: Any) -> int:
    return int.from_bytes(blake2b(str(event_id).encode(), digest_size=8).digest()) or 1
