"""From raw bytes to lines, and from a line to its client and day."""

from __future__ import annotations

import gzip
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.lake import CutShort, read_lines
from augury.split import FailedLine, OwnedLine, sort_line

LINES = st.lists(st.binary(min_size=1).map(lambda line: line.replace(b"\n", b".")), max_size=20)
NO_TIME = "_received_at is missing or no RFC 3339 time in UTC"


class Trickle(io.BytesIO):
    """A body that arrives a few bytes at a time, as from a socket."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(7 if size is None or size > 7 else size)


@given(LINES, st.booleans())
def test_lines_come_back_byte_for_byte(lines: list[bytes], newline_at_end: bool) -> None:
    text = b"\n".join(lines) + (b"\n" if newline_at_end else b"")
    assert list(read_lines(Trickle(gzip.compress(text)))) == lines


@given(LINES, LINES)
def test_gzip_members_in_a_row_read_as_one(first: list[bytes], second: list[bytes]) -> None:
    body = b"".join(gzip.compress(b"".join(line + b"\n" for line in lines)) for lines in (first, second))
    assert list(read_lines(Trickle(body))) == first + second


@pytest.mark.parametrize("cut", [1, 10, -1, -8, -9])
def test_a_truncated_object_is_an_error_and_not_a_short_answer(cut: int) -> None:
    with pytest.raises(CutShort):
        list(read_lines(io.BytesIO(gzip.compress(b'{"a":1}\n' * 1_000)[:cut])))


@pytest.mark.parametrize("body", [b"", b"plain text\n", gzip.compress(b"a\n") + b"tail"])
def test_what_is_no_gzip_is_an_error(body: bytes) -> None:
    with pytest.raises(CutShort):
        list(read_lines(io.BytesIO(body)))


def test_a_highly_compressed_object_is_read_in_pieces() -> None:
    line = b'{"a":"' + b"x" * 100_000 + b'"}'
    body = gzip.compress(b"\n".join([line] * 100))
    assert len(body) < 20_000
    assert sum(1 for read in read_lines(io.BytesIO(body)) if read == line) == 100


def test_the_day_is_that_of_received_at_whatever_the_callers_timestamp() -> None:
    line = b'{"timestamp":0,"client":"acme","_event_id":"x","_received_at":"2026-11-23T00:00:00.000Z"}'
    assert sort_line(line) == OwnedLine("acme", date(2026, 11, 23), line)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"client":"acme"} {"client":"acme"}', "not JSON"),
        (b"\xff", "not JSON"),
        (b"[1]", "not an object"),
        (b'{"_received_at":"2026-11-23T00:00:00Z"}', "client is missing"),
        (b'{"client":"../x","_received_at":"2026-11-23T00:00:00Z"}', "client is no valid name"),
        (b'{"client":7,"_received_at":"2026-11-23T00:00:00Z"}', "client is no valid name"),
        (b'{"client":"acme"}', NO_TIME),
        (b'{"client":"acme","_received_at":"2026-13-01T00:00:00Z"}', NO_TIME),
        (b'{"client":"acme","_received_at":"2026-W47-1"}', NO_TIME),
        (b'{"client":"acme","_received_at":1795426200}', NO_TIME),
    ],
)
def test_a_line_that_is_no_stored_event_says_why(line: bytes, reason: str) -> None:
    assert sort_line(line) == FailedLine(line, reason)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_sorting(line: bytes) -> None:
    assert sort_line(line).line == line
