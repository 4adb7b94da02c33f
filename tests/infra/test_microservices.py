"""What a stage has for clients' own images: a repository, and bounds for what their functions may do."""

from __future__ import annotations

from fnmatch import fnmatchcase

from augury.deployment import Microservice
from augury.deployment.lambda_plan import lambda_answering
from augury.names import ClientName, PipelineName, ServiceName
from tests.infra.templates import StageTemplates, as_list

IN_ACCOUNT = "arn:{AWS::Partition}:lambda:{AWS::Region}:{AWS::AccountId}:function:"


def service(stage: str) -> Microservice:
    return Microservice(name=ServiceName("scores"), client=ClientName("acme"), stage=stage, image="", version="1")


def test_tags_of_images_never_move_and_images_are_scanned(templates: StageTemplates) -> None:
    repository = templates.only("AWS::ECR::Repository").properties
    assert repository["ImageTagMutability"] == "IMMUTABLE"
    assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}


def test_lambda_may_pull_images_for_functions_of_the_stage_only(templates: StageTemplates) -> None:
    (statement,) = templates.only("AWS::ECR::Repository").properties["RepositoryPolicyText"]["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    pattern = statement["Condition"]["ArnLike"]["aws:SourceArn"]
    assert fnmatchcase(f"{IN_ACCOUNT}{service(templates.stage).function}", pattern)
    assert not fnmatchcase(f"{IN_ACCOUNT}{service('another').function}", pattern)


def test_predict_calls_what_is_deployed_later_by_its_aliases_and_nothing_else(templates: StageTemplates) -> None:
    deployed = service(templates.stage)
    answering = lambda_answering(deployed, PipelineName("scores"), None)
    aliases = [one.name.removeprefix("lambda:") for one in (answering.target, answering.stable) if one]
    for alias in aliases:
        assert templates.may("predict", "lambda:InvokeFunction", f"{IN_ACCOUNT}{alias}")
    for other in (deployed.function, f"{deployed.function}:1", "another:live", f"{service('another').function}:live"):
        assert not templates.may("predict", "lambda:InvokeFunction", f"{IN_ACCOUNT}{other}")
    for function in ("token", "ingest", "feedback", "split"):
        assert not templates.may(function, "lambda:InvokeFunction", f"{IN_ACCOUNT}{aliases[0]}")


def test_no_role_of_a_microservice_reaches_beyond_its_logs_and_traces(templates: StageTemplates) -> None:
    statements = templates.only("AWS::IAM::ManagedPolicy", "Boundary").properties["PolicyDocument"]["Statement"]
    allowed = {action: as_list(one["Resource"]) for one in statements for action in as_list(one["Action"])}
    assert set(allowed) == {
        "logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTelemetryRecords", "xray:PutTraceSegments",
    }  # fmt: skip
    (logs,) = allowed["logs:PutLogEvents"]
    assert fnmatchcase(f"/aws/lambda/{service(templates.stage).function}:stream", logs.partition(":log-group:")[2])
    assert not fnmatchcase(f"/aws/lambda/{service('another').function}:stream", logs.partition(":log-group:")[2])


def test_the_command_line_finds_them_by_the_stacks_outputs(templates: StageTemplates) -> None:
    assert "MicroservicesBoundary" in templates.output("Data", "MicroserviceBoundaryArn")
    assert "MicroserviceRepositoryUri" in templates.documents[f"Augury-{templates.stage}-Data"]["Outputs"]
