"""From the bytes of an object to its lines."""

from __future__ import annotations

import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.lake import CutShort, numbered_lines, read_blocks, read_lines

LINES = st.lists(st.binary(min_size=1).map(lambda line: line.replace(b"\n", b".")), max_size=20)


class Trickle(io.BytesIO):
    """A body that arrives a few bytes at a time, as from a socket."""

    def readinto(self, buffer: object) -> int:
        return super().readinto(memoryview(buffer)[:7])  # type: ignore[arg-type]


@given(LINES, st.booleans())
def test_lines_come_back_byte_for_byte(lines: list[bytes], newline_at_end: bool) -> None:
    text = b"\n".join(lines) + (b"\n" if newline_at_end else b"")
    assert list(read_lines(Trickle(gzip.compress(text)))) == lines


@given(LINES, LINES)
def test_gzip_members_in_a_row_read_as_one(first: list[bytes], second: list[bytes]) -> None:
    body = b"".join(gzip.compress(b"".join(line + b"\n" for line in lines)) for lines in (first, second))
    assert list(read_lines(Trickle(body))) == first + second


def test_empty_lines_are_none_but_count() -> None:
    assert list(numbered_lines(io.BytesIO(gzip.compress(b"\na\n\n\nb\n")))) == [(2, b"a"), (5, b"b")]


@pytest.mark.parametrize("cut", [1, 10, -1, -8, -9])
def test_a_truncated_object_is_an_error_and_not_a_short_answer(cut: int) -> None:
    with pytest.raises(CutShort, match="ends inside a gzip member"):
        list(read_lines(io.BytesIO(gzip.compress(b'{"a":1}\n' * 1_000)[:cut])))


FLIPPED = bytearray(gzip.compress(b'{"a":1}\n' * 1_000))
FLIPPED[-5] ^= 1


@pytest.mark.parametrize("body", [b"plain text\n", gzip.compress(b"a\n") + b"tail", bytes(FLIPPED)])
def test_what_is_no_gzip_is_an_error(body: bytes) -> None:
    with pytest.raises(CutShort, match=r"not gzip|ends inside"):
        list(read_lines(io.BytesIO(body)))


@pytest.mark.parametrize("body", [b"", gzip.compress(b""), gzip.compress(b"\n")])
def test_an_object_may_be_empty(body: bytes) -> None:
    assert list(read_lines(io.BytesIO(body))) == []


def test_blocks_do_not_depend_on_how_the_object_arrives_or_is_compressed() -> None:
    text = b"".join(b"%d" % n * 50 + b"\n" for n in range(30_000))
    whole = list(read_blocks(io.BytesIO(gzip.compress(text))))
    pieces = b"".join(gzip.compress(text[start : start + 77_777], 1) for start in range(0, len(text), 77_777))
    assert list(read_blocks(io.BytesIO(pieces))) == whole
    assert len(whole) > 3
    assert b"\n".join(whole) + b"\n" == text


def test_a_line_of_any_length_is_read_in_bounded_blocks() -> None:
    body = gzip.compress(b"short\n" + b"x" * 50_000_000 + b"\nlast")
    blocks = list(read_blocks(io.BytesIO(body), longest=1_000))
    assert max(map(len, blocks)) < 1_100_000
    first, long, last = b"\n".join(blocks).split(b"\n")
    assert (first, last) == (b"short", b"last")
    assert len(long) > 1_000
