"""``augury deploy`` and ``undeploy`` of a Lambda function, by the outputs of a stage's stacks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from moto import mock_aws
from typer.testing import CliRunner

from augury.aws.connection import Connection
from augury.cli.app import app
from augury.deployment.clock import WallClock
from augury.names import ClientName, PipelineName
from augury.registry import LambdaTarget, Registry
from tests.conftest import REGION, make_table

IMAGES = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/images"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
GOOD = '{"predictions": [{"prediction": 1, "predictedClass": null, "confidence": null}]}'
BAD = '{"score": 1}'
ACME = ClientName("acme")


def augury(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["--stage", "dev", *arguments])


def told(*arguments: str) -> str:
    outcome = augury(*arguments)
    assert outcome.exit_code == 0, f"{outcome.output}{outcome.exception}"
    return str(outcome.stdout)


def answers(*bodies: str) -> None:
    """Have moto's functions, which run no image, answer so in turn."""
    told = {"results": list(bodies), "region": REGION}
    response = requests.post(
        "http://motoapi.amazonaws.com/moto-api/static/lambda-simple/response", json=told, timeout=5
    )
    assert response.status_code == 201


def push(connection: Connection, tag: str) -> None:
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "tag": tag})
    arguments = {"imageManifest": manifest, "imageTag": tag, "imageManifestMediaType": MANIFEST}
    connection.ecr().put_image(repositoryName="images", **arguments)


def bring_up(connection: Connection) -> None:
    """Make the outputs of the stacks that the command line reads."""
    outputs = {
        "Data": {
            "BucketName": "bucket",
            "TableName": "augury-test",
            "PepperSecretArn": "augury-pepper",
            "MicroserviceBoundaryArn": "arn:aws:iam::123456789012:policy/boundary",
            "MicroserviceRepositoryUri": IMAGES,
        },
        "Api": {"ApiUrl": "https://api.example.com"},
    }
    for stack, values in outputs.items():
        template = {
            "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
            "Outputs": {name: {"Value": value} for name, value in values.items()},
        }
        connection.cloudformation().create_stack(StackName=f"Augury-dev-{stack}", TemplateBody=json.dumps(template))


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Connection]:
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(WallClock, "sleep", lambda *_: None)
    with mock_aws(config={"lambda": {"use_docker": False}}):
        connection = Connection(region=REGION)
        make_table(connection)
        bring_up(connection)
        connection.secretsmanager().create_secret(Name="augury-pepper", SecretString="a pepper of these tests")
        connection.ecr().create_repository(repositoryName="images")
        connection.s3().create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
        push(connection, "1")
        told("client", "create", "acme", "--json")
        yield connection


def target(connection: Connection) -> LambdaTarget | None:
    from augury.aws import Table

    deployment = Registry(Table(connection.dynamodb(), "augury-test")).deployment(ACME, PipelineName("scores"))
    if deployment is None:
        return None
    found = deployment.variations[0].target
    assert isinstance(found, LambdaTarget)
    return found


def test_a_function_is_brought_up_and_taken_down(connection: Connection) -> None:
    planned = json.loads(told("deploy", "scores", IMAGES, "1", "acme", "--dry-run", "--json"))
    assert [one["step"] for one in planned["steps"]][:4] == ["log-group", "role", "function", "publish"]
    assert planned["image"].startswith(f"{IMAGES}@sha256:")
    assert target(connection) is None
    answers(GOOD)
    shown = told("deploy", "scores", IMAGES, "1", "acme")
    assert "scores 1 answers everywhere within 10 seconds" in shown
    assert target(connection) == LambdaTarget(function="augury-dev_acme_scores", alias="live")
    assert "Nothing was left to be done" in told("deploy", "scores", IMAGES, "1", "acme")
    assert "all that answers" in str(augury("undeploy", "scores", "acme").exception)
    told("undeploy", "scores", "acme", "--force")
    assert connection.function_admin().list_functions()["Functions"] == []
    assert connection.iam().list_roles()["Roles"] == []


def test_the_service_of_a_deleted_client_is_named_and_can_still_be_taken_down(connection: Connection) -> None:
    answers(GOOD)
    told("deploy", "scores", IMAGES, "1", "acme")
    asked = CliRunner().invoke(app, ["--stage", "dev", "client", "delete", "acme"], input="n\n")
    assert "These go on running, and cost: lambda:augury-dev_acme_scores:live" in asked.output
    left = json.loads(told("client", "delete", "acme", "--yes", "--json"))
    assert left["data"]["services"] == ["lambda:augury-dev_acme_scores:live", "lambda:augury-dev_acme_scores:stable"]
    told("undeploy", "scores", "acme")
    assert connection.function_admin().list_functions()["Functions"] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--rollback", "--dry-run"), "--rollback and --dry-run exclude each other"),
        (("--replicas", "3"), "--replicas is for --target eks"),
        (("--sample", "@nowhere.json"), "--sample: nowhere.json can't be read: No such file or directory"),
    ],
)
def test_options_that_can_have_no_effect_are_refused(
    connection: Connection, options: tuple[str, ...], said: str
) -> None:
    assert said in str(augury("deploy", "scores", IMAGES, "1", "acme", *options).exception)


def test_what_there_is_not_is_not_said_to_be_gone(connection: Connection) -> None:
    assert "acme has no service 'scroes' on Lambda: there was nothing to take down." in told(
        "undeploy", "scroes", "acme"
    ).replace("\n", " ")


def test_an_image_that_breaks_the_contract_is_refused_with_the_command_that_goes_on(connection: Connection) -> None:
    answers(BAD)
    outcome = augury("deploy", "scores", IMAGES, "1", "acme", "--timeout", "5")
    assert outcome.exit_code == 1
    assert "predictions must be a list" in str(outcome.exception)
    command = f"augury --stage dev deploy scores {IMAGES} 1 acme --timeout 5.0"
    assert f"Go on with `{command}`, or back with `{command} --rollback`" in str(outcome.exception)
    assert target(connection) is None


def test_an_image_that_there_is_not_is_named(connection: Connection) -> None:
    assert f"there is no image {IMAGES}:2" in str(augury("deploy", "scores", IMAGES, "2", "acme").exception)


def test_an_image_of_another_registry_is_copied_once(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def docker(words: list[str], text: str | None) -> None:
        ran.append(words[0])
        if words[0] == "push":
            push(connection, words[-1].rpartition(":")[2])

    monkeypatch.setattr("augury.deployment.mirroring.run_docker", docker)
    planned = json.loads(told("deploy", "scores", "acme/scores", "1.4", "acme", "--push", "--dry-run", "--json"))
    assert planned["image"] == f"{IMAGES}:acme.scores.1.4"
    assert planned["steps"][0]["says"] == f"copy acme/scores:1.4 to {IMAGES}:acme.scores.1.4"
    assert ran == []
    answers(GOOD)
    told("deploy", "scores", "acme/scores", "1.4", "acme", "--push")
    assert ran == ["image", "login", "tag", "push"]
    told("deploy", "scores", "acme/scores", "1.4", "acme", "--push")
    assert len(ran) == 4
