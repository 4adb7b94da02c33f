"""The servers that are compared: how each is started, asked and understood."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.serving.environments import RIVALS, Workshop, environment, run
from benchmarks.serving.model import CATEGORIES, CODES
from benchmarks.serving.ports import free_port

MODEL_FILE = Path(__file__).parent / "model.py"

type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Contestant:
    """A model server.

    Parameters
    ----------
    name : str
        As it stands in the tables.
    command : sequence of str
        What starts it.
    env : mapping
        Its variables.
    port : int
        Where it answers on the loopback interface.
    path : str
        What is posted to.
    body : callable
        Returns the request for a row.
    probability : callable
        Returns the probability of class 1 from an answer.
    directory : Path
        Where it is started.
    headers : mapping, optional
        Sent beside the type of the content.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    port: int
    path: str
    body: Callable[[Row], Any]
    probability: Callable[[Any], float]
    directory: Path
    headers: Mapping[str, str] = field(default_factory=dict)

    def bodies(self, rows: Sequence[Row]) -> list[bytes]:
        """Return the requests for rows, as they are sent."""
        return [json.dumps(self.body(row)).encode() for row in rows]


def rivals(workshop: Workshop, scratch: Path) -> list[Contestant]:
    """Make the rivals' environments, fit and pickle their pipeline, and return how they are started."""
    pipeline = scratch / "pipeline.joblib"
    run([_python(workshop, "fastapi"), MODEL_FILE, pipeline], environment(workshop))
    variables = environment(workshop, RIVAL_PIPELINE=str(pipeline))
    return [
        _fastapi(workshop, variables, scratch),
        _mlserver(workshop, variables, scratch, pipeline),
        _bentoml(workshop, variables, scratch),
        _mlflow(workshop, variables, scratch, pipeline),
    ]


def _fastapi(workshop: Workshop, env: Mapping[str, str], scratch: Path) -> Contestant:
    port = free_port()
    command = [str(_python(workshop, "fastapi")), "-m", "uvicorn", "fastapi_app:app", "--app-dir", str(RIVALS)]
    return Contestant(
        name="FastAPI and the pipeline",
        command=[*command, "--port", str(port), "--no-access-log", "--log-level", "warning"],
        env=env,
        port=port,
        path="/predict",
        body=dict,
        probability=lambda answer: float(answer[1]),
        directory=scratch,
    )


def _mlserver(workshop: Workshop, env: Mapping[str, str], scratch: Path, pipeline: Path) -> Contestant:
    port, directory = free_port(), scratch / "mlserver"
    directory.mkdir()
    # With a worker process of its own (its default) MLServer answers fewer requests than without.
    settings = {"parallel_workers": 0, "http_port": port, "grpc_port": free_port(), "metrics_port": free_port()}
    (directory / "settings.json").write_text(json.dumps(settings | {"host": "127.0.0.1"}))
    model = {"name": "mixed", "implementation": "mlserver_sklearn.SKLearnModel"}
    parameters = {"uri": str(pipeline), "content_type": "pd"}
    (directory / "model-settings.json").write_text(json.dumps(model | {"parameters": parameters}))
    return Contestant(
        name="MLServer 1.7.1, scikit-learn runtime",
        command=[str(_python(workshop, "mlserver").with_name("mlserver")), "start", str(directory)],
        env=env,
        port=port,
        path="/v2/models/mixed/infer",
        body=_tensors,
        probability=lambda answer: float(answer["outputs"][0]["data"][1]),
        directory=directory,
    )


def _bentoml(workshop: Workshop, env: Mapping[str, str], scratch: Path) -> Contestant:
    port = free_port()
    command = [str(_python(workshop, "bentoml").with_name("bentoml")), "serve", "bentoml_service:Mixed"]
    return Contestant(
        name="BentoML 1.4",
        command=[*command, "--working-dir", str(RIVALS), "--host", "127.0.0.1", "--port", str(port)],
        env={**env, "BENTOML_HOME": str(scratch / "bentoml"), "BENTOML_DO_NOT_TRACK": "true"},
        port=port,
        path="/predict",
        body=lambda row: {"features": row},
        probability=lambda answer: float(answer[1]),
        directory=scratch,
    )


def _mlflow(workshop: Workshop, env: Mapping[str, str], scratch: Path, pipeline: Path) -> Contestant:
    port, python, model = free_port(), _python(workshop, "mlflow"), scratch / "mlflow"
    run([python, RIVALS / "save_mlflow.py", pipeline, model], dict(env))
    command = [str(python.with_name("mlflow")), "models", "serve", "-m", str(model), "--env-manager", "local"]
    return Contestant(
        name="mlflow models serve 3.17",
        command=[*command, "--host", "127.0.0.1", "--port", str(port), "--workers", "1"],
        env={**env, "PATH": f"{python.parent}:{env.get('PATH', '')}", "MLFLOW_DISABLE_TELEMETRY": "true"},
        port=port,
        path="/invocations",
        body=lambda row: {"dataframe_records": [row]},
        probability=lambda answer: float(answer["predictions"][0][1]),
        directory=scratch,
    )


def _tensors(row: Row) -> dict[str, Any]:
    """Return a row as the Open Inference Protocol has it: a tensor for each column."""

    def tensor(name: str, value: Any) -> dict[str, Any]:
        datatype = "BYTES" if name in CATEGORIES + CODES else "FP64"
        return {"name": name, "shape": [1, 1], "datatype": datatype, "data": [value]}

    inputs = [tensor(name, value) for name, value in row.items()]
    return {"inputs": inputs, "outputs": [{"name": "predict_proba"}]}


def _python(workshop: Workshop, name: str) -> Path:
    return workshop.python(name, RIVALS / f"{name}.txt")
