"""Which variation answers a caller, and which are shown the call."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.names import ClientName, PipelineName, Version
from augury.registry import (
    PipelineDeployment,
    PipelineTarget,
    Variation,
    choose_shadows,
    choose_variation,
    plan_promotion,
)

ACME, IRIS = ClientName("acme"), PipelineName("iris")
RATIOS = st.lists(st.just(0.0) | st.floats(1e-6, 1e6), min_size=1, max_size=25).filter(any)


def variations(*ratios: float, shadow: bool = False) -> list[Variation]:
    target = PipelineTarget(version=Version("1"))
    return [Variation(label=f"v{i}", ratio=ratio, target=target, shadow=shadow) for i, ratio in enumerate(ratios)]


def chosen(ratios: list[float], key: str) -> str:
    return choose_variation(variations(*ratios), ACME, IRIS, key).label


def within_sampling_error(count: int, of: int, share: float) -> bool:
    """Tell whether a count is within 4.5 standard errors of what a share of independent draws gives."""
    return abs(count - of * share) <= 4.5 * sqrt(of * share * (1 - share)) + 1


@given(RATIOS, st.text())
def test_some_variation_with_a_share_always_answers_and_always_the_same(ratios: list[float], key: str) -> None:
    label = chosen(ratios, key)
    assert label == chosen(ratios, key)
    assert ratios[int(label[1:])] > 0


@pytest.mark.parametrize("count", [2, 3, 20, 50])
def test_calls_are_shared_by_the_ratios_within_sampling_error(count: int) -> None:
    numbers = random.Random(count)
    ratios = [numbers.choice([0.0, 0.01, 1, 3, 250]) for _ in range(count - 1)] + [7]
    total, calls = sum(ratios), 20_000
    counts = Counter(chosen(ratios, f"{numbers.getrandbits(64):x}") for _ in range(calls))
    for position, ratio in enumerate(ratios):
        assert within_sampling_error(counts[f"v{position}"], calls, ratio / total)


TWENTY = [float(n) for n in range(1, 21)]


@pytest.mark.parametrize("ratios", [[0.5, 0.3, 0.2], TWENTY], ids=["three", "twenty"])
@pytest.mark.parametrize(
    "key_of", [str, "user-{:08d}".format, "a{}@example.com".format, "{0:b}".format, lambda n: "x" * n, chr],
    ids=["counted", "padded", "addresses", "binary", "lengths", "characters"],
)  # fmt: skip
def test_skewed_keys_are_shared_as_evenly_as_random_ones(key_of: Callable[[int], str], ratios: list[float]) -> None:
    keys = [key_of(n) for n in range(1, 3_000)]
    counts = Counter(chosen(ratios, key) for key in keys)
    for position, ratio in enumerate(ratios):
        assert within_sampling_error(counts[f"v{position}"], len(keys), ratio / sum(ratios))


def test_a_few_callers_that_make_most_calls_stay_where_they_are() -> None:
    calls = random.Random(7).choices([f"user-{n}" for n in range(1_000)], [1 / (n + 1) for n in range(1_000)], k=20_000)
    seen: dict[str, set[str]] = {}
    for key in calls:
        seen.setdefault(key, set()).add(chosen([0.9, 0.1], key))
    assert all(len(labels) == 1 for labels in seen.values())
    assert within_sampling_error(sum(labels == {"v1"} for labels in seen.values()), len(seen), 0.1)


def test_shares_follow_the_ratios_whatever_their_sum() -> None:
    keys = [f"user-{n}" for n in range(2_000)]
    expected = [chosen([0.7, 0.2, 0.1], key) for key in keys]
    assert [chosen([70, 20, 10], key) for key in keys] == expected


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=6), st.text(min_size=1))
def test_a_canary_that_grows_at_the_end_never_loses_a_caller(steps: list[float], key: str) -> None:
    labels = [chosen([1 - share, share], key) for share in sorted(steps)]
    assert labels == sorted(labels), "a caller only ever goes from v0 to v1"


def test_a_canary_that_grows_keeps_all_of_its_callers_and_gains_others() -> None:
    keys = [f"user-{n}" for n in range(5_000)]
    callers = [{key for key in keys if chosen([1 - share, share], key) == "v1"} for share in (0.01, 0.1, 0.5, 1)]
    assert callers[0] < callers[1] < callers[2] < callers[3] == set(keys)


@pytest.mark.parametrize("position", [0, 7, 19])
def test_a_canary_among_twenty_keeps_its_callers_through_the_promotions_that_grow_it(position: int) -> None:
    keys = [f"user-{n}" for n in range(4_000)]
    deployment = PipelineDeployment(pipeline=IRIS, revision=1, variations=tuple(variations(*TWENTY)))
    canary = deployment.variations[position]
    callers: set[str] = set()
    for share in (0.01, 0.1, 0.5, 0.99):
        deployment = plan_promotion(deployment, IRIS, canary.target, share=share, label=canary.label).after
        assert len(deployment.answering) == 20
        got = {key for key in keys if choose_variation(deployment.answering, ACME, IRIS, key).label == canary.label}
        assert callers < got
        assert within_sampling_error(len(got), len(keys), share)
        callers = got


def test_another_client_or_pipeline_draws_anew() -> None:
    two = variations(1, 1)
    keys = [f"user-{n}" for n in range(200)]
    drawn = [choose_variation(two, ACME, IRIS, key).label for key in keys]
    assert drawn != [choose_variation(two, ClientName("other"), IRIS, key).label for key in keys]
    assert drawn != [choose_variation(two, ACME, PipelineName("wine"), key).label for key in keys]


def test_a_shadow_is_shown_its_part_of_all_calls_whoever_answers_them() -> None:
    keys = [f"user-{n}" for n in range(4_000)]
    (shadow,) = variations(0.25, shadow=True)
    for label, share in (("v0", 0.8), ("v1", 0.2)):
        answered = [key for key in keys if chosen([0.8, 0.2], key) == label]
        shown = [key for key in answered if list(choose_shadows([shadow], ACME, IRIS, key))]
        assert within_sampling_error(len(answered), len(keys), share)
        assert within_sampling_error(len(shown), len(answered), 0.25)


@pytest.mark.parametrize(("ratio", "times"), [(0.0, 0), (1.0, 100)])
def test_a_shadow_of_none_or_all_calls_is_shown_none_or_all(ratio: float, times: int) -> None:
    shadows = variations(ratio, shadow=True)
    assert sum(1 for n in range(100) for _ in choose_shadows(shadows, ACME, IRIS, str(n))) == times
