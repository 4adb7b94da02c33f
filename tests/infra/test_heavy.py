"""The function that serves pipelines without a plan: who calls it, what of it is called, and how it starts."""

from __future__ import annotations

from augury.routes import HEAVY_HANDLER
from tests.infra.templates import StageTemplates


def test_its_live_alias_is_what_predict_calls_and_what_is_published(templates: StageTemplates) -> None:
    alias = templates.only("AWS::Lambda::Alias", "HeavyLive")
    heavy = templates.function("predictheavy")

    assert alias.properties["Name"] == "live"
    assert alias.properties["FunctionName"] == f"{{{heavy.name}}}"
    assert templates.may("predict", "lambda:InvokeFunction", f"{{{alias.name}}}")
    assert not templates.may("predict", "lambda:InvokeFunction", f"{{{heavy.name}.Arn}}")


def test_no_route_and_no_service_may_call_it(templates: StageTemplates) -> None:
    heavy = templates.function("predictheavy").name
    permitted = [one.properties["FunctionName"] for one in templates.resources("AWS::Lambda::Permission")]
    integrated = [one.properties["IntegrationUri"] for one in templates.resources("AWS::ApiGatewayV2::Integration")]

    assert integrated
    assert not [target for target in (*permitted, *integrated) if heavy in target]


def test_it_runs_another_handler_of_an_image_that_has_pandas(templates: StageTemplates) -> None:
    heavy = templates.function("predictheavy").properties

    assert heavy["ImageConfig"] == {"Command": [HEAVY_HANDLER]}
    assert heavy["Timeout"] < templates.function("predict").properties["Timeout"]


def test_only_production_pays_for_a_snapshot_to_start_from(templates: StageTemplates) -> None:
    snapshot = templates.function("predictheavy").properties.get("SnapStart")

    assert snapshot == (None if templates.stage == "dev" else {"ApplyOn": "PublishedVersions"})
    assert templates.function("predictheavy").properties["EphemeralStorage"]["Size"] <= 512, "SnapStart takes no more"
