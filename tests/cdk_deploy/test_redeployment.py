"""What is deployed once more, and what can't be deployed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cdk_deploy.conftest import Redeployment, Workplace

# Bringing the app up, once for all tests, takes minutes on a busy machine.
pytestmark = pytest.mark.timeout(600)


def test_changed_code_is_deployed_to_what_runs_it_and_nothing_else_changes(redeployment: Redeployment) -> None:
    images = {name for name in redeployment.of_type("AWS::Lambda::Function") if _is_image(redeployment.after[name])}
    aliases = redeployment.of_type("AWS::Lambda::Alias")
    machines = redeployment.of_type("AWS::StepFunctions::StateMachine")

    assert images
    assert aliases
    assert redeployment.changed == {
        **{name: {"Code"} for name in images},
        **{name: {"FunctionVersion"} for name in aliases},
        **{name: {"DefinitionString"} for name in machines},
    }
    assert redeployment.differences == []


def test_a_version_of_the_changed_code_takes_the_place_of_the_one_before(redeployment: Redeployment) -> None:
    gone, come = redeployment.before.keys() - redeployment.after, redeployment.after.keys() - redeployment.before

    assert {name.partition(" ")[0] for name in gone} == {name.partition(" ")[0] for name in come}
    assert {name.partition(" ")[0] for name in come} == {"AWS::Lambda::Version"}
    assert {redeployment.after[name]["Code"] for name in come} <= {
        said["Code"] for name, said in redeployment.after.items() if name.startswith("AWS::Lambda::Function ")
    }


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


def _is_image(function: dict[str, Any]) -> bool:
    return bool(function.get("PackageType") == "Image")
