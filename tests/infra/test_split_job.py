"""The Glue job: its size, its schedule, its code, and that it can do what it is for and nothing more."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from augury.lake import compacted_key, split_plan_key
from functions.split_events.glue_job import _options, _scope
from infra.bundling import build_bundle
from infra.data_stack import DataStack
from infra.flags import FEATURE_FLAGS
from infra.glue_wheels import build_wheels
from infra.sizes import BulkSplit
from infra.split_stack import SplitStack
from infra.stages import DEV, STAGES
from tests.infra.conftest import ROOT
from tests.infra.templates import StageTemplates
from tests.infra.test_access import ACME, DAY, DROP, FAILED, MODEL, MODEL_NAMED_EVENTS, RAW, SPILLED, SPLIT
from tests.infra.test_bundling import run_isolated, runs_as_lambda_does

PLAN = "0123456789abcdef0123456789abcdef"
COMPACTED, PLANNED = compacted_key(ACME, DAY, PLAN, 0), split_plan_key(PLAN)
KEYS = {RAW, SPILLED, SPLIT, DROP, FAILED, MODEL, MODEL_NAMED_EVENTS, COMPACTED, PLANNED}


@pytest.fixture(scope="session")
def wheels() -> tuple[Path, ...]:
    return build_wheels(ROOT)


def job_of(templates: StageTemplates) -> dict[str, Any]:
    return templates.only("AWS::Glue::Job").properties


def arguments_of(templates: StageTemplates) -> dict[str, str]:
    return dict(job_of(templates)["DefaultArguments"])


def test_the_job_runs_on_the_glue_that_the_tests_run_on(templates: StageTemplates) -> None:
    job, size = job_of(templates), {stage.name: stage for stage in STAGES}[templates.stage].bulk_split

    assert (job["GlueVersion"], job["Command"]["Name"], job["ExecutionClass"]) == ("6.0", "glueetl", "FLEX")
    assert (job["WorkerType"], job["NumberOfWorkers"], job["Timeout"]) == ("G.1X", size.workers, size.timeout_min)
    assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert arguments_of(templates)["--job-bookmark-option"] == "job-bookmark-disable"


def test_the_command_line_finds_the_job_by_an_output(templates: StageTemplates) -> None:
    assert templates.output("Split", "SplitJobName") == job_of(templates)["Name"] == f"augury-{templates.stage}-split"


def test_the_script_understands_what_the_job_is_given_and_takes_yesterday_unless_told(prod: StageTemplates) -> None:
    given = [word for pair in arguments_of(prod).items() for word in pair]
    given[given.index("--lake") + 1] = "s3://lake"  # which is a reference in the template

    daily = _options([*given, "--JOB_ID", "j_1"])
    made_up = _options([*given, "--from", "2026-11-01", "--to", "2026-11-03", "--client", "acme"])

    assert (daily.lake.uri, daily.events_prefix) == ("s3://lake", arguments_of(prod)["--events-prefix"])
    assert _scope(daily, date(2026, 3, 1)).days() == [date(2026, 2, 28)]
    assert (len(_scope(made_up, date(2026, 12, 1)).days()), _scope(made_up, date(2026, 12, 1)).client) == (3, "acme")


def test_production_splits_every_night_and_development_when_it_is_asked(assembly: Path, prod: StageTemplates) -> None:
    trigger = prod.only("AWS::Glue::Trigger").properties

    assert (trigger["Type"], trigger["Schedule"], trigger["StartOnCreation"]) == (
        "SCHEDULED",
        "cron(15 2 * * ? *)",
        True,
    )
    assert trigger["Actions"] == [{"JobName": job_of(prod)["Name"]}]
    assert not StageTemplates.read(assembly, "dev").resources("AWS::Glue::Trigger")


def test_a_stage_may_have_larger_workers_that_do_not_wait(tmp_path: Path) -> None:
    config = replace(DEV, bulk_split=BulkSplit(workers=40, worker_type="G.2X", flexible=False))
    app = App(outdir=str(tmp_path), context=FEATURE_FLAGS, analytics_reporting=False)
    data = DataStack(app, "Data", config=config)
    stack = SplitStack(app, "Split", config=config, bundle=build_bundle(ROOT), root=ROOT, data=data)
    Template.from_stack(stack).has_resource_properties(
        "AWS::Glue::Job", {"NumberOfWorkers": 40, "WorkerType": "G.2X", "ExecutionClass": "STANDARD"}
    )


def test_pip_installs_the_wheels_under_their_names_and_looks_nowhere_else(
    assembly: Path, prod: StageTemplates, wheels: tuple[Path, ...]
) -> None:
    arguments = arguments_of(prod)
    urls = re.findall(r"s3://[^,]*?/([0-9a-f]{64})/([^/,]+\.whl)", json.dumps(arguments["--additional-python-modules"]))
    published = dict(published_files(assembly))

    assert arguments["--python-modules-installer-option"] == "--no-index --no-deps"
    assert urls == [(sha256(wheel.read_bytes()).hexdigest(), wheel.name) for wheel in wheels]
    assert all(sha256(published[f"{digest}/{name}"].read_bytes()).hexdigest() == digest for digest, name in urls)


def published_files(assembly: Path) -> Iterator[tuple[str, Path]]:
    """Yield the keys that the CDK publishes under, each with its file in the assembly."""
    for assets in assembly.rglob("*.assets.json"):
        for entry in json.loads(assets.read_text())["files"].values():
            (destination,) = entry["destinations"].values()
            yield destination["objectKey"], assets.parent / entry["source"]["path"]


def test_the_wheels_are_those_of_glues_platform_and_the_library_among_them(wheels: tuple[Path, ...]) -> None:
    names = {wheel.name.partition("-")[0] for wheel in wheels}
    locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements/glue.txt").read_text(), re.M)

    assert names == {"augury", *(name.replace("-", "_") for name in locked)}
    assert all(re.search(r"(py3-none-any|cp313-cp313-manylinux\S*x86_64)\.whl$", wheel.name) for wheel in wheels)


def test_a_second_build_finds_the_first(wheels: tuple[Path, ...]) -> None:
    times = [wheel.stat().st_mtime_ns for wheel in wheels]

    assert build_wheels(ROOT) == wheels
    assert [wheel.stat().st_mtime_ns for wheel in wheels] == times


@runs_as_lambda_does
def test_the_split_in_bulk_starts_from_the_wheels_alone(wheels: tuple[Path, ...], tmp_path: Path) -> None:
    install = ("pip", "install", "-q", "--no-index", "--no-deps", "--no-compile", "--target", str(tmp_path))
    subprocess.run([sys.executable, "-m", *install, *map(str, wheels)], check=True, capture_output=True)

    imports = "import augury.aws, augury.split.bulk as bulk; print(bulk.__file__)"
    run = run_isolated(f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {imports}")

    assert run.returncode == 0, run.stderr
    assert str(tmp_path) in run.stdout


@pytest.fixture
def role(templates: StageTemplates) -> str:
    return str(job_of(templates)["Role"]).strip("{}").removesuffix(".Arn")


@pytest.mark.parametrize(
    ("action", "keys"),
    [
        ("s3:GetObject", {RAW, SPILLED, SPLIT, COMPACTED, PLANNED}),
        ("s3:PutObject", {SPLIT, COMPACTED, FAILED, PLANNED}),
        ("s3:DeleteObject", {SPLIT, COMPACTED}),
    ],
)
def test_the_job_reaches_what_the_split_is_about_and_no_drop_and_no_model(
    templates: StageTemplates, role: str, action: str, keys: set[str]
) -> None:
    bucket = f"{{{templates.only('AWS::S3::Bucket', 'LakeBucket').name}.Arn}}"

    assert {key for key in KEYS if templates.role_may(role, action, f"{bucket}/{key}")} == keys


def test_the_job_notes_what_it_splits_and_nothing_else(templates: StageTemplates, role: str) -> None:
    table = f"{{{templates.only('AWS::DynamoDB::Table').name}.Arn}}"
    for action in ("GetItem", "PutItem", "Query"):
        reached = {
            partition
            for partition in ("SPLIT#logs", "SPLIT-RUN", "SPLIT-PLANS", "CLIENT#acme", "SIGNING", "CREDENTIAL#k")
            if templates.role_may(role, f"dynamodb:{action}", table, partition)
        }
        assert reached == {"SPLIT#logs", "SPLIT-RUN", "SPLIT-PLANS"}
    assert not templates.role_may(role, "dynamodb:DeleteItem", table)


def test_the_job_logs_to_groups_that_forget_under_the_names_glue_makes(templates: StageTemplates, role: str) -> None:
    prefix = arguments_of(templates)["--custom-logGroup-prefix"]
    groups = {group.properties.get("LogGroupName"): group for group in templates.resources("AWS::Logs::LogGroup")}

    for name in (f"{prefix}/error", f"{prefix}/output"):
        assert groups[name].properties["RetentionInDays"] > 0
        for action in ("CreateLogGroup", "CreateLogStream", "PutLogEvents"):
            assert templates.role_may(role, f"logs:{action}", f"{{{groups[name].name}.Arn}}")
