"""The app as a whole: its stacks, what the command line reads of them, and what linting says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.infra.conftest import ROOT
from tests.infra.templates import StageTemplates


def test_a_stage_has_a_stack_for_data_and_one_for_each_thing_that_is_done_with_it(templates: StageTemplates) -> None:
    names = {name.removeprefix(f"Augury-{templates.stage}-") for name in templates.documents}

    assert names == {"Data", "Catalog", "Ingest", "Split", "Predict", "Training", "Api", "Monitoring"}


def test_the_outputs_that_the_command_line_reads_are_bucket_table_and_address(templates: StageTemplates) -> None:
    assert templates.output("Data", "BucketName") == f"{{{templates.only('AWS::S3::Bucket', 'LakeBucket').name}}}"
    assert templates.output("Data", "TableName") == f"{{{templates.only('AWS::DynamoDB::Table').name}}}"
    assert templates.output("Api", "ApiUrl") == f"{{{templates.only('AWS::ApiGatewayV2::Api').name}.ApiEndpoint}}"


def test_cfn_lint_finds_nothing_in_any_template(assembly: Path) -> None:
    files = [str(path) for path in assembly.rglob("*.template.json")]

    run = subprocess.run([Path(sys.executable).with_name("cfn-lint"), *files], capture_output=True, text=True)

    assert len(files) == 16
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_no_template_knows_where_it_was_synthesised(assembly: Path) -> None:
    assert not [path.name for path in assembly.rglob("*.template.json") if str(ROOT) in path.read_text()]


def test_the_cdk_command_runs_the_same_app_from_the_projects_environment() -> None:
    cdk = json.loads((ROOT / "cdk.json").read_text())

    assert cdk["app"] == ".venv/bin/python -m infra.app"
    assert "context" not in cdk, "context here would change templates only when the CDK's command synthesises"
