"""What the guide says of cost is what is computed, from what a stage really is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from infra.cost import Load, Sizes, cost_of_events, cost_of_predictions, raw_objects, report, total
from infra.stages import PROD
from tests.infra.conftest import ROOT
from tests.infra.templates import StageTemplates

LOAD, SIZES = Load(), Sizes()


def test_the_guide_has_the_tables_as_they_are_computed() -> None:
    guide = (ROOT / "docs/deploying.md").read_text()
    (embedded,) = re.findall(r"<!-- cost: python -m infra\.cost -->\n(.*)\n<!-- /cost -->", guide, re.S)

    assert embedded == report(), "run `python -m infra.cost` and put what it prints between the marks"


def test_the_sizes_are_those_of_production(prod: StageTemplates) -> None:
    gb = {name: getattr(PROD, name).memory_mb / 1024 for name in ("ingest", "predict", "split")}

    assert (SIZES.ingest_gb, SIZES.predict_gb, SIZES.split_gb) == (gb["ingest"], gb["predict"], gb["split"])
    assert (SIZES.buffer_s, SIZES.buffer_mib) == (PROD.buffering.interval_s, PROD.buffering.size_mib)
    assert SIZES.glue_workers == PROD.bulk_split.workers
    assert PROD.bulk_split.flexible
    assert SIZES.snapshot_gb == PROD.heavy_snap_start * PROD.heavy.memory_mb / 1024


def test_an_alarm_is_paid_for_by_the_metrics_that_it_looks_at(prod: StageTemplates) -> None:
    looked_at = [
        alarm.properties.get("Metrics", [{"MetricStat": {}}]) for alarm in prod.resources("AWS::CloudWatch::Alarm")
    ]

    assert SIZES.alarm_metrics == sum("MetricStat" in metric for metrics in looked_at for metric in metrics)


def test_a_bill_by_hand_is_the_bill() -> None:
    load = replace(LOAD, predict_ms=100.0, prediction_log_bytes=5 * 1024, log_bytes_per_request=1000, traced=0.0)
    bill = {item.name: item.dollars for item in cost_of_predictions(load, replace(SIZES, predict_gb=2.0))}

    assert bill["API Gateway"] == pytest.approx(1.00)
    assert bill["Lambda, predict"] == pytest.approx(0.20 + 200_000 * 0.0000166667)
    assert bill["Firehose"] == pytest.approx(5.12 * 0.029)
    assert bill["CloudWatch Logs"] == pytest.approx(0.50)


def test_batches_are_what_events_cost_by() -> None:
    alone, batched = (total(cost_of_events(replace(LOAD, events_per_request=n), SIZES)) for n in (1, 100))

    assert alone > 20 * batched


def test_raw_objects_come_by_time_while_little_comes_in_and_by_size_later() -> None:
    assert raw_objects(replace(LOAD, events_per_day=1000), SIZES) == 288
    assert raw_objects(replace(LOAD, events_per_day=1_000_000_000), SIZES) == pytest.approx(8940.7, abs=0.1)
