"""Lines laid aside until they are written."""

from __future__ import annotations

import gzip
import io
import random
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from augury.split import Spool

LINES = st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b".")), max_size=5)
ADDED = st.lists(st.tuples(st.sampled_from("abc"), LINES), max_size=20)


@given(ADDED, st.integers(1, 2_000))
def test_each_key_gets_its_lines_back_in_order(added: list[tuple[str, list[bytes]]], memory_bytes: int) -> None:
    expected: defaultdict[str, bytes] = defaultdict(bytes)
    with Spool[str](memory_bytes) as spool:
        for key, lines in added:
            size_bytes = spool.add(key, lines)
            text = b"".join(line + b"\n" for line in lines)
            assert size_bytes == len(text)
            expected[key] += text
        spool.settle()
        assert {key: gzip.decompress(spool.open(key).read()) for key in spool} == expected


def test_a_stream_can_be_measured_rewound_and_read_in_any_pieces() -> None:
    pick = random.Random(7)
    with Spool[str](1_000) as spool:
        for _ in range(20):
            spool.add("a", [pick.randbytes(200).replace(b"\n", b".")] * 3)
        spool.settle()
        stream = spool.open("a")
        size_bytes = stream.seek(0, io.SEEK_END)
        assert stream.read(10) == b""
        stream.seek(0)
        whole = stream.read()
        assert len(whole) == size_bytes
        stream.seek(0)
        pieces = []
        while piece := stream.read(pick.randrange(1, 999)):
            pieces.append(piece)
        assert b"".join(pieces) == whole
        stream.seek(-5, io.SEEK_END)
        assert stream.read() == whole[-5:]
