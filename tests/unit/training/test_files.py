"""Files of events as a frame."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from augury.training import TrainingRefused, read_file

NDJSON = b'{"f1":1,"zip":"007","ok":true}\n{"f1":2.5,"zip":"008","tags":["a"]}\n'
CSV = b"f1,zip,ok\n1,007,true\n2.5,008,\n"


@pytest.mark.parametrize("name", ["a.ndjson", "a.jsonl", "a.json", "a.ndjson.gz"])
def test_json_keeps_the_types_that_it_has(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(NDJSON) if name.endswith(".gz") else NDJSON)
    frame = read_file(tmp_path / name)
    assert frame.dtypes.astype(str).to_dict() == {"f1": "float64", "zip": "str", "ok": "boolean", "tags": "object"}
    assert frame["zip"].tolist() == ["007", "008"]
    assert frame["tags"].tolist() == [None, ["a"]]


def test_csv_cells_are_typed_where_they_spell_a_value_exactly(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)
    (tmp_path / "a.ndjson").write_bytes(NDJSON)
    pd.testing.assert_frame_equal(
        read_file(tmp_path / "a.csv"), read_file(tmp_path / "a.ndjson").drop(columns="tags"), check_like=True
    )


def test_parquet_is_read(tmp_path: Path) -> None:
    pd.DataFrame({"f1": [1.5, None], "name": ["a", "b"]}).to_parquet(tmp_path / "a.parquet")
    assert read_file(tmp_path / "a.parquet")["f1"].tolist()[0] == 1.5


def test_all_files_of_a_directory_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "2.ndjson").write_bytes(b'{"n":3}\n')
    (tmp_path / "1.csv").write_bytes(b"n\n1\n2\n")
    (tmp_path / ".hidden").write_bytes(b"not read")
    assert read_file(tmp_path)["n"].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("missing.csv", None, r"there is no file .*missing\.csv"),
        ("a.txt", b"n\n1\n", r"a\.txt: its name says no format"),
        ("a.csv", b"", r"a\.csv: line 1: there is no header"),
        ("a.csv", b"n,n\n1,2\n", "two columns are called 'n'"),
        ("a.csv", b"n,m\n1\n", r"a\.csv, row 2: .*1 cells for 2 columns"),
        ("a.csv", b"n\n\xff\n", "not UTF-8"),
        ("a.ndjson", b'{"n":1}\n[1]\n', r"a\.ndjson, row 2: "),
        ("a.ndjson", b'{"n":1}\n{"n"\n', r"a\.ndjson, row 2: "),
        ("a.ndjson.gz", gzip.compress(NDJSON)[:-9], "cut short"),
        ("a.parquet", b"PAR1", r"a\.parquet"),
    ],
)
def test_what_cannot_be_read_is_named_with_the_reason(
    tmp_path: Path, name: str, body: bytes | None, reason: str
) -> None:
    if body is not None:
        (tmp_path / name).write_bytes(body)
    with pytest.raises(TrainingRefused, match=reason):
        read_file(tmp_path / name)


def test_an_empty_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingRefused, match="holds no files"):
        read_file(tmp_path)
