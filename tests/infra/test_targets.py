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


def test_the_predict_function_calls_the_functions_and_hosts_of_its_stage_only(tmp_path: Path) -> None:
    config = replace(DEV, lambda_targets=("scores",), http_targets=("https://a.example.com", "https://b.example.com"))
    app = App(outdir=str(tmp_path), context=FEATURE_FLAGS, analytics_reporting=False)
    data = DataStack(app, "Data", config=config)
    template = Template.from_stack(PredictStack(app, "Predict", config=config, root=ROOT, data=data)).to_json()
    resources = template["Resources"].values()
    (function,) = (one["Properties"] for one in resources if one["Type"] == "AWS::Lambda::Function")
    variables = function["Environment"]["Variables"]
    assert variables["AUGURY_HTTP_TARGETS"] == "https://a.example.com,https://b.example.com"
    statements = [
        statement
        for one in resources
        if one["Type"] == "AWS::IAM::Policy"
        for statement in one["Properties"]["PolicyDocument"]["Statement"]
    ]
    invoking = [one for one in statements if "lambda:InvokeFunction" in json.dumps(one["Action"])]
    assert ":function:scores" in json.dumps(invoking)
    assert json.dumps(invoking).count(":function:") == 2, "the function and its aliases"


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_no_function_calls_another_unless_a_stage_says_so(assembly: Path, stage: str) -> None:
    templates = (assembly / f"assembly-Augury-{stage}").glob("*.template.json")
    assert all(
        "lambda:InvokeFunction" not in json.dumps(one["Properties"])
        for template in templates
        for one in json.loads(template.read_text())["Resources"].values()
        if one["Type"] == "AWS::IAM::Policy"
    )
