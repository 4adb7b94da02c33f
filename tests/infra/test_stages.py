"""What a stage may be configured to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from augury.lake import EVENTS_PREFIX
from infra.stages import DEV, PROD, Buffering, Lifetime
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
