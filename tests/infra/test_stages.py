"""What a stage may be configured to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from augury.lake import EVENTS_PREFIX
from infra.lifetimes import Lifetime
from infra.sizes import Buffering, BulkSplit, FunctionSize, Throttle
from infra.stages import DEV, PROD
from tests.infra.templates import StageTemplates


@pytest.mark.parametrize(
    ("buffering", "said"),
    [((-1, 5), "interval_s is -1"), ((901, 5), "interval_s is 901"), ((60, 0), "size_mib is 0"), ((60, 129), "is 129")],
)
def test_buffering_that_firehose_would_refuse_can_not_be_configured(buffering: tuple[int, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(DEV, buffering=Buffering(interval_s=buffering[0], size_mib=buffering[1]))


@pytest.mark.parametrize("buffering", [(0, 1), (900, 128)])
def test_buffering_may_go_to_firehoses_limits(buffering: tuple[int, int]) -> None:
    assert Buffering(interval_s=buffering[0], size_mib=buffering[1]).interval_s == buffering[0]


def test_the_stream_lays_events_where_the_output_tells_the_command_line(templates: StageTemplates) -> None:
    stream = templates.only("AWS::KinesisFirehose::DeliveryStream", "LakeEvents").properties
    assert stream["ExtendedS3DestinationConfiguration"]["Prefix"] == EVENTS_PREFIX
    assert templates.output("Data", "EventsPrefix") == EVENTS_PREFIX


@pytest.mark.parametrize(
    ("ages", "said"),
    [((29, None, None), "must be 30 or more"), ((30, 30, None), "follow each other"),
     ((40, None, 35), "follow each other"), ((None, None, 0), "follow each other")],
)  # fmt: skip
def test_a_lifetime_that_s3_would_refuse_can_not_be_configured(ages: tuple[int | None, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Lifetime(infrequent_after_days=ages[0], archive_after_days=ages[1], expire_after_days=ages[2])


def test_raw_events_can_not_go_before_they_must_have_been_split() -> None:
    with pytest.raises(ValueError, match="raw_events must outlive the dead-letter queue"):
        replace(DEV.lifetimes, raw_events=Lifetime(expire_after_days=13))


@pytest.mark.parametrize("name", ["spilled_events", "failed_split"])
def test_what_accounts_for_raw_events_can_not_go_before_them(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must not end before raw_events"):
        replace(PROD.lifetimes, **{name: Lifetime(expire_after_days=400)})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "Prod"}, "stage 'Prod': name has 'Prod'"),
        ({"access_log_days": 0}, "stage 'dev': access_log_days is 0"),
        ({"superseded_days": 0}, "superseded_days is 0"),
        ({"query_limit_gib": 0}, "query_limit_gib is 0"),
        ({"split_concurrency": 1}, "split_concurrency is 1, and must be 2 to 1000"),
        ({"rotation_days": 0}, "rotation_days is 0"),
        ({"predict": FunctionSize(memory_mb=1769, timeout_s=30)}, "predict: timeout_s is 30, and must be 1 to 29"),
        ({"lambda_targets": ("scores:live",)}, "lambda_targets has 'scores:live'"),
        ({"alarm_emails": ("nobody",)}, "alarm_emails has 'nobody'"),
        ({"http_targets": ("ftp://scores",)}, "stage 'dev': .*'ftp://scores'"),
        ({"masked_inputs": ("a..b",)}, "stage 'dev': .*'a..b'"),
    ],
)
def test_a_value_that_nothing_would_take_is_refused_by_stage_and_field(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(DEV, **changes)


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ({"memory_mb": 64}, "memory_mb is 64"),
        ({"timeout_s": 901}, "timeout_s is 901"),
        ({"storage_mib": 511}, "storage_mib is 511"),
        ({"reserved_concurrency": 0}, "reserved_concurrency is 0"),
    ],
)
def test_a_function_is_as_large_as_lambda_lets_it_be(size: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        FunctionSize(**{"memory_mb": 512, "timeout_s": 10, **size})


@pytest.mark.parametrize(("rate", "burst", "said"), [(0, 1, "rate is 0"), (10, 9, "burst is 9")])
def test_a_throttle_lets_something_through(rate: int, burst: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Throttle(rate=rate, burst=burst)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"workers": 1}, "workers is 1"), ({"worker_type": "G.4X"}, "worker_type has 'G.4X'"),
     ({"timeout_min": 0}, "timeout_min is 0"), ({"schedule": "daily"}, "schedule has 'daily'")],
)  # fmt: skip
def test_a_bulk_split_is_what_glue_takes(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        BulkSplit(**changes)


def test_no_function_reserves_concurrency_unless_it_is_configured(templates: StageTemplates) -> None:
    functions = templates.resources("AWS::Lambda::Function")
    assert not [function for function in functions if "ReservedConcurrentExecutions" in function.properties]
