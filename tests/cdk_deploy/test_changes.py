"""What is deployed once more, taken down, or can't be deployed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cdk_deploy.conftest import Redeployment, Workplace


def test_changed_code_is_deployed_to_its_functions_and_nothing_else_changes(redeployment: Redeployment) -> None:
    images = [
        name
        for name, said in redeployment.after.items()
        if name.startswith("AWS::Lambda::Function ") and said.get("PackageType") == "Image"
    ]

    assert images
    assert redeployment.changed == {name: {"Code"} for name in images}
    assert redeployment.differences == []


def test_stacks_that_did_not_change_are_left_alone(redeployment: Redeployment) -> None:
    assert "Augury-dev/Data (Augury-dev-Data) (no changes)" in redeployment.transcript


def test_a_stage_is_taken_down_without_a_trace(workplace: Workplace, redeployment: Redeployment) -> None:
    run = workplace.cdk("destroy", "Augury-dev/*", "--force", "--app", "cdk.out")

    assert run.returncode == 0, run.stderr
    assert workplace.stack_names() == ["CDKToolkit"]
    assert workplace.account.client("lambda").list_functions()["Functions"] == []
    assert workplace.account.client("dynamodb").list_tables()["TableNames"] == []
    assert workplace.account.client("apigatewayv2").get_apis()["Items"] == []
    assert workplace.account.client("firehose").list_delivery_streams()["DeliveryStreamNames"] == []


@pytest.mark.parametrize(
    ("name", "kind", "properties", "reason"),
    [
        ("of-no-type", "AWS::Nothing::Such", {}, "no provider makes AWS::Nothing::Such"),
        ("of-no-member", "AWS::Athena::WorkGroup", {"Name": "a", "Colour": 1}, "has no Colour"),
        ("refused", "AWS::Glue::Table", {"DatabaseName": "none", "TableInput": {"Name": "a"}}, "EntityNotFound"),
        ("custom", "Custom::Own", {"ServiceToken": "arn"}, "no provider makes Custom::Own"),
    ],
)
def test_a_stack_fails_that_has_a_resource_which_can_not_be_made_as_its_template_says(
    workplace: Workplace, name: str, kind: str, properties: dict[str, Any], reason: str
) -> None:
    client = workplace.account.client("cloudformation")
    template = json.dumps({"Resources": {"It": {"Type": kind, "Properties": properties}}})

    client.create_change_set(StackName=name, ChangeSetName="it", ChangeSetType="CREATE", TemplateBody=template)
    client.execute_change_set(StackName=name, ChangeSetName="it")

    [stack] = client.describe_stacks(StackName=name)["Stacks"]
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    client.delete_stack(StackName=name)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert reason in " ".join(event.get("ResourceStatusReason", "") for event in events)
