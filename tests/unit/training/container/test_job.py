"""A training job in a container."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from augury.artifacts import LocalSigner, Trust, load
from augury.training.container import main
from training import iris_xgboost

ROOT = Path(iris_xgboost.__file__).parents[1]
DEFINITION = Path(iris_xgboost.__file__)


@dataclass(frozen=True)
class Container:
    """A directory laid out as ``/opt/ml`` is, and what a job in it said."""

    base: Path

    def tell(self, **hyperparameters: str) -> None:
        (self.base / "input" / "config").mkdir(parents=True, exist_ok=True)
        text = json.dumps({"definition": DEFINITION.name, "client": "acme", "version": "1"} | hyperparameters)
        (self.base / "input" / "config" / "hyperparameters.json").write_text(text)

    def put(self, path: str, content: str) -> None:
        (self.base / path).parent.mkdir(parents=True, exist_ok=True)
        (self.base / path).write_text(content)

    def environ(self, **more: str) -> dict[str, str]:
        return {"SAGEMAKER_BASE_DIR": str(self.base), **more}

    def run(self, *arguments: str, **environ: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        return main(arguments, self.environ(**environ), out, err), out.getvalue(), err.getvalue()

    @property
    def failure(self) -> str:
        return (self.base / "output" / "failure").read_text()


@pytest.fixture
def container(tmp_path: Path) -> Container:
    made = Container(tmp_path / "ml")
    made.tell()
    made.put("input/data/training/1.ndjson", "".join(json.dumps(one) + "\n" for one in iris_xgboost.example_events()))
    made.put(f"code/{DEFINITION.name}", DEFINITION.read_text())
    return made


def test_a_job_leaves_an_artifact_a_report_and_its_metrics(container: Container) -> None:
    code, out, err = container.run("train")
    assert (code, err) == (0, "")
    manifest = load(container.base / "model" / "iris" / "1", Trust.read(None, allow_unsigned=True)).manifest
    assert (manifest.client, manifest.pipeline, manifest.version, manifest.rows) == ("acme", "iris", "1", 150)
    assert (container.base / "output" / "data" / "report.html").read_bytes().startswith(b"<!doctype html>")
    metrics = dict(re.findall(r"^(\w+)=(.*?);$", out, re.MULTILINE))
    assert float(metrics["accuracy"]) == pytest.approx(manifest.metrics["accuracy"], rel=1e-5)
    assert not (container.base / "output" / "failure").exists()


def test_channels_and_directories_may_be_named_by_the_environment(container: Container, tmp_path: Path) -> None:
    data = container.base / "input" / "data" / "training"
    data.rename(tmp_path / "elsewhere")
    container.tell(data="events", pipeline="flowers")
    code, _, err = container.run(
        SM_CHANNEL_EVENTS=str(tmp_path / "elsewhere"), SM_MODEL_DIR=str(tmp_path / "models"), TRAINING_JOB_NAME="job-7"
    )
    assert (code, err) == (0, "")
    assert (tmp_path / "models" / "flowers" / "1" / "manifest.json").is_file()


def test_the_jobs_name_is_the_version_where_none_is_told(container: Container) -> None:
    container.put("input/config/hyperparameters.json", json.dumps({"definition": DEFINITION.name, "client": "acme"}))
    assert container.run(TRAINING_JOB_NAME="iris-2026-11-23")[0] == 0
    assert (container.base / "model" / "iris" / "iris-2026-11-23").is_dir()


def test_a_job_signs_with_the_key_that_it_is_told(container: Container, tmp_path: Path) -> None:
    signer = LocalSigner.read_or_make(tmp_path / "signing.pem")
    assert container.run("--signing-key", str(tmp_path / "signing.pem"))[0] == 0
    trust = Trust.read(signer.public_pem(), allow_unsigned=False)
    assert load(container.base / "model" / "iris" / "1", trust).signature


def test_an_interrupted_search_goes_on_from_its_checkpoint(container: Container) -> None:
    container.put(
        f"code/{DEFINITION.name}",
        DEFINITION.read_text()
        + "\ndef search_space(trial):\n    return {'xgb__n_estimators': trial.suggest_int('n', 2, 5)}\n",
    )
    (container.base / "checkpoints").mkdir()
    assert "tune 2/2" in container.run("--tune", "2")[1]
    out = container.run("--tune", "3", "--version", "2")[1]
    assert re.findall(r"tune (\d)/3", out) == ["3"]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"definition": "other.py"}, "there is no pipeline definition other.py"),
        ({"data": "validation"}, "there is no input channel 'validation'; there are: training"),
        ({"folds": "x"}, "hyperparameters: folds"),
        ({"fold_kind": "grouped", "fold_by": "who"}, "no field 'who'"),
    ],
)
def test_a_failed_job_leaves_its_reason_and_exits_with_1(
    container: Container, told: dict[str, Any], reason: str
) -> None:
    container.tell(**told)
    code, _, err = container.run()
    assert code == 1
    assert reason in container.failure
    assert reason in err
    assert "Traceback" not in err


def test_an_unexpected_failure_leaves_its_reason_too(container: Container) -> None:
    container.put("code/odd.py", _RAISES_WHEN_FITTED)
    container.tell(definition="odd.py")
    code, _, err = container.run()
    assert (code, container.failure) == (1, "RuntimeError: " + ("no memory " * 200)[:1010])
    assert "Traceback" in err


def test_the_module_is_what_a_container_runs(container: Container) -> None:
    container.tell(definition="missing.py")
    done = subprocess.run(
        [sys.executable, "-m", "training", "train"],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT), **container.environ()}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "training: there is no pipeline definition missing.py\n")


def test_processes_that_hash_differently_make_the_same_files(container: Container) -> None:
    made = []
    for number in ("1", "2"):
        arguments = ["train", "--definition", "training/tickets_tfidf.py", "--data", "example", "--version", number]
        done = subprocess.run(
            [sys.executable, "-m", "training", *arguments, "--folds", "2"],
            cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": number, **container.environ()}, check=False,
        )  # fmt: skip
        assert done.returncode == 0
        files = json.loads((container.base / "model" / "tickets" / number / "manifest.json").read_text())["files"]
        made.append({name: files[name] for name in ("plan.json", "model.onnx")})
    assert made[0] == made[1]


_RAISES_WHEN_FITTED = """
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline
from training.iris_xgboost import XGBoostClassifier

class Odd(BaseEstimator):
    def fit(self, X, y=None):
        raise RuntimeError("no memory " * 200)

    def transform(self, X):
        return X

def build_pipeline():
    return Pipeline([("odd", Odd()), ("xgb", XGBoostClassifier("name"))])
"""
