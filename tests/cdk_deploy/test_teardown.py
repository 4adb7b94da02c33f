"""What is left of a stage that was taken down; the last of these tests, as files run in the order of their names."""

from __future__ import annotations

import pytest

from tests.cdk_deploy.conftest import Redeployment, Workplace

# Bringing the app up, once for all tests, takes minutes on a busy machine.
pytestmark = pytest.mark.timeout(600)


def test_a_stage_is_taken_down_without_a_trace(workplace: Workplace, redeployment: Redeployment) -> None:
    run = workplace.cdk("destroy", "Augury-dev/*", "--force", "--app", "cdk.out")

    assert run.returncode == 0, run.stderr
    assert workplace.stack_names() == ["CDKToolkit"]
    assert workplace.account.client("lambda").list_functions()["Functions"] == []
    assert workplace.account.client("dynamodb").list_tables()["TableNames"] == []
    assert workplace.account.client("apigatewayv2").get_apis()["Items"] == []
    assert workplace.account.client("firehose").list_delivery_streams()["DeliveryStreamNames"] == []
