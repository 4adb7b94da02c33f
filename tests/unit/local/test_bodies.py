from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.local.bodies import MAX_BODY_BYTES, BodyTooLarge, MalformedBody, read_body

CHUNKED = {"transfer-encoding": "chunked"}


def test_a_body_has_the_announced_length() -> None:
    stream = BytesIO(b"bodynext")

    assert read_body(stream, {"content-length": "4"}) == b"body"
    assert stream.read() == b"next"


def test_a_request_that_announces_no_body_has_none() -> None:
    assert read_body(BytesIO(b"next"), {}) == b""


@given(st.lists(st.binary(min_size=1, max_size=50)))
def test_chunks_are_joined_and_what_follows_is_left(chunks: list[bytes]) -> None:
    framed = b"".join(b"%x;extension=1\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    stream = BytesIO(framed + b"0\r\ntrailer: 1\r\n\r\nnext")

    assert read_body(stream, CHUNKED) == b"".join(chunks)
    assert stream.read() == b"next"


def test_a_body_at_the_limit_is_read() -> None:
    assert len(read_body(BytesIO(bytes(MAX_BODY_BYTES)), {"content-length": str(MAX_BODY_BYTES)})) == MAX_BODY_BYTES


def test_a_body_announced_above_the_limit_is_not_read() -> None:
    stream = BytesIO(b"x")

    with pytest.raises(BodyTooLarge):
        read_body(stream, {"content-length": str(MAX_BODY_BYTES + 1)})

    assert stream.tell() == 0


def test_chunks_above_the_limit_are_not_read_to_their_end() -> None:
    chunk = b"100000\r\n" + bytes(0x100000) + b"\r\n"
    stream = BytesIO(chunk * 20)

    with pytest.raises(BodyTooLarge):
        read_body(stream, CHUNKED)

    assert stream.tell() < MAX_BODY_BYTES + 200


@pytest.mark.parametrize(
    ("wire", "headers"),
    [
        (b"abc", {"content-length": "4"}),
        (b"abc", {"content-length": "-1"}),
        (b"abc", {"content-length": "3, 3"}),
        (b"abc", {"transfer-encoding": "gzip"}),
        (b"0\r\n\r\n", {"transfer-encoding": "chunked", "content-length": "5"}),
        (b"-1\r\n\r\n", CHUNKED),
        (b"\r\n", CHUNKED),
        (b"3\r\nabcX\r\n0\r\n\r\n", CHUNKED),
        (b"3\r\nab", CHUNKED),
        (b"3\r\nabc\r\n", CHUNKED),
        (b"f" * 5000, CHUNKED),
    ],
)
def test_a_body_that_is_not_framed_as_http_frames_it_is_refused(wire: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(MalformedBody):
        read_body(BytesIO(wire), headers)
