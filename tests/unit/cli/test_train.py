"""``augury pipeline train`` on files and example data, without a deployment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from augury.artifacts import Trust, load
from augury.cli.app import app, main
from training import iris_xgboost, wine

WINE = wine.__file__
SMALL = """
from training.wine import AutoTransform, Pipeline, XGBoostClassifier, load_frame, search_space

def build_pipeline():
    auto = AutoTransform(exclude=["cultivar"])
    return Pipeline([("auto", auto), ("xgb", XGBoostClassifier("cultivar", n_estimators=5, nthread=1))])
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "wine.py").write_text(SMALL)
    return tmp_path / "wine.py"


def run(*arguments: object) -> str:
    outcome = CliRunner().invoke(app, ["pipeline", "train", *map(str, arguments), "--client", "demo"])
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout


def refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: object) -> str:
    monkeypatch.setattr("sys.argv", ["augury", "pipeline", "train", *map(str, arguments), "--client", "demo"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    return " ".join(shown.err.split())


def test_a_definition_is_trained_on_its_own_example_and_its_report_kept(small: Path, tmp_path: Path) -> None:
    shown = run(small, "--data", "example", "--folds", "2", "--report", tmp_path / "wine.html")
    assert "178 events of demo" in shown
    assert "agrees" in shown
    assert (tmp_path / "wine.html").read_bytes().startswith(b"<!doctype html>")


def test_a_file_is_trained_on_and_the_artifact_kept(small: Path, tmp_path: Path) -> None:
    wine.load_frame().to_csv(tmp_path / "wine.csv", index=False)
    out = tmp_path / "artifact"
    told = json.loads(
        run(
            small,
            "--data",
            tmp_path / "wine.csv",
            "--folds",
            "2",
            "--out",
            out,
            "--unsigned",
            "--version",
            "7",
            "--json",
        )
    )
    assert (told["pipeline"], told["version"], told["lane"], told["rows"]) == ("wine", "7", "plan", 178)
    assert load(out, Trust.read(None, allow_unsigned=True)).manifest.metrics == told["metrics"]


def test_a_search_goes_on_and_its_best_parameters_are_told(small: Path, tmp_path: Path) -> None:
    arguments = (small, "--data", "example", "--folds", "2", "--study", tmp_path / "wine.log", "--json")
    first = json.loads(run(*arguments, "--tune", "2"))
    more = json.loads(run(*arguments, "--tune", "4"))
    assert set(more["parameters"]) == set(first["parameters"]) > {"xgb__learning_rate", "xgb__max_depth"}
    assert "the best of 4 trials" in run(*arguments[:-1], "--tune", "4")


def test_folds_follow_the_kind_and_the_field_that_are_named(small: Path) -> None:
    told = json.loads(
        run(small, "--data", "example", "--folds", "3", "--fold-kind", "grouped", "--fold-by", "magnesium", "--json")
    )
    assert told["metrics"]["folds"] == 3


def test_what_cannot_be_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, small: Path, tmp_path: Path
) -> None:
    for arguments, reason in [
        ((small, "--data", "example", "--from", "2026-11-01"), "--data takes the place of --from and --to"),
        ((small, "--data", "example", "--register", "--unsigned"), "--register needs a signature"),
        ((small, "--data", "example", "--study", tmp_path / "s"), "--study keeps the trials of --tune"),
        ((small, "--data", tmp_path / "missing.csv"), "there is no file"),
        ((small, "--data", "example", "--fold-kind", "time"), "need a field with the time"),
        ((iris_xgboost.__file__, "--data", "example", "--tune", "3"), "does not define search_space(trial)"),
        ((tmp_path / "missing.py", "--data", "example"), "there is no pipeline definition"),
    ]:
        assert reason in refused(capsys, monkeypatch, *arguments)
