"""The catalog: every table finds the keys that the lake spells, and every view can be read."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from string import Template
from typing import Any

import pytest

from augury.lake import EventsPrefix, client_day, raw_events_hour, raw_feedback_hour, spill_hour
from augury.lake.layout import PREDICTIONS_PREFIX
from augury.local.prefix import parse_prefixes
from augury.names import ClientName
from infra.catalog import line_tables
from infra.catalog_views import VIEWS
from infra.stages import DEV, PROD
from tests.infra.templates import StageTemplates

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
HIVE = "logs/events.dt=!{timestamp:yyyy}-!{timestamp:MM}-!{timestamp:dd}/hour=!{timestamp:HH}/"


def table(templates: StageTemplates, name: str) -> dict[str, Any]:
    (found,) = (
        resource.properties["TableInput"]
        for resource in templates.resources("AWS::Glue::Table")
        if resource.properties["TableInput"]["Name"] == name
    )
    return dict(found)


@pytest.mark.parametrize(
    ("name", "values", "prefix"),
    [
        ("raw_event_lines", {"hour": "2026/11/23/09"}, raw_events_hour(NINE)),
        ("spilled_event_lines", {"hour": "2026/11/23/09"}, spill_hour(NINE)),
        ("client_event_lines", {"client": "acme", "day": "2026/11/23"}, client_day(ClientName("acme"), NINE.date())),
        (
            "prediction_lines",
            {"hour": "2026/11/23/09"},
            parse_prefixes(PREDICTIONS_PREFIX, "failed/!{firehose:error-output-type}/")[0].evaluate(NINE),
        ),
        ("feedback_lines", {"hour": "2026/11/23/09"}, raw_feedback_hour(NINE)),
    ],
)
def test_a_partition_is_the_prefix_that_the_lake_lays_it_under(
    templates: StageTemplates, name: str, values: dict[str, str], prefix: str
) -> None:
    found = table(templates, name)
    bucket = templates.only("AWS::S3::Bucket", "LakeBucket").name
    assert [column["Name"] for column in found["PartitionKeys"]] == list(values)
    template = Template(found["Parameters"]["storage.location.template"].replace(f"{{{bucket}}}", "lake"))
    assert template.substitute(values) == f"s3://lake/{prefix}"
    location = found["StorageDescriptor"]["Location"].replace(f"{{{bucket}}}", "lake")
    assert f"s3://lake/{prefix}".startswith(location)
    assert location.endswith("/")
    assert found["Parameters"]["projection.enabled"] == "true"
    assert [column["Name"] for column in found["StorageDescriptor"]["Columns"]] == ["line"]


def test_hours_are_projected_in_the_form_that_keys_have(templates: StageTemplates) -> None:
    parameters = table(templates, "raw_event_lines")["Parameters"]
    assert {name.removeprefix("projection.hour."): value for name, value in parameters.items() if ".hour." in name} == {
        "type": "date", "format": "yyyy/MM/dd/HH", "range": "2026/01/01/00,NOW", "interval": "1",
        "interval.unit": "HOURS",
    }  # fmt: skip


def test_a_client_must_be_named(templates: StageTemplates) -> None:
    parameters = table(templates, "client_event_lines")["Parameters"]
    assert parameters["projection.client.type"] == "injected"
    assert parameters["projection.day.range"] == "2000/01/01,NOW+1DAYS"


def test_another_prefix_of_events_is_found_as_well() -> None:
    raw = line_tables(replace(DEV, events_prefix=EventsPrefix(HIVE)))[0].partitions
    assert raw.template == "logs/events.dt=${hour}/"
    assert raw.projection["projection.hour.format"] == "yyyy-MM-dd'/hour='HH"
    assert raw.projection["projection.hour.range"] == "2026-01-01/hour=00,NOW"
    assert Template(raw.template).substitute(hour="2026-11-23/hour=09") == EventsPrefix(HIVE).hour(NINE)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_view_is_written_as_athena_writes_it(templates: StageTemplates, view: Any) -> None:
    found = table(templates, view.name)
    encoded = found["ViewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")
    definition = json.loads(base64.b64decode(encoded))
    assert (found["TableType"], found["Parameters"]["presto_view"]) == ("VIRTUAL_VIEW", "true")
    assert definition["schema"] == templates.output("Catalog", "DatabaseName") == f"augury_{templates.stage}"
    assert definition["originalSql"].startswith("SELECT ")
    assert f" FROM {view.table} " in definition["originalSql"]
    described = [column["Name"] for column in found["StorageDescriptor"]["Columns"]]
    assert described == [column["name"] for column in definition["columns"]]
    assert described[-1] == "line"
    (base,) = (found for found in line_tables(PROD) if found.name == view.table)
    assert base.partitions.columns == view.partitions


def test_queries_write_where_results_expire_and_may_not_read_everything(prod: StageTemplates) -> None:
    configuration = prod.only("AWS::Athena::WorkGroup").properties["WorkGroupConfiguration"]
    bucket = prod.only("AWS::S3::Bucket", "LakeBucket").name
    assert configuration["EnforceWorkGroupConfiguration"] is True
    assert configuration["ResultConfiguration"]["OutputLocation"] == f"s3://{{{bucket}}}/queries/"
    assert configuration["BytesScannedCutoffPerQuery"] == 1024**4
