"""What every function has, and what each is told."""

from __future__ import annotations

import pytest

from augury.config import FunctionSettings
from augury.routes import ROTATE_HANDLER, SPLIT_HANDLER, Function
from infra.functions import environment
from tests.infra.templates import StageTemplates

API_GATEWAY_WAITS_S = 30

SETTINGS = {
    "token": {"table", "signing_secret", "pepper_secret"},
    "rotate": {"table", "signing_secret"},
    "ingest": {"table", "bucket", "events_stream", "refusals_stream"},
    "predict": {
        "table",
        "bucket",
        "predictions_stream",
        "trusted_artifact_keys",
        "allow_unsigned_artifacts",
        "heavy_function",
    },
    "predictheavy": {"bucket", "trusted_artifact_keys", "allow_unsigned_artifacts", "pandas_lane"},
    "feedback": {"table", "bucket", "feedback_stream"},
    "split": {"bucket", "table"},
    "prepare": {"bucket", "artifact_signing_key", "training_roles", "training_clients"},
    "register": {"bucket", "table", "trusted_artifact_keys", "allow_unsigned_artifacts"},
}


def test_functions_are_those_of_the_design(templates: StageTemplates) -> None:
    assert len(templates.resources("AWS::Lambda::Function")) == len(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_function_is_told_of_what_it_needs_and_of_nothing_else(templates: StageTemplates, name: str) -> None:
    variables = templates.function(name).properties["Environment"]["Variables"]
    known = {
        "table": f"{{{templates.only('AWS::DynamoDB::Table').name}}}",
        "bucket": f"{{{templates.only('AWS::S3::Bucket', 'LakeBucket').name}}}",
        "events_stream": f"{{{templates.only('AWS::KinesisFirehose::DeliveryStream', 'LakeEvents').name}}}",
        "refusals_stream": f"{{{templates.only('AWS::KinesisFirehose::DeliveryStream', 'Refusals').name}}}",
        "predictions_stream": f"{{{templates.only('AWS::KinesisFirehose::DeliveryStream', 'Predictions').name}}}",
        "feedback_stream": f"{{{templates.only('AWS::KinesisFirehose::DeliveryStream', 'Feedback').name}}}",
        "signing_secret": f"{{{templates.only('AWS::SecretsManager::Secret', 'SigningSecret').name}}}",
        "pepper_secret": f"{{{templates.only('AWS::SecretsManager::Secret', 'Pepper').name}}}",
        "trusted_artifact_keys": f"{{{templates.only('AWS::KMS::Key').name}.Arn}}",
        "allow_unsigned_artifacts": "false",
        "heavy_function": f"{{{templates.function('predictheavy').name}}}",
        "pandas_lane": "true",
        "artifact_signing_key": f"{{{templates.only('AWS::KMS::Key').name}.Arn}}",
        "training_roles": "arn:{AWS::Partition}:iam::{AWS::AccountId}:role/",
        "training_clients": "",
    }
    expected = {f"AUGURY_{field.upper()}": known[field] for field in SETTINGS[name]}

    assert variables == expected | {"AUGURY_STAGE": templates.stage, "POWERTOOLS_SERVICE_NAME": f"augury-{name}"}


def test_settings_are_read_back_from_the_environment_that_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in environment("token", "prod", {"signing_secret": "arn:secret"}).items():
        monkeypatch.setenv(variable, value)

    assert (FunctionSettings().stage, FunctionSettings().require("signing_secret")) == ("prod", "arn:secret")


def test_a_setting_that_no_function_reads_is_refused() -> None:
    with pytest.raises(ValueError, match="FunctionSettings has no tabel"):
        environment("token", "prod", {"tabel": "x"})


@pytest.mark.parametrize("name", SETTINGS)
def test_a_function_is_traced_and_logs_to_a_group_that_forgets(templates: StageTemplates, name: str) -> None:
    function = templates.function(name).properties
    groups = {f"{{{group.name}}}": group.properties for group in templates.resources("AWS::Logs::LogGroup")}

    assert function["TracingConfig"] == {"Mode": "Active"}
    assert function["Architectures"] == ["x86_64"]
    assert groups[function["LoggingConfig"]["LogGroup"]]["RetentionInDays"] > 0
    assert function.get("Runtime", "python3.13") == "python3.13"


@pytest.mark.parametrize("name", [function.value for function in Function])
def test_a_function_gives_up_before_api_gateway_does(templates: StageTemplates, name: str) -> None:
    assert templates.function(name).properties["Timeout"] < API_GATEWAY_WAITS_S


@pytest.mark.parametrize(("name", "handler"), [("split", SPLIT_HANDLER), ("rotate", ROTATE_HANDLER)])
def test_a_function_without_a_route_has_its_handler(templates: StageTemplates, name: str, handler: str) -> None:
    assert templates.function(name).properties["Handler"] == handler


def test_split_is_fed_by_the_queue_and_says_which_messages_failed(templates: StageTemplates) -> None:
    source = templates.only("AWS::Lambda::EventSourceMapping").properties
    queue = templates.only("AWS::SQS::Queue", "RawObjectsQueue").name

    assert source["FunctionName"] == f"{{{templates.function('split').name}}}"
    assert source["EventSourceArn"] == f"{{{queue}.Arn}}"
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_signing_key_is_made_with_the_first_deployment_and_replaced_every_month(templates: StageTemplates) -> None:
    rotation = templates.only("AWS::SecretsManager::RotationSchedule")

    assert rotation.properties["RotateImmediatelyOnUpdate"] is True
    assert rotation.properties["RotationRules"] == {"ScheduleExpression": "rate(30 days)"}
    assert rotation.properties["RotationLambdaARN"] == f"{{{templates.function('rotate').name}.Arn}}"
    assert (
        rotation.properties["SecretId"] == f"{{{templates.only('AWS::SecretsManager::Secret', 'SigningSecret').name}}}"
    )


def test_the_first_rotation_waits_until_the_function_may_do_it(templates: StageTemplates) -> None:
    rotation = templates.only("AWS::SecretsManager::RotationSchedule")
    policy = templates.only("AWS::IAM::Policy", "RotateRole").name.partition(":")[2]

    assert policy in rotation.attributes["DependsOn"]
