"""What may answer a variation's calls, as an operator names it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.registry import HttpTarget, LambdaTarget, PipelineTarget, parse_target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("20261123-115912", PipelineTarget(version="20261123-115912")),
        ("lambda:scores", LambdaTarget(function="scores")),
        ("lambda:scores:live", LambdaTarget(function="scores", alias="live")),
        ("https://scores.example.com", HttpTarget(url="https://scores.example.com/predict")),
        ("https://scores.example.com/v2/predict", HttpTarget(url="https://scores.example.com/v2/predict")),
        ("http://scores.models.svc.cluster.local:5000/", HttpTarget(url="http://scores.models.svc.cluster.local:5000")),
        ("http://[::1]:5000", HttpTarget(url="http://[::1]:5000/predict")),
    ],
)  # fmt: skip
def test_a_target_is_told_by_its_form(text: str, target: object) -> None:
    assert parse_target(text) == target


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "https://",
        "https:///predict",
        "https://user:secret@example.com/",
        "https://example.com@169.254.169.254/",
        "https://example.com\\@169.254.169.254/",
        "https://example.com?x=1",
        "https://example.com/predict#part",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://example.com:/",
        "https://example.com./",
        "https://exam ple.com/",
        "https://example.com/\tpredict",
        "https://ex\nample.com/",
        "https://example.com/../admin",
        "https://example.com/%2e%2e/admin",
        "https://example.com//predict",
        "https://éxample.com/",
        "https://[::1%25eth0]/",
        "https://[::1/",
        "https://-example.com/",
    ],
)
def test_an_address_that_two_readers_could_read_differently_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is no address of a target"):
        parse_target(url)


@pytest.mark.parametrize("text", ["", "UPPER", "lambda:", "lambda:a b", "../1", "lambda:f:a:b"])
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not valid"):
        parse_target(text)


@given(st.text(max_size=40))
def test_any_address_is_taken_in_its_one_spelling_or_refused(rest: str) -> None:
    try:
        target = parse_target(f"https://{rest}")
    except ValueError:
        return
    assert isinstance(target, HttpTarget)
    assert parse_target(target.url) == target
    assert "@" not in target.url


@pytest.mark.parametrize("timeout_s", [0, -1, 21, float("nan"), float("inf")])
def test_a_target_has_a_time_that_callers_can_wait(timeout_s: float) -> None:
    with pytest.raises(ValueError, match="timeout_s"):
        parse_target("lambda:scores", timeout_s=timeout_s)
