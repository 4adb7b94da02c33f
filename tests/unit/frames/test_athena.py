"""The lake through Athena, as far as an embedded AWS has one."""

from __future__ import annotations

from typing import Any

import awswrangler as wr
import pytest
import requests

from augury.aws import AwsUnavailable, ObjectStore
from augury.aws.connection import Connection
from augury.frames import query_events
from tests.conftest import REGION

ANSWERS = "http://motoapi.amazonaws.com/moto-api/static/athena/query-results"


@pytest.fixture
def workgroup(aws: Connection, store: ObjectStore) -> str:
    client = aws.session.client("athena")
    location = {"OutputLocation": f"s3://{store.bucket}/queries/"}
    configuration = {"EnforceWorkGroupConfiguration": True, "ResultConfiguration": location}
    client.create_work_group(Name="augury-test", Configuration=configuration)
    return "augury-test"


def test_a_query_runs_in_the_workgroup_and_its_answer_is_a_frame(
    aws: Connection, workgroup: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    column = {"Name": "events", "Type": "bigint", "Precision": 19, "Scale": 0, "CaseSensitive": False}
    answer: dict[str, Any] = {
        "rows": [{"Data": [{"VarCharValue": "events"}]}, {"Data": [{"VarCharValue": "7"}]}],
        "column_info": [{"CatalogName": "hive", "SchemaName": "", "TableName": "", "Nullable": "UNKNOWN", **column}],
    }
    requests.post(ANSWERS, json={"results": [answer], "region": REGION}, timeout=5)
    frame = query_events(
        aws, "SELECT :client AS client", database="augury_test", workgroup=workgroup, parameters={"client": "acme"}
    )
    assert frame["events"].tolist() == [7]
    (query,) = aws.session.client("athena").list_query_executions(WorkGroup=workgroup)["QueryExecutionIds"]
    assert query


def test_a_query_that_fails_says_why(aws: Connection, workgroup: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise wr.exceptions.QueryFailed("line 1:8: Column 'n' cannot be resolved")

    monkeypatch.setattr(wr.athena, "read_sql_query", fail)
    with pytest.raises(AwsUnavailable, match="query the lake: line 1:8: Column 'n'"):
        query_events(aws, "SELECT n", database="augury_test", workgroup=workgroup)
