"""The trainer's image, run as SageMaker runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from augury.artifacts import Trust, load
from tests.containers.engine import Engine
from training import iris_xgboost


@pytest.fixture
def ml(tmp_path: Path) -> Path:
    """A directory that is given as ``/opt/ml``."""
    base = tmp_path / "ml"
    (base / "input/config").mkdir(parents=True)
    (base / "input/data/training").mkdir(parents=True)
    (base / "model").mkdir()
    events = "".join(json.dumps(one) + "\n" for one in iris_xgboost.example_events())
    (base / "input/data/training/1.ndjson").write_text(events)
    return base


def tell(base: Path, **hyperparameters: str) -> None:
    (base / "input/config/hyperparameters.json").write_text(json.dumps(hyperparameters))


def train(engine: Engine, image: str, base: Path) -> tuple[int, str]:
    with engine.container(image, "train", options=("--volume", f"{base}:/opt/ml")) as container:
        return int(engine.docker("wait", container)), engine.logs(container)


def test_it_trains_iris_and_leaves_an_artifact(engine: Engine, trainer_image: str, ml: Path) -> None:
    tell(ml, definition="training/iris_xgboost.py", client="acme", version="7")

    code, said = train(engine, trainer_image, ml)

    assert code == 0, said
    manifest = load(ml / "model/iris/7", Trust.read(None, allow_unsigned=True)).manifest
    assert (manifest.client, manifest.lane, manifest.rows) == ("acme", "plan", 150)
    assert "accuracy=" in said


def test_a_failure_leaves_its_reason(engine: Engine, trainer_image: str, ml: Path) -> None:
    tell(ml, definition="nowhere.py", client="acme")

    code, said = train(engine, trainer_image, ml)

    assert code == 1, said
    assert "nowhere.py" in (ml / "output/failure").read_text()
