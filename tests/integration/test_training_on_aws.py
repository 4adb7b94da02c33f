"""Training on AWS from the command to an answering version: the stage's own state machine, with real parts.

The functions before and after the job are the handlers, the job is the container's entry point on directories laid out
as SageMaker lays them, S3, DynamoDB, KMS, CloudFormation, CloudWatch Logs and SageMaker are moto's, and the parameters
of CreateTrainingJob are held to botocore's description of them. Step Functions is :mod:`tests.state_machines`.
"""

from __future__ import annotations

import io
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from moto.kms.utils import ECDSAPrivateKey
from typer.testing import CliRunner, Result

from augury.artifacts import Trust
from augury.aws import KeyService, ObjectStore, Table
from augury.aws.connection import Connection
from augury.aws.training_jobs import LOG_GROUP
from augury.cli.app import app
from augury.clients import ClientAdmin, Pepper
from augury.lake import client_day, client_training, model_prefix
from augury.local.functions import FunctionConfiguration, FunctionFailed, LocalFunction
from augury.names import ClientName, PipelineName, Version
from augury.registry import Registry
from augury.routes import PREPARE_HANDLER, REGISTER_HANDLER
from augury.serving import ModelCache, PipelineDirectory, PredictionEngine, Served
from augury.training.container import main
from infra.training_config import TrainingConfig
from infra.training_machine import machine
from tests import state_machines
from tests.conftest import REGION
from tests.services import Service, answer, service
from tests.unit.serving.test_engine import ask
from training import iris_xgboost

ACME, IRIS = ClientName("acme"), PipelineName("iris")
MACHINE = f"arn:aws:states:{REGION}:123456789012:stateMachine:training"
SMALL = """
from sklearn.pipeline import Pipeline
from augury.pipelines import FeatureIdTransform, XGBoostClassifier

def build_pipeline():
    ids = FeatureIdTransform("name", "nameId", zero_based=True)
    return Pipeline([("ids", ids), ("xgb", XGBoostClassifier("nameId", "name", excluded=["name"], n_estimators=3))])
"""


@dataclass
class Cloud:
    """A stage with training, and what ran on it."""

    aws: Connection
    store: ObjectStore
    registry: Registry
    trust: Trust
    place: Path
    runs: list[state_machines.Run | Exception] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)

    def start(self, given: Any) -> None:
        """Run the state machine as Step Functions does, from the input to the last state."""
        definition = machine(
            prepare="prepare", register="register", image="trainer:1", region=REGION, partition="aws", config=CONFIG
        )
        context = {"Execution": {"StartTime": "2026-11-23T09:30:00.250Z"}}
        tasks = {"lambda:invoke": self._invoke, "sagemaker:createTrainingJob.sync": self._train}
        try:
            self.runs.append(state_machines.run(definition, given, tasks, context))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the execution's end
            self.runs.append(error)

    def _invoke(self, parameters: dict[str, Any]) -> Any:
        handlers = {"prepare": PREPARE_HANDLER, "register": REGISTER_HANDLER}
        name = parameters["FunctionName"]
        with LocalFunction(FunctionConfiguration(name, handlers[name])) as function:
            try:
                return {"Payload": function.invoke(parameters["Payload"])}
            except FunctionFailed as failed:
                raise RuntimeError(json.dumps({"errorMessage": str(failed.__cause__)})) from failed

    def _train(self, parameters: dict[str, Any]) -> Any:
        """Start the job at SageMaker, and do what its machine would."""
        sagemaker = self.aws.sagemaker()
        sagemaker.create_training_job(**parameters)
        self.jobs.append(parameters)
        name, base = parameters["TrainingJobName"], self.place / parameters["TrainingJobName"]
        self._lay(base, parameters)
        out, err = io.StringIO(), io.StringIO()
        code = main(["train"], {"SAGEMAKER_BASE_DIR": str(base), "TRAINING_JOB_NAME": name}, out, err)
        self._print(name, out.getvalue() + err.getvalue())
        if code:
            raise RuntimeError(json.dumps({"FailureReason": (base / "output" / "failure").read_text()}))
        return sagemaker.describe_training_job(TrainingJobName=name)

    def _lay(self, base: Path, parameters: dict[str, Any]) -> None:
        (base / "input" / "config").mkdir(parents=True)
        (base / "input" / "config" / "hyperparameters.json").write_text(json.dumps(parameters["HyperParameters"]))
        (base / "checkpoints").mkdir()
        for channel in parameters["InputDataConfig"]:
            directory = base / "input" / "data" / channel["ChannelName"]
            directory.mkdir(parents=True)
            prefix = channel["DataSource"]["S3DataSource"]["S3Uri"].removeprefix(f"s3://{self.store.bucket}/")
            for found in self.store.list(prefix):
                (directory / found.key.removeprefix(prefix)).write_bytes(self.store.get(found.key))

    def _print(self, job: str, text: str) -> None:
        if not text:
            return
        logs, stream = self.aws.logs(), f"{job}/algo-1-1"
        logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName=stream)
        events = [{"timestamp": int(time.time() * 1000), "message": line} for line in text.splitlines()]
        logs.put_log_events(logGroupName=LOG_GROUP, logStreamName=stream, logEvents=events)


CONFIG = TrainingConfig(clients=("acme",), spot=True)


@pytest.fixture
def cloud(
    store: ObjectStore, table: Table, aws: Connection, pepper: Pepper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cloud]:
    monkeypatch.setattr(ECDSAPrivateKey, "sign", sign_digest)
    keys = KeyService(aws.kms())
    key = aws.kms().create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    aws.logs().create_log_group(logGroupName=LOG_GROUP)
    settings = {"stage": "dev", "bucket": store.bucket, "table": table.name, "artifact_signing_key": key}
    settings |= {"training_roles": "arn:aws:iam::123456789012:role/", "training_clients": "acme"}
    for name, value in (settings | {"trusted_artifact_keys": key}).items():
        monkeypatch.setenv(f"AUGURY_{name.upper()}", value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    made = Cloud(aws, store, Registry(table), Trust.read(key, service=keys), tmp_path)
    with service() as states:
        states.answering = answering_for(made)
        monkeypatch.setenv("AWS_ENDPOINT_URL_SFN", f"http://127.0.0.1:{states.port}")
        make_stacks(aws, store.bucket, table.name, key)
        ClientAdmin(table, pepper).create(ACME)
        yield made


def sign_digest(key: ECDSAPrivateKey, message: bytes, signing_algorithm: str) -> bytes:
    """Take a digest for one, as KMS does: moto 5.2 hashes it once more."""
    return bytes(key.private_key.sign(message, ec.ECDSA(Prehashed(SHA256()))))


def make_stacks(aws: Connection, bucket: str, table: str, key: str) -> None:
    outputs = {
        "Data": {"BucketName": bucket, "TableName": table, "PepperSecretArn": "arn:pepper", "TrustedArtifactKeys": key},
        "Api": {"ApiUrl": "https://api.example.com"},
        "Training": {"TrainingMachineArn": MACHINE},
    }
    for stack, values in outputs.items():
        template = {
            "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
            "Outputs": {name: {"Value": value} for name, value in values.items()},
        }
        aws.cloudformation().create_stack(StackName=f"Augury-dev-{stack}", TemplateBody=json.dumps(template))


def answering_for(cloud: Cloud) -> Any:
    """Return what answers as Step Functions' API does: to start the same execution again starts nothing."""
    started: dict[str, threading.Thread] = {}

    def state(action: str, asked: dict[str, Any]) -> dict[str, Any]:
        if action == "StartExecution":
            if asked["name"] not in started:
                started[asked["name"]] = threading.Thread(target=cloud.start, args=(json.loads(asked["input"]),))
                started[asked["name"]].start()
            return {"executionArn": asked["name"], "startDate": 1.0}
        is_over = not started[asked["executionArn"]].is_alive()
        ended = cloud.runs[-1] if is_over else state_machines.Run(None)
        if action == "GetExecutionHistory":
            exited = {} if isinstance(ended, Exception) else ended.exited
            exits = [{"name": name, "output": json.dumps(output)} for name, output in exited.items()]
            entry = {"timestamp": 1.0, "type": "TaskStateExited", "id": 1}
            return {"events": [{**entry, "stateExitedEventDetails": details} for details in exits]}
        told: dict[str, Any] = {
            "executionArn": asked["executionArn"],
            "stateMachineArn": MACHINE,
            "startDate": 1.0,
            "status": "RUNNING",
        }
        if not is_over:
            return told
        if isinstance(ended, Exception):
            return told | {"status": "FAILED", "error": "States.TaskFailed", "cause": str(ended)}
        return told | {"status": "SUCCEEDED", "output": json.dumps(ended.output)}

    def answered(handler: BaseHTTPRequestHandler, remote: Service) -> None:
        action = handler.headers["X-Amz-Target"].partition(".")[2]
        answer(handler, json.dumps(state(action, json.loads(remote.asked[-1].content))).encode())

    return answered


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    (tmp_path / "iris_small.py").write_text(SMALL)
    return tmp_path / "iris_small.py"


def send_flowers(store: ObjectStore) -> None:
    lines = "".join(json.dumps(event) + "\n" for event in iris_xgboost.example_events())
    store.put(client_day(ACME, datetime.now(UTC).date()) + "flowers.ndjson", lines.encode())


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> Result:
    monkeypatch.setattr("augury.training_jobs.following.EVERY_S", 0.2)
    told = ["pipeline", "train", *map(str, arguments), "--client", "acme", "--on", "aws", "--folds", "2"]
    return CliRunner().invoke(app, told)


def answered_flower(cloud: Cloud) -> str:
    models = ModelCache(cloud.store, cloud.place / "models", 10**9, cloud.trust)
    logged: list[Served] = []
    engine = PredictionEngine(PipelineDirectory(cloud.registry, ttl_s=5), models, logged.append)
    return str(engine.predict(ACME, ask()).predictions[0][0]["predictedClass"])


def test_a_clients_events_become_a_version_that_answers(
    cloud: Cloud, definition: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    send_flowers(cloud.store)

    told = run(monkeypatch, definition, "--register", "--json", "--report", tmp_path / "report.html")

    assert told.exit_code == 0, (told.output, told.exception)
    document = json.loads(told.stdout)
    assert (document["pipeline"], document["version"], document["revision"]) == ("iris", "20261123-093000", 1)
    assert document["rows"] == 150
    assert answered_flower(cloud) == "Iris-virginica"
    assert (tmp_path / "report.html").read_bytes().startswith(b"<!doctype html>")
    (job,) = cloud.jobs
    assert job["RoleArn"] == "arn:aws:iam::123456789012:role/augury-dev-training-acme"
    assert {one["Key"] for one in job["Tags"]} == {"augury:client", "augury:pipeline", "augury:version"}
    own = f"s3://{cloud.store.bucket}/{client_training(ACME)}"
    places = (job["OutputDataConfig"]["S3OutputPath"], job["CheckpointConfig"]["S3Uri"])
    assert all(place.startswith(own) for place in places)


def test_a_person_sees_the_jobs_words_and_what_it_made(
    cloud: Cloud, definition: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    send_flowers(cloud.store)

    told = run(monkeypatch, definition, "--version", "one", "--out", tmp_path / "artifact")

    assert told.exit_code == 0, (told.output, told.exception)
    assert "accuracy=" in told.output
    assert "150 events of acme" in told.output
    assert (tmp_path / "artifact" / "manifest.json").is_file()
    assert "Registered" not in told.output
    assert cloud.registry.version(ACME, IRIS, Version("one")) is None
    assert list(cloud.store.list(model_prefix(ACME, IRIS, Version("one"))))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (SMALL, "has no events from"),
        ("raise RuntimeError('of the definition')", "of the definition"),
        ("x = 1", "does not define build_pipeline()"),
    ],
)
def test_why_a_job_failed_is_said_in_its_own_words(
    cloud: Cloud, definition: Path, monkeypatch: pytest.MonkeyPatch, source: str, reason: str
) -> None:
    definition.write_text(source)

    told = run(monkeypatch, definition, "--register")

    assert told.exit_code != 0
    assert reason in str(told.exception)
    assert cloud.registry.deployment(ACME, IRIS) is None


def test_a_client_without_a_training_role_is_told_where_to_add_it(
    cloud: Cloud, definition: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUGURY_TRAINING_CLIENTS", "others")

    told = run(monkeypatch, definition)

    assert "client 'acme' does not train on stage 'dev': add it" in str(told.exception)
    assert cloud.jobs == []


def test_the_definition_is_not_run_by_the_command(
    cloud: Cloud, definition: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    definition.write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write(str(__import__('os').getpid()))\n{SMALL}")
    monkeypatch.setattr("tests.integration.test_training_on_aws.main", lambda *_: 0)

    run(monkeypatch, definition)

    assert not (tmp_path / "ran").exists()
    assert os.getpid()


def test_what_the_job_was_not_asked_for_is_not_registered(
    cloud: Cloud, definition: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that publishes an artifact of another pipeline under the prefix that it was given."""
    send_flowers(cloud.store)
    assert run(monkeypatch, definition, "--version", "one").exit_code == 0
    stolen, target = model_prefix(ACME, IRIS, Version("one")), model_prefix(ACME, IRIS, Version("two"))

    def copies(*_: object) -> int:
        for found in list(cloud.store.list(stolen)):
            cloud.store.put(target + found.key.removeprefix(stolen), cloud.store.get(found.key))
        return 0

    monkeypatch.setattr("tests.integration.test_training_on_aws.main", copies)
    told = run(monkeypatch, definition, "--version", "two", "--register")

    assert "it names another client, pipeline or version" in str(told.exception)
    assert cloud.registry.deployment(ACME, IRIS) is None
