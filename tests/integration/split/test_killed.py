"""A run of the split in bulk in a process of its own, which is ended without a word."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from augury.aws import ObjectStore, Table
from augury.aws.connection import Connection
from augury.local.moto_server import moto_server
from tests.bulk_scenario import NOW, contents, furnish, ledger_rows, run
from tests.conftest import REGION, make_bucket, make_table

ROOT = Path(__file__).parents[3]
KILLS = 4
CHILD = """
import os, sys
from augury.aws import ObjectStore, Table
from augury.aws import ObjectStore, Table
from augury.aws.connection import Connection
from tests.bulk_scenario import run

name, endpoint_url, left = sys.argv[1], sys.argv[2], int(sys.argv[3])

def count(model, **_):
    global left
    left -= model.name in ("PutObject", "DeleteObjects", "PutItem")
    if not left:
        os._exit(9)

connection = Connection(endpoint_url=endpoint_url, region="eu-west-1", access_key_id="test", secret_access_key="test")
s3, dynamodb = connection.s3(), connection.dynamodb()
for client in (s3, dynamodb):
    client.meta.events.register("after-call", count)
run(ObjectStore(s3, name), Table(dynamodb, name))
"""


def test_a_process_that_ends_at_any_moment_is_made_whole_by_the_next() -> None:
    with moto_server() as endpoint_url:
        connection = Connection(
            endpoint_url=endpoint_url, region=REGION, access_key_id="test", secret_access_key="test"
        )
        names = [f"augury-{uuid4().hex[:12]}" for _ in range(KILLS + 1)]
        lakes = [(make_bucket(connection, name), make_table(connection, name)) for name in names]
        for lake in lakes:
            furnish(*lake)
        writes = writes_of_a_run(*lakes[-1])
        moments = sorted(random.sample(range(1, writes + 1), KILLS))
        wanted = contents(lakes[-1][0]), ledger_rows(lakes[-1][1])
        for name, lake, moment in zip(names, lakes, moments, strict=False):
            command = [sys.executable, "-c", CHILD, name, endpoint_url, str(moment)]
            child = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT)
            assert child.returncode == 9, moment
            run(*lake, now=NOW + timedelta(hours=1))
            assert (contents(lake[0]), ledger_rows(lake[1])) == wanted, moment


def writes_of_a_run(store: ObjectStore, table: Table) -> int:
    writes = 0

    def count(model: Any, **_: Any) -> None:
        nonlocal writes
        writes += model.name in ("PutObject", "DeleteObjects", "PutItem")

    for client in (store._client, table._client):
        client.meta.events.register("after-call", count)
    run(store, table)
    for client in (store._client, table._client):
        client.meta.events.unregister("after-call", count)
    return writes
