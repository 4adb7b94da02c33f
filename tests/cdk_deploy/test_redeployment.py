"""What is deployed once more, and what can't be deployed."""

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

    client.create_change_set(StackName=name, ChangeSetName=name, ChangeSetType="CREATE", TemplateBody=template)
    client.execute_change_set(StackName=name, ChangeSetName=name)

    [stack] = client.describe_stacks(StackName=name)["Stacks"]
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    client.delete_stack(StackName=name)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert reason in " ".join(event.get("ResourceStatusReason", "") for event in events)
