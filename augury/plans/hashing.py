"""Where a term's hash puts it: MurmurHash3 (x86, 32 bits) of its UTF-8 bytes, as scikit-learn's hashing does.

Source: Austin Appleby's description of the algorithm, which is in the public domain.
"""

from __future__ import annotations

from functools import lru_cache
from struct import iter_unpack

_WORD = 0xFFFFFFFF


@lru_cache(maxsize=65536)
def hashed(term: str, width: int) -> tuple[int, float]:
    """Return a term's column among ``width``, and its sign.

    Examples
    --------
    >>> hashed("bread", 16)
    (15, 1.0)
    """
    signed = murmurhash3(term.encode())
    signed = signed - (1 << 32) if signed >> 31 else signed
    return abs(signed) % width, 1.0 if signed >= 0 else -1.0


def murmurhash3(data: bytes) -> int:
    """Return the 32-bit MurmurHash3 of bytes, with seed 0.

    Examples
    --------
    >>> hex(murmurhash3(b"Hello, world!"))
    '0xc0363e43'
    """
    whole = len(data) // 4 * 4
    state = 0
    for (block,) in iter_unpack("<I", data[:whole]):
        state ^= _scrambled(block)
        state = (_rotated(state, 13) * 5 + 0xE6546B64) & _WORD
    state ^= _scrambled(int.from_bytes(data[whole:], "little")) ^ len(data)
    state = ((state ^ state >> 16) * 0x85EBCA6B) & _WORD
    state = ((state ^ state >> 13) * 0xC2B2AE35) & _WORD
    return state ^ state >> 16


def _scrambled(block: int) -> int:
    return _rotated(block * 0xCC9E2D51 & _WORD, 15) * 0x1B873593 & _WORD


def _rotated(word: int, by: int) -> int:
    return (word << by | word >> 32 - by) & _WORD
