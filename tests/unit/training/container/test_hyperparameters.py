"""What a training job is told."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from augury.training import FoldKind, TrainingRefused
from augury.training.container import read_hyperparameters

TOLD = {"definition": "iris.py", "client": "acme"}


def written(directory: Path, text: str) -> Path:
    path = directory / "hyperparameters.json"
    path.write_text(text)
    return path


def test_every_value_may_be_a_text(tmp_path: Path) -> None:
    more = {"folds": "3", "fold_kind": "time", "fold_by": "at", "seed": "7", "tune": "20", "first": "2026-11-01"}
    told = read_hyperparameters(written(tmp_path, json.dumps(TOLD | more)), [])
    assert (told.folds, told.fold_kind, told.fold_by, told.seed, told.tune) == (3, FoldKind.TIME, "at", 7, 20)
    assert told.first == date(2026, 11, 1)


def test_a_text_may_be_in_quotes_once_more(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps({"definition": '"iris.py"', "client": '"acme"'}))
    assert read_hyperparameters(path, []).client == "acme"


def test_what_the_platform_adds_is_not_ours(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps(TOLD | {"sagemaker_program": "x.py", "sagemaker_region": "eu-west-1"}))
    assert read_hyperparameters(path, []).definition == "iris.py"


def test_arguments_win_and_may_be_written_in_both_ways(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps(TOLD | {"seed": "1"}))
    told = read_hyperparameters(path, ["train", "--seed", "2", "--fold-by=who", "--fold_kind", "grouped"])
    assert (told.seed, told.fold_by, told.fold_kind) == (2, "who", FoldKind.GROUPED)


@pytest.mark.parametrize(
    ("text", "arguments", "reason"),
    [
        ("{", [], r"hyperparameters\.json is no JSON"),
        ("[]", [], "is no JSON object"),
        ("{}", [], "definition: Field required; client: Field required"),
        (json.dumps(TOLD | {"epochs": "3"}), [], "epochs: Extra inputs are not permitted"),
        (json.dumps(TOLD | {"folds": "many"}), [], "folds: Input should be a valid integer"),
        (json.dumps(TOLD | {"folds": "1"}), [], "folds: Input should be greater than or equal to 2"),
        (json.dumps(TOLD | {"client": "../acme"}), [], "client: .*not valid"),
        (json.dumps(TOLD), ["iris.py"], "argument 'iris.py' is no hyperparameter"),
        (json.dumps(TOLD), ["--seed"], "argument --seed has no value"),
    ],
)
def test_what_does_not_suit_is_named(tmp_path: Path, text: str, arguments: list[str], reason: str) -> None:
    with pytest.raises(TrainingRefused, match=reason):
        read_hyperparameters(written(tmp_path, text), arguments)
