"""A client's image as a Lambda function: its steps, its canary, and every way in which it can end early."""

from __future__ import annotations

from typing import Any

import pytest

from augury.aws.function_versions import Alias
from augury.deployment import AlreadyDeploying, Commands, DeploymentFailed, Kind, Microservice, Rollout, carry_out
from augury.deployment.lock import LEASE_S
from augury.names import PipelineName
from augury.registry import LambdaTarget, PipelineDeployment, PipelineTarget, plan_promotion, plan_rollback
from tests.unit.deployment.lambda_world import (
    ACME,
    SCORES,
    Killed,
    LambdaWorld,
    answer,
    crash,
    failing_for_callers,
    microservice,
)

COMMANDS = Commands("augury deploy …", "augury deploy … --rollback")


def deploy(world: LambdaWorld, service: Microservice, **changes: Any) -> list[Kind]:
    """Deploy a microservice, and return the kinds of the steps that were done."""
    work, done = world.work(service, **changes), []
    with work.lock:
        plan = work.plan()
        carry_out(plan, work, commands=COMMANDS, report=lambda step: done.append(step))
    return [step.kind for step in done if not step.is_done]


def live(world: LambdaWorld) -> Alias:
    found = world.work(microservice("1")).functions.alias("live")
    assert found is not None
    return found


def current(world: LambdaWorld) -> PipelineDeployment:
    found = world.registry.deployment(ACME, SCORES)
    assert found is not None
    return found


def test_the_first_version_answers_once_it_spoke_the_contract(world: LambdaWorld) -> None:
    done = deploy(world, microservice("1"))
    assert done == [
        Kind.LOG_GROUP, Kind.ROLE, Kind.FUNCTION, Kind.PUBLISH, Kind.CHECK, Kind.COMPLETE, Kind.SETTLE, Kind.ANSWER,
    ]  # fmt: skip
    (variation,) = current(world).variations
    assert variation.label == "scores"
    assert variation.target == LambdaTarget(function="augury-dev_acme_scores", alias="live", timeout_s=2)
    assert variation.fallbacks == (LambdaTarget(function="augury-dev_acme_scores", alias="stable", timeout_s=2),)
    assert live(world) == Alias("1", {})


def test_everything_is_tagged_and_the_role_may_only_write_the_functions_own_logs(world: LambdaWorld) -> None:
    deploy(world, microservice("1"))
    tags = {"augury:stage": "dev", "augury:client": "acme", "augury:service": "scores"}
    name = microservice("1").function
    assert world.connection.function_admin().get_function(FunctionName=name)["Tags"] == tags
    iam = world.connection.iam()
    assert {one["Key"]: one["Value"] for one in iam.list_role_tags(RoleName=name)["Tags"]} == tags
    assert iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith("microservice")
    policy = iam.get_role_policy(RoleName=name, PolicyName="microservice")["PolicyDocument"]["Statement"]
    assert policy[0]["Resource"] == f"arn:aws:logs:*:123456789012:log-group:/aws/lambda/{name}:*"
    assert {action for one in policy for action in one["Action"]} == {
        "logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords",
    }  # fmt: skip
    logs = world.connection.logs()
    (group,) = logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]
    assert group["retentionInDays"] == 30
    assert logs.list_tags_log_group(logGroupName=group["logGroupName"])["tags"] == tags


def test_deploying_what_is_deployed_does_nothing(world: LambdaWorld) -> None:
    deploy(world, microservice("1"))
    revision = current(world).revision
    assert deploy(world, microservice("1")) == []
    assert current(world).revision == revision


def test_a_second_version_takes_over_in_watched_shares(world: LambdaWorld) -> None:
    deploy(world, microservice("1"))
    seen: list[Alias] = []
    calls = world.clock.meanwhile

    def look(seconds: float) -> None:
        calls(seconds)
        seen.append(live(world))

    world.clock.meanwhile = look
    done = deploy(world, microservice("2"))
    assert done[-4:] == [Kind.SHIFT, Kind.SHIFT, Kind.COMPLETE, Kind.SETTLE]
    assert list(dict.fromkeys((one.version, one.shares["2"]) for one in seen)) == [("1", 0.1), ("1", 0.5)]
    assert live(world) == Alias("2", {})
    assert (world.calls, world.failed) == (1200, 0)


def test_an_earlier_version_comes_back_without_being_published_again(world: LambdaWorld) -> None:
    for version in ("1", "2"):
        deploy(world, microservice(version))
    done = deploy(world, microservice("1"), rollout=Rollout(shares=()))
    assert done == [Kind.CHECK, Kind.COMPLETE, Kind.SETTLE]
    assert live(world) == Alias("1", {})


def test_another_name_for_the_same_image_is_the_same_version(world: LambdaWorld) -> None:
    deploy(world, microservice("1"))
    renamed = Microservice(**{**_settings("1"), "version": "latest"})
    assert deploy(world, renamed) == []


def test_a_caller_that_waits_less_long_needs_no_new_version(world: LambdaWorld) -> None:
    deploy(world, microservice("1"))
    assert deploy(world, microservice("1", timeout_s=1.5)) == [Kind.ANSWER]
    assert [one.target.timeout_s for one in current(world).variations if one.target.kind == "lambda"] == [1.5]


def test_who_interrupts_a_deployment_is_told_how_to_go_on(world: LambdaWorld) -> None:
    deploy(world, microservice("1"))

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    world.clock.meanwhile = interrupt
    with pytest.raises(DeploymentFailed, match=r"it was interrupted.*Go on with `augury deploy …`, or back with"):
        deploy(world, microservice("2"))
    assert live(world).shares == {"2": 0.1}
    assert world.work(microservice("2")).roll_back() is not None
    assert live(world) == Alias("1", {})


def test_changed_settings_are_a_version_of_their_own(world: LambdaWorld) -> None:
    deploy(world, microservice("1"))
    assert Kind.PUBLISH in deploy(world, microservice("1", memory_mb=2048))
    assert live(world) == Alias("2", {})


@pytest.mark.parametrize(
    ("image", "why"),
    [
        (crash, "it ended with an error"),
        (lambda event: b'{"score": 1}', "predictions must be a list"),
        (lambda event: b'{"error_id": 130, "error_msg": "f1 is missing"}', "refuses the sample: f1 is missing"),
    ],
)
def test_an_image_that_breaks_the_contract_never_answers(world: LambdaWorld, image: Any, why: str) -> None:
    deploy(world, microservice("1"))
    world.images["2"] = image
    with pytest.raises(DeploymentFailed, match=why) as told:
        deploy(world, microservice("2"))
    assert "Nothing that answers was changed" in str(told.value)
    assert "`augury deploy …`" in str(told.value)
    assert live(world) == Alias("1", {})


def test_an_image_that_lambda_does_not_take_never_answers(world: LambdaWorld) -> None:
    deploy(world, microservice("1"))

    def refuse(**_: object) -> None:
        from botocore.exceptions import ClientError

        told = {"Error": {"Code": "InvalidParameterValueException", "Message": "Source image does not exist."}}
        raise ClientError(told, "UpdateFunctionCode")  # type: ignore[arg-type]

    world.connection.session.events.register("before-call.lambda.UpdateFunctionCode", refuse)
    with pytest.raises(DeploymentFailed, match=r"Lambda can't run the image: Source image does not exist\."):
        deploy(world, microservice("2"))
    assert live(world) == Alias("1", {})


def test_a_role_that_lambda_does_not_know_yet_is_waited_for(world: LambdaWorld) -> None:
    refusals = 3

    def refuse(**_: object) -> None:
        from botocore.exceptions import ClientError

        nonlocal refusals
        if refusals:
            refusals -= 1
            message = "The role defined for the function cannot be assumed by Lambda."
            told = {"Error": {"Code": "InvalidParameterValueException", "Message": message}}
            raise ClientError(told, "CreateFunction")  # type: ignore[arg-type]

    world.connection.session.events.register("before-call.lambda.CreateFunction", refuse)
    deploy(world, microservice("1"))
    assert refusals == 0
    assert world.clock.slept == [2.5] * 3


def test_a_canary_whose_errors_rise_is_taken_back(world: LambdaWorld) -> None:
    deploy(world, microservice("1"))
    world.images["2"] = failing_for_callers
    with pytest.raises(DeploymentFailed, match=r"10 of its 10 calls failed, more than 1%") as told:
        deploy(world, microservice("2"))
    assert "Version 1 of augury-dev_acme_scores answers all of its calls again" in str(told.value)
    assert live(world) == Alias("1", {})


def test_a_new_service_beside_another_grows_by_the_registry_and_is_taken_back_so(world: LambdaWorld) -> None:
    before = plan_promotion(None, SCORES, LambdaTarget(function="theirs"), label="theirs")
    world.registry.carry_out(ACME, before)
    world.images["1"] = failing_for_callers
    with pytest.raises(DeploymentFailed, match=r"Who answered the calls of scores before"):
        deploy(world, microservice("1"), share=0.5)
    assert current(world).variations == before.after.variations
    world.images["2"] = answer("two")
    deploy(world, microservice("2"), share=0.5)
    after = current(world)
    assert {one.label: after.share(one) for one in after.variations} == {"theirs": 0.5, "scores": 0.5}
    revisions = list(world.registry.revisions(ACME, SCORES))
    assert [one.reason for one in revisions[1:]] == [
        "canary of scores 1 at 0.1", "scores: canary taken back", "canary of scores 2 at 0.1", "scores 2",
    ]  # fmt: skip
    assert plan_rollback(after, revisions, None).after.variations == before.after.variations


def test_while_it_is_a_canary_another_variation_answers_what_it_fails(world: LambdaWorld) -> None:
    theirs = LambdaTarget(function="theirs")
    world.registry.carry_out(ACME, plan_promotion(None, SCORES, theirs, label="theirs"))
    fallbacks = []
    world.clock.meanwhile = lambda seconds: fallbacks.append(current(world).variations[-1].fallbacks)
    deploy(world, microservice("1"))
    assert all(one[-1] == theirs for one in fallbacks)
    assert current(world).variations[-1].fallbacks[-1].name.endswith(":stable")


def test_two_deployments_at_the_same_time_are_one_too_many(world: LambdaWorld) -> None:
    other = world.work(microservice("2"))
    with other.lock, pytest.raises(AlreadyDeploying, match=r"ann has been deploying scores since 2026-11-23T12:00:00Z"):
        deploy(world, microservice("1"))
    deploy(world, microservice("1"))


def test_an_outage_leaves_everything_and_says_how_to_go_on(world: LambdaWorld) -> None:
    deploy(world, microservice("1"))

    def hang_up(**_: object) -> None:
        from botocore.exceptions import EndpointConnectionError

        raise EndpointConnectionError(endpoint_url="https://lambda")

    world.connection.session.events.register("before-call.lambda.PublishVersion", hang_up)
    with pytest.raises(DeploymentFailed, match=r"What was done stays as it is.*Go on with `augury deploy …`"):
        deploy(world, microservice("2"))
    assert live(world) == Alias("1", {})


def test_killed_at_any_call_the_old_version_answers_and_the_same_command_goes_on(world: LambdaWorld) -> None:
    deploy(world, microservice("1"))
    killed, at_once = 0, Rollout(shares=(0.1,), watch_s=0)
    for number in range(1_000):
        service = microservice("2", memory_mb=1024 + number)
        world.until_killed = number
        try:
            deploy(world, service, rollout=Rollout(shares=(0.1,), watch_s=10))
        except Killed:
            killed += 1
        else:
            break
        world.until_killed = None
        assert all(share <= 0.1 for share in live(world).shares.values())
        world.clock.sleep(LEASE_S + 1)
        deploy(world, service, rollout=at_once)
        assert live(world) == Alias(max(world.published, key=int), {})
    assert killed > 30
    assert world.failed == 0


def test_a_deployment_that_broke_off_anywhere_is_rolled_back(world: LambdaWorld) -> None:
    deploy(world, microservice("1"))
    rolled_back = 0
    for number in range(0, 1_000, 5):
        world.until_killed = number
        try:
            deploy(world, microservice("2", memory_mb=1024 + number), rollout=Rollout(shares=(0.1,), watch_s=10))
        except Killed:
            world.until_killed = None
        else:
            break
        world.clock.sleep(LEASE_S + 1)
        rolled_back += world.work(microservice("2")).roll_back() is not None
        assert live(world) == Alias("1", {})
    assert rolled_back >= 1


def test_a_version_that_answers_a_pipeline_of_this_process_can_be_replaced(world: LambdaWorld) -> None:
    iris = PipelineName("iris")
    world.registry.register(ACME, iris, "1", manifest_sha256="0" * 64, metrics={})  # type: ignore[arg-type]
    deploy(world, microservice("1"), pipeline=iris)
    found = world.registry.deployment(ACME, iris)
    assert found is not None
    assert [one.label for one in found.variations] == ["scores"]
    assert not isinstance(found.variations[0].target, PipelineTarget)


def _settings(version: str) -> dict[str, Any]:
    service = microservice(version)
    return {name: getattr(service, name) for name in ("name", "client", "stage", "image", "version")}
