"""The split in bulk as operators start it: by ``spark-submit``, killed, started again, and from the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from augury.aws import ObjectStore, Table
from augury.aws.connection import Connection
from augury.config import Deployment
from augury.lake import client_day
from augury.split.bulk import SparkMissing, check_spark
from augury.split.run_lock import RunLock
from tests.bulk_scenario import ACME, DAY, OTHER, contents, furnish, ledger_rows, line, lines_of, run
from tests.conftest import make_bucket, make_client, make_table
from tests.spark.conftest import CREDENTIALS, REGION, ROOT

BIN = Path(sys.executable).parent
JOB = ROOT / "functions" / "split_events" / "glue_job.py"
RANGE = ("--from", str(DAY), "--to", str(DAY))


@pytest.fixture(autouse=True)
def needs_spark() -> None:
    try:
        check_spark()
    except SparkMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def lake(connection: Connection) -> Iterator[tuple[ObjectStore, Table]]:
    name = f"augury-{uuid4().hex[:12]}"
    store, table = make_bucket(connection, name), make_table(connection, name)
    furnish(store, table)
    yield store, table
    for entry in list(store.list("")):
        store.delete([entry.key])


@pytest.fixture
def wanted(connection: Connection) -> tuple[dict[str, bytes], dict[str, Any]]:
    name = f"augury-{uuid4().hex[:12]}"
    store, table = make_bucket(connection, name), make_table(connection, name)
    furnish(store, table)
    run(store, table, target_bytes=256 * 1024 * 1024)
    return contents(store), ledger_rows(table)


def environment() -> dict[str, str]:
    return {**os.environ, **CREDENTIALS, "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}


def job_arguments(store: ObjectStore, endpoint_url: str) -> list[str]:
    place = ("--lake", f"s3://{store.bucket}", "--table", store.bucket)
    # Glue adds options of its own.
    return [*place, *RANGE, "--region", REGION, "--endpoint-url", endpoint_url, "--JOB_NAME", "split"]


def test_spark_submit_runs_the_glue_job_and_a_dry_run_changes_nothing(
    lake: tuple[ObjectStore, Table], wanted: tuple[dict[str, bytes], dict[str, Any]], endpoint_url: str
) -> None:
    store, table = lake
    submit = [str(BIN / "spark-submit"), "--master", "local[2]", str(JOB), *job_arguments(store, endpoint_url)]
    before = contents(store)
    planned = subprocess.run(
        [sys.executable, str(JOB), *submit[4:], "--dry-run"], env=environment(), capture_output=True
    )
    assert json.loads(planned.stdout)["sources"]["to_split"] == 3, planned.stderr.decode()
    assert contents(store) == before
    done = subprocess.run(submit, env=environment(), capture_output=True)
    said = done.stdout.splitlines()  # spark-submit puts both streams into one
    assert json.loads(said[-1])["total"]["quarantined"] == 1, done.stderr.decode()
    assert (contents(store), ledger_rows(table)) == wanted


def test_a_job_that_was_killed_while_it_wrote_is_made_whole_by_the_next(
    lake: tuple[ObjectStore, Table], wanted: tuple[dict[str, bytes], dict[str, Any]], endpoint_url: str
) -> None:
    store, table = lake
    kill_at("write", [sys.executable, str(JOB), *job_arguments(store, endpoint_url)])
    let_the_lock_end(table)
    run(store, table, now=datetime.now(UTC) + timedelta(hours=2))
    assert (contents(store), ledger_rows(table)) == wanted


def kill_at(step: str, command: list[str]) -> None:
    with subprocess.Popen(
        command, env=environment(), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    ) as job:
        assert job.stderr
        said = [text for text in iter(job.stderr.readline, f"augury: {step}\n".encode()) if text]
        os.killpg(job.pid, signal.SIGKILL)
        assert said
    assert job.returncode == -signal.SIGKILL


def let_the_lock_end(table: Table) -> None:
    later = RunLock(table, "later", 60, lambda: datetime.now(UTC) + timedelta(hours=1))
    later.acquire()
    later.release()


def test_the_command_line_splits_a_day_for_a_client_by_spark(
    lake: tuple[ObjectStore, Table], connection: Connection, endpoint_url: str, tmp_path: Path
) -> None:
    store, table = lake
    make_client(connection, table, "acme", pepper=store.bucket)
    deployment = Deployment(
        api_url="http://127.0.0.1:9",
        aws_endpoint_url=endpoint_url,
        region=REGION,
        bucket=store.bucket,
        table=store.bucket,
        pepper_secret=store.bucket,
    )
    (tmp_path / ".augury").mkdir()
    (tmp_path / ".augury" / "local.json").write_text(deployment.model_dump_json())
    command = [sys.executable, "-m", "augury.cli", "--profile", "local", "events", "split", *RANGE, "--client", "acme"]
    done = subprocess.run([*command, "--engine", "spark"], cwd=tmp_path, env=environment(), capture_output=True)
    shown = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert "acme" in shown
    assert "quarantined" in shown
    assert len(contents(store, f"{client_day(ACME, DAY)}augury-")) == 1
    assert lines_of(store, OTHER)[line("other", 5)] == 1
    again = subprocess.run([*command, "--engine", "spark"], cwd=tmp_path, env=environment(), capture_output=True)
    assert "nothing to do" in again.stdout.decode()
