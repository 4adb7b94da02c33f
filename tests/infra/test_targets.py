"""What a stage lets pipelines' targets be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from infra.data_stack import DataStack
from infra.flags import FEATURE_FLAGS
from infra.predict_stack import PredictStack
from infra.stages import DEV
from tests.infra.conftest import ROOT
from tests.infra.templates import StageTemplates, as_list


def test_the_predict_function_calls_the_functions_and_hosts_of_its_stage_only(tmp_path: Path) -> None:
    config = replace(DEV, lambda_targets=("scores",), http_targets=("https://a.example.com", "https://b.example.com"))
    app = App(outdir=str(tmp_path), context=FEATURE_FLAGS, analytics_reporting=False)
    data = DataStack(app, "Data", config=config)
    template = Template.from_stack(PredictStack(app, "Predict", config=config, root=ROOT, data=data)).to_json()
    resources = template["Resources"].values()
    functions = (one["Properties"] for one in resources if one["Type"] == "AWS::Lambda::Function")
    (variables,) = (found for one in functions if "AUGURY_HTTP_TARGETS" in (found := one["Environment"]["Variables"]))
    assert variables["AUGURY_HTTP_TARGETS"] == "https://a.example.com,https://b.example.com"
    statements = [
        statement
        for one in resources
        if one["Type"] == "AWS::IAM::Policy"
        for statement in one["Properties"]["PolicyDocument"]["Statement"]
    ]
    invoking = [one for one in statements if "lambda:InvokeFunction" in json.dumps(one["Action"])]
    assert ":function:scores" in json.dumps(invoking)
    assert json.dumps(invoking).count(":function:scores") == 2, "the function and its aliases"
    assert "HeavyLive" in json.dumps(invoking), "beside the heavy function"


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_only_the_heavy_function_and_what_is_deployed_are_called_unless_a_stage_says_so(
    assembly: Path, stage: str
) -> None:
    templates = StageTemplates.read(assembly, stage)
    called = {
        (name, resource)
        for name in ("token", "rotate", "ingest", "predict", "predictheavy", "feedback", "split", "prepare", "register")
        for statement in templates.statements_of(templates.role_of(name))
        if "lambda:InvokeFunction" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    deployed = f"arn:{{AWS::Partition}}:lambda:{{AWS::Region}}:{{AWS::AccountId}}:function:augury-{stage}_*"
    assert called == {
        ("predict", f"{{{templates.only('AWS::Lambda::Alias', 'HeavyLive').name}}}"),
        ("predict", f"{deployed}:live"),
        ("predict", f"{deployed}:stable"),
    }
