"""``augury events split`` without Spark: by the function's code, planned only, and as a Glue job."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from augury.aws import ObjectStore, Table
from augury.aws.connection import Connection
from augury.cli.app import app
from augury.config import Deployment
from augury.lake import client_day
from augury.local.moto_server import moto_server
from tests.bulk_scenario import ACME, BROKEN_OFF, CUT, DAY, OTHER, contents, furnish, ledger_rows, line, lines_of
from tests.conftest import make_bucket, make_client, make_table

REGION = "eu-west-1"
RANGE = ("--from", str(DAY), "--to", str(DAY))


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with moto_server() as url:
        yield Connection(endpoint_url=url, region=REGION, access_key_id="test", secret_access_key="test")


@pytest.fixture
def lake(connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[ObjectStore, Table]:
    name = f"augury-{uuid4().hex[:12]}"
    store, table = make_bucket(connection, name), make_table(connection, name)
    make_client(connection, table, "acme", pepper=name)
    furnish(store, table)
    deployment = Deployment(
        api_url="http://127.0.0.1:9",
        aws_endpoint_url=connection.endpoint_url,
        region=REGION,
        bucket=name,
        table=name,
        pepper_secret=name,
    )
    (tmp_path / ".augury").mkdir()
    (tmp_path / ".augury" / "local.json").write_text(deployment.model_dump_json())
    monkeypatch.chdir(tmp_path)
    return store, table


def split(*arguments: str, exit_code: int = 0) -> Result:
    outcome = CliRunner().invoke(app, ["--profile", "local", "events", "split", *arguments])
    assert outcome.exit_code == exit_code, (outcome.output, outcome.exception)
    return outcome


def split_json(*arguments: str) -> Any:
    return json.loads(split(*arguments, "--json").stdout)


def test_a_dry_run_says_what_would_be_read_and_replaced_and_changes_nothing(lake: tuple[ObjectStore, Table]) -> None:
    store, table = lake
    before = contents(store), ledger_rows(table)
    found = split_json(*RANGE, "--engine", "spark", "--dry-run")
    assert found["sources"] == {
        "to_split": 3,
        "size_bytes": sum(len(store.get(key)) for key in [*list(before[1])[1:3], CUT]),
        "done": 1,
        "busy": 0,
        "of_an_unfinished_run": 0,
        "overwritten": 0,
    }
    assert [(day["client"], day["files"], day["rewritten"]) for day in found["days"]] == [("acme", 2, "always")]
    shown = split(*RANGE, "--engine", "spark", "--dry-run").stdout
    assert "to be split" in shown
    assert "Nothing was changed." in shown
    assert (contents(store), ledger_rows(table)) == before


def test_without_spark_what_nothing_has_split_is_split_and_a_second_time_nothing(
    lake: tuple[ObjectStore, Table],
) -> None:
    store, _ = lake
    done = split_json(*RANGE, "--client", "acme")
    assert done["total"]["split"] == 2
    assert done["not_split"][0]["source"] == CUT
    assert lines_of(store, OTHER)[line("other", 5)] == 1
    before = contents(store)
    assert split_json(*RANGE)["total"]["objects"] == 0
    assert contents(store) == before
    assert "split" in split(*RANGE).stdout


def test_an_object_that_a_function_has_now_is_left_to_it(lake: tuple[ObjectStore, Table]) -> None:
    from augury.split import Ledger, Source

    store, table = lake
    (found,) = store.list(BROKEN_OFF)
    Ledger(table, "lambda").claim(Source(found.key, found.etag, found.size_bytes), "function", for_s=900)
    before = contents(store, client_day(ACME, DAY))
    assert split_json(*RANGE, "--dry-run")["sources"]["busy"] == 1
    split(*RANGE)
    assert contents(store, client_day(ACME, DAY)).items() >= before.items()


def test_the_glue_job_is_started_with_where_and_when(lake: tuple[ObjectStore, Table], connection: Connection) -> None:
    store, _ = lake
    glue = connection.glue()
    glue.create_job(Name="split-days", Role="role", Command={"Name": "glueetl", "ScriptLocation": "s3://code/job.py"})
    started = split_json(*RANGE, "--client", "acme", "--engine", "glue", "--job", "split-days")
    assert started["run_id"]
    assert started["arguments"] == {
        "--lake": f"s3://{store.bucket}",
        "--table": store.bucket,
        "--region": REGION,
        "--from": "2026-11-23",
        "--to": "2026-11-23",
        "--client": "acme",
    }
    assert "split-days" in str(split(*RANGE, "--engine", "glue", "--job", "split-days").stdout)
    assert "no-such-job" in str(split(*RANGE, "--engine", "glue", "--job", "no-such-job", exit_code=1).exception)


def test_the_glue_job_is_the_one_that_the_stacks_name(
    lake: tuple[ObjectStore, Table], connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = lake
    data = {"BucketName": store.bucket, "TableName": store.bucket, "PepperSecretArn": "unused"}
    for stack, outputs in {"Data": data, "Api": {"ApiUrl": "http://127.0.0.1:9"}, "Split": {}}.items():
        deploy(connection, f"Augury-dev-{stack}", outputs)
    monkeypatch.setenv("AWS_ENDPOINT_URL", str(connection.endpoint_url))
    monkeypatch.setenv("AWS_REGION", REGION)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    on_aws = ["--stage", "dev", "events", "split", *RANGE, "--engine", "glue", "--json"]

    unnamed = CliRunner().invoke(app, on_aws)
    assert "the stacks of stage 'dev' have no Glue job" in str(unnamed.exception)

    deploy(connection, "Augury-dev-Split", {"SplitJobName": "split-of-dev"})
    command = {"Name": "glueetl", "ScriptLocation": "s3://code/job.py"}
    connection.glue().create_job(Name="split-of-dev", Role="role", Command=command)
    started = CliRunner().invoke(app, on_aws)
    assert json.loads(started.stdout)["job"] == "split-of-dev", started.exception


def deploy(connection: Connection, stack: str, outputs: dict[str, str]) -> None:
    """Make a stack that is nothing but its outputs, or give it others."""
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "".join(outputs)[:50]}}
    written = {name: {"Value": value} for name, value in outputs.items()}
    template = json.dumps({"Resources": {"Topic": topic}, "Outputs": written})
    client = connection.cloudformation()
    known = {found["StackName"] for found in client.describe_stacks()["Stacks"]}
    (client.update_stack if stack in known else client.create_stack)(StackName=stack, TemplateBody=template)


def test_a_platform_on_this_machine_has_no_glue(lake: tuple[ObjectStore, Table]) -> None:
    assert "has no Glue: use --engine spark" in str(split(*RANGE, "--engine", "glue", exit_code=1).exception)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "2026-11-23", "--to", "2026-11-22"), "--to 2026-11-22 is before --from 2026-11-23"),
        ((*RANGE, "--client", "../acme"), "client name '../acme' is not valid"),
    ],
)
def test_what_makes_no_sense_is_said(lake: tuple[ObjectStore, Table], arguments: tuple[str, ...], said: str) -> None:
    assert said in str(split(*arguments, exit_code=1).exception)


def test_without_java_it_says_what_to_install(lake: tuple[ObjectStore, Table], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert "openjdk-17-jre-headless" in str(split(*RANGE, "--engine", "spark", exit_code=1).exception)
