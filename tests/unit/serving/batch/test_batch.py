"""A file of rows, from its first run to its whole output."""

from __future__ import annotations

import csv
import fcntl
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augury.artifacts import load
from augury.formats import Format, Row, SourceUnreadable
from augury.serving import PLAN_LANE, Model, load_model
from augury.serving.batch import AlreadyRunning, BatchSummary, answer_rows, predict_file, run
from tests.artifacts import FLOWER, TRUST, trained_iris
from training import iris_xgboost


@pytest.fixture(scope="module")
def iris() -> Model:
    return load_model(load(trained_iris().directory, TRUST, for_serving=True), PLAN_LANE)


def flowers(count: int) -> list[dict[str, Any]]:
    seen = iris_xgboost.example_events()
    return [{name: seen[n % len(seen)][name] for name in FLOWER} for n in range(count)]


def written(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def outcomes(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


class Killed(Exception):
    """A run ends here."""


def killed_after(monkeypatch: pytest.MonkeyPatch, chunks: int) -> None:
    """Let a run end without a chance to clean up, after some chunks."""
    left = chunks

    def answer_or_die(model: Model, rows: Sequence[Row]) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        return answer_rows(model, rows)

    monkeypatch.setattr(run, "answer_rows", answer_or_die)


def test_each_row_is_answered_as_over_http_in_the_order_of_the_file(iris: Model, tmp_path: Path) -> None:
    rows = flowers(2_500)
    source, out = written(tmp_path / "in.ndjson", rows), tmp_path / "out.ndjson"
    assert predict_file(iris, source, Format.JSON, out) == BatchSummary(rows=2_500, refused=0, resumed_at=0)
    found = outcomes(out)
    assert [one["row"] for one in found] == list(range(1, 2_501))
    for row, one in list(zip(rows, found, strict=True))[:150]:
        assert one == {"row": one["row"], "predictions": iris.predict([row], single=True)[0], "error": None}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.ndjson", "out.ndjson"]


def test_rows_that_do_not_fit_have_their_reason_and_the_others_their_answer(iris: Model, tmp_path: Path) -> None:
    rows = [FLOWER, {**FLOWER, "f1": "x"}, [1], FLOWER, {"f2": 2.7, "f3": 5.3}]
    source, out = written(tmp_path / "in.ndjson", rows), tmp_path / "out.ndjson"
    with source.open("a") as file:
        file.write('{"f1":\n')
    assert predict_file(iris, source, Format.JSON, out).refused == 4
    found = outcomes(out)
    assert [one["error"] and one["error"]["error_id"] for one in found] == [None, 122, 113, None, 122, 38]
    assert [one["predictions"] is None for one in found] == [False, True, True, False, True, True]
    assert found[1]["error"]["details"] == [{"loc": ["data", "f1"], "msg": "a number is expected, not text"}]
    assert [detail["loc"] for detail in found[4]["error"]["details"]] == [["data", "f1"], ["data", "f4"]]


@pytest.mark.parametrize("chunks", [0, 1, 3])
@pytest.mark.parametrize("suffix", ["ndjson", "csv", "parquet"])
def test_a_killed_run_is_gone_on_with_and_ends_in_the_same_output(
    iris: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunks: int, suffix: str
) -> None:
    monkeypatch.setattr(run, "_CHUNK_ROWS", 10)
    source = written(tmp_path / "in.ndjson", [*flowers(34), {}, *flowers(7)])
    whole, out = tmp_path / f"whole.{suffix}", tmp_path / f"out.{suffix}"
    predict_file(iris, source, Format.JSON, whole)
    with monkeypatch.context() as patch:
        killed_after(patch, chunks)
        with pytest.raises(Killed):
            predict_file(iris, source, Format.JSON, out)
    assert not out.exists()
    with (tmp_path / f"{out.name}.partial").open("ab") as torn:
        torn.write(b'{"row":')
    assert predict_file(iris, source, Format.JSON, out) == BatchSummary(rows=42, refused=1, resumed_at=10 * chunks)
    assert out.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("change", ["input", "outcomes", "journal"])
def test_what_belongs_to_other_input_or_is_damaged_is_done_anew(
    iris: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(run, "_CHUNK_ROWS", 10)
    source, out = written(tmp_path / "in.ndjson", flowers(30)), tmp_path / "out.ndjson"
    with monkeypatch.context() as patch:
        killed_after(patch, 2)
        with pytest.raises(Killed):
            predict_file(iris, source, Format.JSON, out)
    if change == "input":
        written(source, flowers(31))
    else:
        (tmp_path / f"out.ndjson.{'partial' if change == 'outcomes' else 'progress.json'}").write_bytes(b"")
    assert predict_file(iris, source, Format.JSON, out).resumed_at == 0
    assert [one["row"] for one in outcomes(out)] == list(range(1, len(source.read_text().splitlines()) + 1))


def test_two_runs_do_not_write_one_output(iris: Model, tmp_path: Path) -> None:
    source, out = written(tmp_path / "in.ndjson", flowers(1)), tmp_path / "out.ndjson"
    with (tmp_path / "out.ndjson.partial").open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(AlreadyRunning, match="another run"):
            predict_file(iris, source, Format.JSON, out)
    predict_file(iris, source, Format.JSON, out)
    assert len(outcomes(out)) == 1


def test_a_source_that_is_cut_short_says_where_and_publishes_nothing(iris: Model, tmp_path: Path) -> None:
    source, out = tmp_path / "in.json", tmp_path / "out.ndjson"
    source.write_text(json.dumps(flowers(3))[:-1])
    with pytest.raises(SourceUnreadable, match="the array is not closed"):
        predict_file(iris, source, Format.JSON, out)
    assert not out.exists()


def test_csv_goes_in_and_a_table_comes_out(iris: Model, tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("f1,f2,f3,f4,note\n1,2.7,5.3,1.9,a\n1,2.7,,1.9,b\n")
    assert predict_file(iris, source, Format.CSV, out).refused == 1
    with out.open(newline="") as file:
        first, second = csv.DictReader(file)
    best = iris.predict([FLOWER], single=True)[0][0]
    assert (first["row"], first["predictedClass"], first["error"]) == ("2", "Iris-virginica", "")
    assert float(first["confidence"]) == float(first["probability_Iris-virginica"]) == best["prediction"]
    assert (second["row"], second["predictedClass"], second["error"]) == ("3", "", "f3: a number is required")


def test_parquet_comes_out_with_a_column_for_each_class(iris: Model, tmp_path: Path) -> None:
    source, out = written(tmp_path / "in.ndjson", [FLOWER, {}]), tmp_path / "out.parquet"
    predict_file(iris, source, Format.JSON, out)
    first, second = pq.read_table(out).to_pylist()
    assert [name for name in first if name.startswith("probability_")] == [f"probability_{c}" for c in iris.classes]
    assert sum(value for name, value in first.items() if name.startswith("probability_")) == pytest.approx(1)
    assert second["confidence"] is None
    assert second["error"].startswith("f1: a number is required; f2")


def test_a_file_without_rows_becomes_an_output_without_rows(iris: Model, tmp_path: Path) -> None:
    source, out = written(tmp_path / "in.ndjson", []), tmp_path / "out.parquet"
    assert predict_file(iris, source, Format.JSON, out).rows == 0
    assert pq.read_table(out).num_rows == 0


def test_the_input_is_not_replaced_and_a_name_without_a_format_is_refused(iris: Model, tmp_path: Path) -> None:
    source = written(tmp_path / "in.ndjson", flowers(1))
    with pytest.raises(ValueError, match="would replace the input"):
        predict_file(iris, source, Format.JSON, source)
    with pytest.raises(ValueError, match=r"must end with \.ndjson, \.csv or \.parquet"):
        predict_file(iris, source, Format.JSON, tmp_path / "out.txt")


_VALUES = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text())
_ROWS = st.lists(
    st.one_of(st.just(FLOWER), st.fixed_dictionaries(dict.fromkeys(FLOWER, _VALUES)), st.lists(st.integers())),
    max_size=80,
)


@given(_ROWS)
@settings(max_examples=60, deadline=None)
def test_a_row_among_others_becomes_what_it_becomes_alone(iris: Model, values: list[Any]) -> None:
    rows = [Row(number, value) for number, value in enumerate(values, start=1)]
    together = [one.as_json() for one in answer_rows(iris, rows)]
    assert together == [answer_rows(iris, [row])[0].as_json() for row in rows]


def test_a_failure_that_is_not_a_rows_ends_the_run(iris: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> Any:
        raise MemoryError

    monkeypatch.setattr(Model, "predict", fails)
    with pytest.raises(MemoryError):
        answer_rows(iris, [Row(1, FLOWER), Row(2, FLOWER)])
