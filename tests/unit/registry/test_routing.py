"""Which variation answers a caller."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from augury.names import ClientName, PipelineName, Version
from augury.registry import PipelineTarget, Variation, choose_variation

ACME, IRIS = ClientName("acme"), PipelineName("iris")


def variations(*ratios: float) -> list[Variation]:
    target = PipelineTarget(version=Version("1"))
    return [Variation(label=f"v{i}", ratio=ratio, target=target) for i, ratio in enumerate(ratios)]


def chosen(ratios: list[float], key: str) -> str:
    return choose_variation(variations(*ratios), ACME, IRIS, key).label


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=20), st.text())
def test_some_variation_always_answers_and_always_the_same(ratios: list[float], key: str) -> None:
    assert chosen(ratios, key) == chosen(ratios, key)


def test_shares_follow_the_ratios_whatever_their_sum() -> None:
    for scale in (1, 0.01, 300):
        counts = Counter(chosen([0.7 * scale, 0.2 * scale, 0.1 * scale], f"user-{n}") for n in range(20_000))
        assert abs(counts["v0"] / 20_000 - 0.7) < 0.015
        assert abs(counts["v2"] / 20_000 - 0.1) < 0.01


def test_a_canary_that_grows_at_the_end_keeps_its_callers() -> None:
    keys = [f"user-{n}" for n in range(5_000)]
    before = {key for key in keys if chosen([0.99, 0.01], key) == "v1"}
    after = {key for key in keys if chosen([0.5, 0.5], key) == "v1"}
    assert before
    assert before < after


def test_another_client_or_pipeline_draws_anew() -> None:
    two = variations(1, 1)
    keys = [f"user-{n}" for n in range(200)]
    drawn = [choose_variation(two, ACME, IRIS, key).label for key in keys]
    assert drawn != [choose_variation(two, ClientName("other"), IRIS, key).label for key in keys]
    assert drawn != [choose_variation(two, ACME, PipelineName("wine"), key).label for key in keys]
