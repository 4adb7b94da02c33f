"""Logical ids that must never change: CloudFormation would make a new, empty resource and let go of the old one."""

from __future__ import annotations

from tests.infra.templates import StageTemplates

HOLDS_STATE = (
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::SecretsManager::Secret",
    "AWS::KMS::Key",
    "AWS::SQS::Queue",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::ECR::Repository",
    "AWS::ApiGatewayV2::Api",
)
"""Types whose resources hold what can't be made again, or are what the world knows a stage by."""

NEVER_TO_CHANGE = {
    "Data:LakeAccessLogs4431AB8D",
    "Data:LakeBucketB1D32E10",
    "Data:Records091F6ECA",
    "Data:SigningSecretCF7EC744",
    "Data:Pepper2B9638F2",
    "Data:ArtifactsKeyA4B22E2B",
    "Data:MicroservicesImages954132AB",
    "Data:RawObjectsDeadLetters107A200C",
    "Data:RawObjectsQueueC5454047",
    "Data:LakeEvents73ABD5F2",
    "Data:LakeRefusalsB95F8D9C",
    "Data:LakePredictionsF9D0806F",
    "Data:LakeFeedbackB78020F2",
    "Api:FrontApi91359512",
}
"""New ones may be added; none may be changed or removed while a stage is deployed."""


def test_what_holds_state_keeps_its_logical_id(templates: StageTemplates) -> None:
    found = {
        resource.name.removeprefix(f"Augury-{templates.stage}-")
        for kind in HOLDS_STATE
        for resource in templates.resources(kind)
    }

    assert found == NEVER_TO_CHANGE
