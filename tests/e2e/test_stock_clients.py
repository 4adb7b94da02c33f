"""Clients that others wrote for the Open Inference Protocol work with Augury as they are."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from augury import training
from augury.cli.signatures import signer_of, trust_of
from augury.clients import NewClient
from tests.artifacts import train_iris
from tests.container_server import ROOT, running
from tests.e2e.conftest import World

PROGRAMS = ROOT / "tests" / "stock_clients"
FLOWERS = {"f1": [5.1, 1.0], "f2": [3.5, 2.7], "f3": [1.4, 5.3], "f4": [0.2, 1.9]}
SPECIES = ["Iris-setosa", "Iris-virginica"]


@dataclass(frozen=True)
class Site:
    """A client with the Iris pipeline, and its token."""

    world: World
    client: NewClient
    token: str

    @property
    def address(self) -> str:
        return self.world.platform.api_url.removeprefix("http://")

    def predictions(self) -> list[dict[str, float]]:
        """Return what ``POST /predict`` answers for the flowers: the probability of each species."""
        rows = [dict(zip(FLOWERS, values, strict=True)) for values in zip(*FLOWERS.values(), strict=True)]
        answer = self.world.post(self.client, "/predict", json.dumps({"data": rows}).encode())
        assert answer.status == 200, answer.text
        return [{each["predictedClass"]: each["prediction"] for each in row} for row in answer.json["predictions"]]


@pytest.fixture(scope="module")
def programs() -> Path:
    """Where the clients' environment keeps its programs."""
    place = Path(os.environ.get("AUGURY_STOCK_CLIENTS", ROOT / ".build" / "stock-clients")) / "bin"
    if not (place / "mlserver").exists():
        pytest.skip("no stock clients of the Open Inference Protocol: run make stock-clients")
    return place


@pytest.fixture(scope="module")
def site(programs: Path, world: World, tmp_path_factory: pytest.TempPathFactory) -> Site:
    client = world.new_client()
    deployment, connection = world.platform.deployment, world.platform.connection
    directory = tmp_path_factory.mktemp("artifact") / "1"
    signer = signer_of(deployment, connection)
    assert signer is not None
    train_iris(client.name, directory, signer)
    training.register(
        directory, client.name, store=world.store, registry=world.registry, trust=trust_of(deployment, connection)
    )
    return Site(world, client, world.token(client))


@pytest.fixture(scope="module")
def grpc_address(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    cache = str(tmp_path_factory.mktemp("models"))
    with running(AUGURY_GRPC_PORT="0", AUGURY_MODEL_CACHE_DIR=cache) as server:
        yield f"127.0.0.1:{server.grpc_port}"


def run(*command: str | Path) -> str:
    """Run a program of the clients' environment, which sees nothing of ours."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=env, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def said_by(program: str, programs: Path, address: str, token: str) -> Any:
    return json.loads(run(programs / "python", PROGRAMS / program, address, token, "iris", json.dumps(FLOWERS)))


def test_tritonclient_finds_the_server_and_its_model_over_http(programs: Path, site: Site) -> None:
    said = said_by("triton_http.py", programs, site.address, site.token)
    assert all(said[each] for each in ("live", "ready", "model_ready"))
    assert said["server"]["name"] == "augury"
    assert said["model"]["name"] == "iris"
    assert [tensor["name"] for tensor in said["model"]["inputs"]] == list(FLOWERS)


@pytest.mark.parametrize("form", ["json", "binary"])
def test_tritonclient_infers_over_http_what_predict_answers(form: str, programs: Path, site: Site) -> None:
    outputs = said_by("triton_http.py", programs, site.address, site.token)[form]
    assert_same(outputs, site.predictions())


def test_tritonclient_is_told_over_http_what_a_request_lacks(programs: Path, site: Site) -> None:
    said = said_by("triton_http.py", programs, site.address, site.token)
    assert "inputs.f1.0: a number is required" in said["refusal"]


def test_tritonclient_finds_and_infers_over_grpc_what_predict_answers(
    programs: Path, site: Site, grpc_address: str
) -> None:
    said = said_by("triton_grpc.py", programs, grpc_address, site.token)
    assert all(said[each] for each in ("live", "ready", "model_ready"))
    assert said["server"]["name"] == "augury"
    assert [tensor["name"] for tensor in said["model"]["inputs"]] == list(FLOWERS)
    assert_same(said["outputs"], site.predictions())


def test_mlserver_infer_answers_every_line_of_a_file(programs: Path, site: Site, tmp_path: Path) -> None:
    asked, answered = tmp_path / "in.ndjson", tmp_path / "out.ndjson"
    inputs = [
        {"name": name, "shape": [len(values)], "datatype": "FP64", "data": values} for name, values in FLOWERS.items()
    ]
    asked.write_text("\n".join(json.dumps({"id": f"row-{number}", "inputs": inputs}) for number in range(5)) + "\n")
    headers = ("-H", f"Authorization:Bearer {site.token}")
    run(programs / "mlserver", "infer", "-u", site.address, "-m", "iris", "-i", asked, "-o", answered, *headers)
    answers = [json.loads(line) for line in answered.read_text().splitlines()]
    assert {answer["id"] for answer in answers} == {f"row-{number}" for number in range(5)}
    for answer in answers:
        assert_same({output["name"]: output["data"] for output in answer["outputs"]}, site.predictions())


def assert_same(outputs: dict[str, list[Any]], predictions: list[dict[str, float]]) -> None:
    """Hold the outputs of the protocol to the answers of ``POST /predict``."""
    assert np.ravel(outputs["predict"]).tolist() == SPECIES == [max(row, key=row.__getitem__) for row in predictions]
    probabilities = np.reshape(outputs["predict_proba"], (len(predictions), -1))
    expected = [[row[species] for species in sorted(row)] for row in predictions]
    assert probabilities == pytest.approx(np.array(expected))
