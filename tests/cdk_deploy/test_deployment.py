"""The app, brought up by the CDK's own command: what there is of it afterwards."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tests.cdk_deploy.conftest import Deployment, Workplace
from tests.cdk_deploy.deployed import DeployedResource
from tests.cdk_deploy.services import READINGS
from tests.infra.templates import StageTemplates

# Bringing the app up, once for all tests, takes minutes on a busy machine.
pytestmark = pytest.mark.timeout(600)


def test_the_commands_of_the_guide_lead_to_a_question_before_anything_is_deployed(deployment: Deployment) -> None:
    before, _, _ = deployment.transcript.partition("(y/n)")

    assert "IAM Statement Changes" in before
    assert "Do you wish to deploy these changes" in before
    assert deployment.stacks_at_first_question == ["CDKToolkit"]


def test_every_stack_is_deployed_after_a_yes(deployment: Deployment, workplace: Workplace) -> None:
    templates = StageTemplates.read(workplace.checkout / "cdk.out", "dev")

    assert set(templates.documents) <= set(workplace.stack_names())


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_every_type_of_the_app_can_be_read_back(deployment: Deployment, workplace: Workplace, stage: str) -> None:
    templates = StageTemplates.read(workplace.checkout / "cdk.out", stage)
    bodies = [body for document in templates.documents.values() for body in document["Resources"].values()]

    assert {body["Type"] for body in bodies} - READINGS.keys() == set()


def test_every_resource_is_there_and_as_its_template_says(deployment: Deployment) -> None:
    assert deployment.differences == []
    assert len(deployment.resources) > 100


def test_every_function_runs_the_code_that_was_published_for_it(deployment: Deployment, workplace: Workplace) -> None:
    functions = [resource for resource in deployment.resources if resource.kind == "AWS::Lambda::Function"]

    assert [function.name for function in functions if not _runs_its_code(workplace, function)] == []
    assert {"ZipFile", "S3Key", "ImageUri"} & set().union(*(each.properties["Code"] for each in functions)) == {
        "S3Key",
        "ImageUri",
    }


def test_secrets_are_made_up_and_not_empty(deployment: Deployment, workplace: Workplace) -> None:
    client = workplace.account.client("secretsmanager")
    secrets = [each.ref for each in deployment.resources if each.kind == "AWS::SecretsManager::Secret"]

    values = [client.get_secret_value(SecretId=ref)["SecretString"] for ref in secrets]

    assert len(set(values)) == len(secrets) > 0
    assert all(len(value) >= 32 for value in values)


def _runs_its_code(workplace: Workplace, function: DeployedResource) -> bool:
    described = workplace.account.client("lambda").get_function(FunctionName=function.ref)
    match function.properties["Code"]:
        case {"S3Bucket": bucket, "S3Key": key}:
            body = workplace.account.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
            digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
            return bool(digest == described["Configuration"]["CodeSha256"])
        case {"ImageUri": image}:
            return bool(described["Code"]["ImageUri"] == image and _is_pushed(workplace, image))
        case code:
            raise AssertionError(f"{function.name} has its code in {code}")


def _is_pushed(workplace: Workplace, image: str) -> bool:
    repository, _, tag = image.partition("/")[2].partition(":")
    images = workplace.account.client("ecr").list_images(repositoryName=repository)["imageIds"]
    return tag in [each["imageTag"] for each in images]
