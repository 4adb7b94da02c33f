"""Files of every format, read as rows."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.errors import AuguryError, Kind
from augury.formats import Format, Row, SourceUnreadable, format_of, read_rows
from augury.formats.csv_rows import csv_rows
from augury.formats.json_rows import json_rows
from augury.formats.parquet_rows import parquet_rows
from augury.formats.rows import CHUNK_BYTES, MAX_TEXT_BYTES
from augury.historical import historical_line
from augury.names import ClientName

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


class Dripping(io.BytesIO):
    """A stream that gives a few bytes at a time, as a pipe may."""

    def __init__(self, content: bytes, size: int) -> None:
        super().__init__(content)
        self._size = size

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self._size)


def values(rows: Iterator[Row]) -> list[Any]:
    return [row.value if row.refused is None else row.refused.kind for row in rows]


@given(st.lists(VALUES, max_size=6), st.integers(1, 40), st.sampled_from([None, 1]), st.booleans())
def test_an_array_is_read_element_by_element_wherever_its_chunks_end(
    sent: list[Any], size: int, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(sent, indent=indent, ensure_ascii=ascii_only).encode()
    assert values(json_rows(Dripping(text, size))) == sent


@given(st.lists(VALUES, max_size=6), st.integers(1, 40))
def test_ndjson_is_read_line_by_line_wherever_its_chunks_end(sent: list[Any], size: int) -> None:
    wrapped = [{"value": value} for value in sent]
    text = "".join(json.dumps(value) + "\r\n" for value in wrapped).encode()
    assert values(json_rows(Dripping(text, size))) == wrapped


@given(st.lists(st.dictionaries(st.text(max_size=5), VALUES, min_size=1, max_size=3), max_size=4), st.integers(1, 40))
def test_objects_over_several_lines_are_read_one_by_one_wherever_their_chunks_end(
    sent: list[dict[str, Any]], size: int
) -> None:
    text = "\n".join(json.dumps(value, indent=2) for value in sent).encode()
    assert values(json_rows(Dripping(text, size))) == sent


@given(st.binary(max_size=60), st.integers(1, 20))
def test_no_bytes_break_the_reader(text: bytes, size: int) -> None:
    try:
        numbers = [row.number for row in json_rows(Dripping(text, size))]
    except SourceUnreadable:
        return
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"", []),
        (b" \n\t ", []),
        (b"[]", []),
        (b"[ ]\n", []),
        (b'[{"a":1},]', [{"a": 1}, Kind.INVALID_JSON]),
        (b'[{"a":1},,2]', [{"a": 1}, Kind.INVALID_JSON, 2]),
        (b'[{"a":},{"b":2}]', [Kind.INVALID_JSON, {"b": 2}]),
        (b'[{"a":NaN}]', [Kind.INVALID_JSON]),
        (b'[1}, {"b":2}]', [Kind.INVALID_JSON, {"b": 2}]),
        (b'{"a":1}\nnonsense\n{"b":2}', [{"a": 1}, Kind.INVALID_JSON, {"b": 2}]),
        (b'\xef\xbb\xbf{"a":1}\n', [Kind.INVALID_JSON]),
        (b'{"a":\n{"b":2}\n', [Kind.INVALID_JSON, {"b": 2}]),
        (b'{\n"a": 1\n} nonsense {\n"b": 2\n} {"c": 3}', [{"a": 1}, Kind.INVALID_JSON, {"c": 3}]),
    ],
)
def test_a_bad_row_is_refused_alone(text: bytes, found: list[Any]) -> None:
    assert values(json_rows(io.BytesIO(text))) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'[{"a":1}', "not closed: it ends within element 1"),
        (b'[{"a":1},{"b":"x', "not closed: it ends within element 2"),
        (b'[{"a":1}] {"b":2}', "behind the end"),
        (b"[1] 2", "behind the end"),
        (b'{\n"a": 1\n}\n{\n"b": "}', "ends within value 2"),
        (b'{"a":"' + b"x" * (MAX_TEXT_BYTES + CHUNK_BYTES), "line 1 is longer than 4 MiB"),
        (b'[1,"' + b"x" * (MAX_TEXT_BYTES + CHUNK_BYTES), "element 2 is longer than 4 MiB"),
    ],
    ids=["open", "open text", "second value", "second number", "open object", "long line", "long element"],
)
def test_what_can_not_be_read_on_says_where(text: bytes, said: str) -> None:
    with pytest.raises(SourceUnreadable, match=said):
        list(json_rows(io.BytesIO(text)))


def test_a_large_array_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.json.gz"
    event = json.dumps({"padding": "x" * 200, "n": [1, {"m": "]"}]}).encode()
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"[" + b",\n".join([event] * 20_000) + b"]")
    tracemalloc.start()
    count = sum(1 for row in read_rows(path, Format.JSON) if row.refused is None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 2_500_000


def test_csv_text_is_typed_as_that_of_pages_and_an_empty_cell_is_no_field() -> None:
    text = '\ufefff1,zip,"a ""b""",flag\r\n5.1,007,"two\nlines",true\r\n\r\n,1.10,,False\r\n'.encode()
    rows = list(csv_rows(io.BytesIO(text)))
    assert [(row.number, row.value) for row in rows] == [
        (2, {"f1": 5.1, "zip": "007", 'a "b"': "two\nlines", "flag": True}),
        (5, {"zip": "1.10", "flag": "False"}),
    ]


def test_a_csv_row_with_a_cell_too_many_is_refused_alone() -> None:
    rows = list(csv_rows(io.BytesIO(b"a,b\n1,2\n1,2,3\n1\n")))
    assert [row.refused and str(row.refused) for row in rows] == [
        None,
        "The request is malformed; row: 3 cells for 2 columns",
        "The request is malformed; row: 1 cells for 2 columns",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "no header"),
        (b"a,,b\n1,2,3\n", "column 2 has no name"),
        (b"a,b,a\n1,2,3\n", "two columns are called 'a'"),
        (b'a\n1\n"open\n', "line 3: unexpected end of data"),
        (b"a\n\xff\n", "not UTF-8"),
        (b"a\n" + b"x" * 300_000 + b"\n", "line 2: field larger than field limit"),
    ],
)
def test_a_csv_file_that_can_not_be_read_says_where(text: bytes, said: str) -> None:
    with pytest.raises(SourceUnreadable, match=said):
        list(csv_rows(io.BytesIO(text)))


def parquet(table: pa.Table) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(table, file)
    file.seek(0)
    return file


def test_parquet_values_become_the_same_json_values() -> None:
    columns = {
        "i8": pa.array([-1, None], pa.int8()),
        "u64": pa.array([2**63 - 1, 0], pa.uint64()),
        "f32": pa.array([0.1, -0.0], pa.float32()),
        "flag": pa.array([True, False]),
        "text": pa.array(["ü€😀", ""]),
        "word": pa.array(["a", "b"]).dictionary_encode(),
        "nested": pa.array([{"list": [1, None]}, {"list": []}]),
        "nothing": pa.nulls(2),
    }
    first, second = (row.value for row in parquet_rows(parquet(pa.table(columns))))
    assert first == {
        "i8": -1, "u64": 2**63 - 1, "f32": 0.10000000149011612, "flag": True, "text": "ü€😀", "word": "a",
        "nested": {"list": [1, None]}, "nothing": None,
    }  # fmt: skip
    assert (second["i8"], second["u64"], second["nested"]) == (None, 0, {"list": []})


def test_parquet_times_become_text_and_decimals_numbers() -> None:
    at = datetime(2026, 11, 23, 9, 30, 0, 250_000, tzinfo=UTC)
    columns = {
        "utc": pa.array([at, None], pa.timestamp("us", "UTC")),
        "paris": pa.array([at, at], pa.timestamp("ms", "Europe/Paris")),
        "naive": pa.array([at.replace(tzinfo=None)] * 2, pa.timestamp("ns")),
        "second": pa.array([at.replace(microsecond=0), None], pa.timestamp("s", "UTC")),
        "day": pa.array([at.date(), None]),
        "time": pa.array([at.time(), None], pa.time32("ms")),
        "price": pa.array([Decimal("0.1"), None], pa.decimal128(30, 10)),
        "count": pa.array([Decimal(2**62), None], pa.decimal128(30, 0)),
        "nested": pa.array([[{"at": at, "price": Decimal("1.10")}, None], None],
            pa.list_(pa.struct([("at", pa.timestamp("us", "UTC")), ("price", pa.decimal128(5, 2))]))),
    }  # fmt: skip
    first, second = (row.value for row in parquet_rows(parquet(pa.table(columns))))
    assert first == {
        "utc": "2026-11-23T09:30:00.250000Z", "paris": "2026-11-23T09:30:00.250Z",
        "naive": "2026-11-23T09:30:00.250000000Z", "second": "2026-11-23T09:30:00.000Z", "day": "2026-11-23",
        "time": "09:30:00.250", "price": 0.1, "count": 2**62,
        "nested": [{"at": "2026-11-23T09:30:00.250000Z", "price": 1.1}, None],
    }  # fmt: skip
    assert (type(first["count"]), type(first["price"])) == (int, float)
    assert [name for name, value in second.items() if value is not None] == ["paris", "naive"]


@pytest.mark.parametrize(
    "kind",
    [pa.binary(), pa.map_(pa.string(), pa.int8()), pa.duration("s"), pa.list_(pa.binary()),
     pa.struct([("at", pa.duration("s"))])],
    ids=str,
)  # fmt: skip
def test_a_parquet_column_that_json_can_not_say_is_refused_by_name(kind: pa.DataType) -> None:
    with pytest.raises(SourceUnreadable, match=r"column 'when.*is of type"):
        list(parquet_rows(parquet(pa.table({"ok": [1], "when": pa.nulls(1, kind)}))))


def test_a_parquet_row_with_an_integer_beyond_int64_is_refused_alone() -> None:
    columns = {"n": pa.array([1, 2**63], pa.uint64()), "deep": pa.array([[2**64 - 1], []], pa.list_(pa.uint64()))}
    rows = list(parquet_rows(parquet(pa.table(columns))))
    assert [str(row.refused) for row in rows] == [
        "An integer does not fit 64 bits; deep: is beyond int64: cast the column to text",
        "An integer does not fit 64 bits; n: is beyond int64: cast the column to text",
    ]


def test_a_parquet_row_with_a_decimal_beyond_int64_is_refused_alone() -> None:
    whole = [Decimal(-(2**63)), Decimal(-(10**30)), Decimal(10**30)]
    rows = parquet_rows(parquet(pa.table({"n": pa.array(whole, pa.decimal128(38, 0))})))
    assert values(rows) == [{"n": -(2**63)}, Kind.NUMBER_OUT_OF_RANGE, Kind.NUMBER_OUT_OF_RANGE]


def test_a_json_row_with_an_integer_beyond_int64_is_refused_when_it_is_stored() -> None:
    (row,) = json_rows(io.BytesIO(b'{"n":9223372036854775808}'))
    with pytest.raises(AuguryError, match="does not fit 64 bits"):
        historical_line(row, ClientName("acme"), date(2025, 3, 1))


def test_a_parquet_row_with_nan_is_refused_alone() -> None:
    rows = list(parquet_rows(parquet(pa.table({"f": [1.5, float("nan")], "deep": [[1.0], [float("inf")]]}))))
    assert [row.refused and row.refused.kind for row in rows] == [None, Kind.INVALID_JSON]


@pytest.mark.parametrize("content", [b"", b"no parquet at all", b"PAR1" + b"\0" * 40 + b"PAR1"])
def test_what_is_no_parquet_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.parquet"
    path.write_bytes(content)
    with pytest.raises(SourceUnreadable, match=r"broken\.parquet: not readable as Parquet"):
        list(read_rows(path, Format.PARQUET))


@pytest.mark.parametrize("packed", [False, True])
def test_every_format_is_read_plain_and_gzipped(tmp_path: Path, packed: bool) -> None:
    plain = {
        "a.json": b'[{"f1": 5.1}]',
        "a.ndjson": b'{"f1": 5.1}\n',
        "a.CSV": b"f1\n5.1\n",
        "a.parquet": parquet(pa.table({"f1": [5.1]})).getvalue(),
    }
    for name, content in plain.items():
        path = tmp_path / (name + ".gz" * packed)
        path.write_bytes(gzip.compress(content) if packed else content)
        assert values(read_rows(path, format_of(path))) == [{"f1": 5.1}], name


@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: data[:-4] + b"abcd", lambda data: data + b"x"])
def test_damaged_gzip_is_told_with_its_file(tmp_path: Path, damage: Any) -> None:
    path = tmp_path / "cut.json.gz"
    path.write_bytes(damage(gzip.compress(b'{"n":1}\n' * 1_000)))
    with pytest.raises(SourceUnreadable, match=r"cut\.json\.gz: the gzip data is cut short or damaged"):
        list(read_rows(path, Format.JSON))


def test_a_name_without_a_format_asks_for_one() -> None:
    with pytest.raises(SourceUnreadable, match="--format"):
        format_of(Path("events.txt"))
