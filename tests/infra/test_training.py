"""Training on AWS: what a client's job may do, what the state machine is, and when it runs."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from augury.aws import AwsUnavailable
from augury.lake import client_day, model_prefix, training_definition_key, training_output
from augury.names import ClientName, PipelineName, Version
from augury.training.container import read_hyperparameters
from augury.training_jobs import Stage, plan_job, read_request, role_name
from infra.training_config import TrainingConfig, TrainingSchedule
from tests import state_machines
from tests.infra.conftest import ROOT
from tests.infra.templates import StageTemplates, as_list
from tests.infra.training_app import LONG, NIGHTLY, synthesise

ACME, OTHER = ClientName("acme"), ClientName("acme-2")
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> StageTemplates:
    return StageTemplates.read(synthesise(tmp_path_factory.mktemp("training")), "dev")


@pytest.fixture(scope="module")
def bucket(stage: StageTemplates) -> str:
    return f"{{{stage.only('AWS::S3::Bucket', 'LakeBucket').name}.Arn}}"


def role(stage: StageTemplates, client: str) -> str:
    [found] = [
        one.name
        for one in stage.resources("AWS::IAM::Role")
        if one.properties.get("RoleName") == role_name("dev", ClientName(client))
    ]
    return found


def allowed(stage: StageTemplates, client: str, action: str, resource: str) -> list[dict[str, Any]]:
    return [
        statement
        for statement in stage.statements_of(role(stage, client))
        if any(fnmatchcase(action, one) for one in as_list(statement["Action"]))
        and any(fnmatchcase(resource, one) for one in as_list(statement["Resource"]))
    ]


@pytest.mark.parametrize(
    ("action", "keys"),
    [
        ("s3:GetObject", {"events", "model", "definition", "output"}),
        ("s3:PutObject", {"model", "definition", "output"}),
        ("s3:DeleteObject", set()),
    ],
)
def test_a_clients_jobs_reach_its_own_prefix_and_no_others(
    stage: StageTemplates, bucket: str, action: str, keys: set[str]
) -> None:
    def keys_of(client: ClientName) -> dict[str, str]:
        return {
            "events": client_day(client, DAY) + "augury-01.json.gz",
            "model": model_prefix(client, PipelineName("iris"), Version("1")) + "manifest.json",
            "definition": training_definition_key(client, "0123", "iris.py"),
            "output": training_output(client, "job") + "output/model.tar.gz",
        }

    own = {name for name, key in keys_of(ACME).items() if allowed(stage, "acme", action, f"{bucket}/{key}")}
    foreign = {name for name, key in keys_of(OTHER).items() if allowed(stage, "acme", action, f"{bucket}/{key}")}

    assert own == keys
    assert foreign == set()
    assert not allowed(stage, "acme", action, f"{bucket}/logs/events.2026/11/23/09/x.gz")


def test_a_clients_jobs_list_its_own_prefix_only(stage: StageTemplates, bucket: str) -> None:
    (statement,) = allowed(stage, "acme", "s3:ListBucket", bucket)

    prefixes = statement["Condition"]["StringLike"]["s3:prefix"]
    assert any(fnmatchcase(client_day(ACME, DAY), prefix) for prefix in prefixes)
    assert all(prefix.startswith("clients/acme/") for prefix in prefixes)


def test_jobs_sign_and_neither_change_the_key_nor_reach_the_registry(stage: StageTemplates) -> None:
    key = f"{{{stage.only('AWS::KMS::Key').name}.Arn}}"
    table = f"{{{stage.only('AWS::DynamoDB::Table').name}.Arn}}"

    assert allowed(stage, "acme", "kms:Sign", key)
    assert not allowed(stage, "acme", "kms:PutKeyPolicy", key)
    assert not any(allowed(stage, "acme", f"dynamodb:{action}", table) for action in ("GetItem", "PutItem", "Query"))
    assert not any(allowed(stage, "acme", action, "anything") for action in ("iam:PassRole", "sts:AssumeRole"))


def test_only_sagemaker_of_this_account_takes_a_clients_role(stage: StageTemplates) -> None:
    for client in ("acme", LONG):
        found = next(one for one in stage.resources("AWS::IAM::Role") if one.name == role(stage, client))
        (trusting,) = found.properties["AssumeRolePolicyDocument"]["Statement"]

        assert trusting["Principal"] == {"Service": "sagemaker.amazonaws.com"}
        assert trusting["Condition"] == {"StringEquals": {"aws:SourceAccount": "{AWS::AccountId}"}}
        assert {"Key": "augury:client", "Value": client} in found.properties["Tags"]


def test_registration_reads_artifacts_and_adds_to_the_registry_and_nothing_more(
    stage: StageTemplates, bucket: str
) -> None:
    table = f"{{{stage.only('AWS::DynamoDB::Table').name}.Arn}}"
    model = f"{bucket}/{model_prefix(ACME, PipelineName('iris'), Version('1'))}manifest.json"

    assert stage.may("register", "s3:GetObject", model)
    assert stage.may("register", "dynamodb:PutItem", table, "CLIENT#acme")
    assert not stage.may("register", "dynamodb:PutItem", table, "SIGNING")
    assert not any(stage.may("register", action, model) for action in ("s3:PutObject", "s3:DeleteObject"))
    assert not stage.may("register", "dynamodb:DeleteItem", table, "CLIENT#acme")


def test_preparation_lays_definitions_down_and_reads_nothing(stage: StageTemplates, bucket: str) -> None:
    definition = f"{bucket}/{training_definition_key(ACME, '0123', 'iris.py')}"
    model = f"{bucket}/{model_prefix(ACME, PipelineName('iris'), Version('1'))}manifest.json"

    assert stage.may("prepare", "s3:PutObject", definition)
    assert not stage.may("prepare", "s3:PutObject", model)
    assert not stage.may("prepare", "s3:GetObject", definition)


def machine_role(stage: StageTemplates) -> str:
    properties = stage.only("AWS::StepFunctions::StateMachine").properties
    return str(properties["RoleArn"]).strip("{}").removesuffix(".Arn")


def test_the_machine_passes_the_roles_of_training_clients_to_sagemaker_and_no_other(stage: StageTemplates) -> None:
    (passing,) = [one for one in stage.statements_of(machine_role(stage)) if one["Action"] == "iam:PassRole"]

    assert set(passing["Resource"]) == {f"{{{role(stage, client)}.Arn}}" for client in ("acme", LONG)}
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


def test_the_machine_starts_jobs_of_its_stage_only(stage: StageTemplates) -> None:
    (starting,) = [
        one
        for one in stage.statements_of(machine_role(stage))
        if "sagemaker:CreateTrainingJob" in as_list(one["Action"])
    ]

    assert starting["Resource"].endswith(":training-job/augury-dev-*")


def test_the_machine_writes_down_what_happens_but_not_the_text_of_definitions(stage: StageTemplates) -> None:
    properties = stage.only("AWS::StepFunctions::StateMachine").properties

    assert properties["LoggingConfiguration"]["Level"] == "ALL"
    assert not properties["LoggingConfiguration"].get("IncludeExecutionData")
    assert properties["TracingConfiguration"] == {"Enabled": True}


def request_of(schedule: TrainingSchedule) -> dict[str, Any]:
    return schedule.request(ROOT).model_dump(mode="json", exclude_defaults=True)


def planned(document: dict[str, Any]) -> dict[str, Any]:
    there = Stage("dev", "lake", "arn:aws:kms:eu-west-1:1:key/k", "arn:aws:iam::1:role/", frozenset({"acme"}))
    return plan_job(read_request(document), there, datetime(2026, 11, 23, 3, tzinfo=UTC)).as_json()


def test_what_the_template_asks_of_sagemaker_is_what_sagemaker_takes(stage: StageTemplates) -> None:
    definition = json.loads(stage.only("AWS::StepFunctions::StateMachine").properties["DefinitionString"])
    started: list[dict[str, Any]] = []
    plan = planned(request_of(NIGHTLY))

    def train(asked: dict[str, Any]) -> dict[str, Any]:
        started.append(asked)
        return {"TrainingJobStatus": "Completed"}

    tasks: dict[str, state_machines.Task] = {
        "lambda:invoke": lambda asked: {"Payload": plan if "request" in asked["Payload"] else {"revision": 7}},
        "sagemaker:createTrainingJob.sync": train,
    }

    ended = state_machines.run(definition, {}, tasks, {"Execution": {"StartTime": "2026-11-23T03:00:00Z"}})

    service = botocore.session.get_session().get_service_model("sagemaker")
    shape = service.operation_model("CreateTrainingJob").input_shape
    assert shape is not None
    assert not ParamValidator().validate(started[0], shape).generate_report()
    assert ended.output["registered"] == {"revision": 7}


def test_what_was_trained_is_not_lost_to_a_moment_in_which_aws_did_not_answer(stage: StageTemplates) -> None:
    states = json.loads(stage.only("AWS::StepFunctions::StateMachine").properties["DefinitionString"])["States"]

    for name in ("Prepare", "Register"):
        (retry,) = states[name]["Retry"]
        # A function's error is called after its class.
        assert AwsUnavailable.__name__ in retry["ErrorEquals"]


def test_the_container_understands_what_a_scheduled_job_is_told(tmp_path: Path) -> None:
    (tmp_path / "hyperparameters.json").write_text(json.dumps(planned(request_of(NIGHTLY))["job"]["HyperParameters"]))

    told = read_hyperparameters(tmp_path / "hyperparameters.json", ["train"])

    assert (told.client, told.pipeline, told.version) == ("acme", "iris", "20261123-030000")
    assert (told.first, told.last, told.lake) == (date(2026, 10, 25), DAY, "lake")
    assert told.signing_key == "arn:aws:kms:eu-west-1:1:key/k"


def test_a_schedule_starts_the_machine_with_the_definition_as_it_is_in_the_project(stage: StageTemplates) -> None:
    schedule = stage.only("AWS::Scheduler::Schedule").properties

    assert schedule["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert schedule["Target"]["Arn"] == f"{{{stage.only('AWS::StepFunctions::StateMachine').name}}}"
    asked = read_request(json.loads(schedule["Target"]["Input"]))
    assert (asked.client, asked.pipeline, asked.days, asked.registers) == ("acme", "iris", 30, True)
    assert asked.source == (ROOT / "training/iris_xgboost.py").read_text()


def test_the_command_line_finds_the_machine(stage: StageTemplates) -> None:
    assert stage.output("Training", "TrainingMachineArn") == (
        f"{{{stage.only('AWS::StepFunctions::StateMachine').name}}}"
    )


def test_a_stage_without_training_clients_has_the_machine_and_passes_no_role(templates: StageTemplates) -> None:
    actions = [action for one in templates.statements_of(machine_role(templates)) for action in as_list(one["Action"])]

    assert "sagemaker:CreateTrainingJob" in actions
    assert "iam:PassRole" not in actions


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"clients": ("No Name",)}, "client name 'No Name' is not valid"),
        ({"schedules": (NIGHTLY,)}, "'acme' has a schedule, and must be one of its clients too"),
        ({"instance_type": "m5.xlarge"}, "instance_type is 'm5.xlarge', and must be one such as ml.m5.xlarge"),
        ({"volume_gib": 0}, "volume_gib is 0, and must be 1 to 16384"),
        ({"max_runtime_s": 1}, "max_runtime_s is 1, and must be 60"),
    ],
)
def test_a_value_that_sagemaker_would_not_take_is_refused_by_its_name(wrong: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        TrainingConfig(**wrong)


def test_a_schedule_that_does_not_repeat_is_refused() -> None:
    with pytest.raises(ValueError, match="when is 'daily', and must be rate"):
        TrainingSchedule(client="acme", pipeline="iris", definition="training/iris_xgboost.py", when="daily", days=1)
