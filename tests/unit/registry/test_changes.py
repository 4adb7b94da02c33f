"""What promotion, rollback and withdrawal would do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.names import ClientName, PipelineName, Version
from augury.registry import (
    ChangeRefused,
    DeploymentChange,
    LambdaTarget,
    PipelineDeployment,
    PipelineTarget,
    Variation,
    choose_variation,
    plan_promotion,
    plan_rollback,
    plan_withdrawal,
)

IRIS = PipelineName("iris")


def version(label: str) -> PipelineTarget:
    return PipelineTarget(version=Version(label))


def deployment(*variations: Variation, revision: int = 1, restores: int | None = None) -> PipelineDeployment:
    return PipelineDeployment(pipeline=IRIS, revision=revision, variations=variations, restores=restores)


def variation(label: str, ratio: float, of: str = "1", *, shadow: bool = False) -> Variation:
    return Variation(label=label, ratio=ratio, target=version(of), shadow=shadow)


ONE = deployment(variation("default", 1))


def shares(change: DeploymentChange) -> dict[str, float]:
    return {one.label: change.after.share(one) for one in change.after.variations}


def test_the_first_target_takes_all_calls() -> None:
    change = plan_promotion(None, IRIS, version("1"))
    assert (change.before, change.after.revision, shares(change)) == (None, 1, {"default": 1})


@pytest.mark.parametrize(("share", "shadow"), [(0.5, False), (1.0, True)])
def test_without_a_deployment_there_is_nobody_for_the_rest(share: float, shadow: bool) -> None:
    with pytest.raises(ChangeRefused, match="give its first target all calls"):
        plan_promotion(None, IRIS, version("1"), share=share, shadow=shadow)


def test_a_canary_comes_last_is_called_after_its_version_and_grows_in_its_place() -> None:
    first = plan_promotion(ONE, IRIS, version("2"), share=0.01)
    half = plan_promotion(first.after, IRIS, version("2"), share=0.5)
    whole = plan_promotion(half.after, IRIS, version("2"))
    assert shares(first) == {"default": 0.99, "2": 0.01}
    assert shares(half) == {"default": 0.5, "2": 0.5}
    assert shares(whole) == {"2": 1}
    assert [change.after.revision for change in (first, half, whole)] == [2, 3, 4]


def test_a_new_version_takes_the_place_of_the_default() -> None:
    change = plan_promotion(ONE, IRIS, version("2"))
    assert [(one.label, one.target) for one in change.after.variations] == [("default", version("2"))]


def test_the_others_share_the_rest_as_they_did() -> None:
    three = deployment(variation("a", 6), variation("b", 2, "2"), variation("c", 2, "3"))
    assert shares(plan_promotion(three, IRIS, version("3"), share=0.6)) == pytest.approx({"a": 0.3, "b": 0.1, "c": 0.6})


def test_a_shadow_takes_nothing_from_those_that_answer_and_stays_through_promotions() -> None:
    shadowed = plan_promotion(ONE, IRIS, version("2"), shadow=True, label="new")
    assert shares(shadowed) == {"default": 1, "new": 1}
    promoted = plan_promotion(shadowed.after, IRIS, version("3"))
    assert [(one.label, one.shadow) for one in promoted.after.variations] == [("default", False), ("new", True)]


def test_a_shadow_is_promoted_to_answer() -> None:
    shadowed = plan_promotion(ONE, IRIS, version("2"), shadow=True).after
    assert shares(plan_promotion(shadowed, IRIS, version("2"), share=0.1)) == {"default": 0.9, "2": 0.1}


def test_the_only_one_that_answers_cannot_become_a_shadow() -> None:
    with pytest.raises(ChangeRefused, match="answers all calls"):
        plan_promotion(ONE, IRIS, version("1"), shadow=True)


@pytest.mark.parametrize("share", [0, -0.1, 1.1, float("nan"), float("inf")])
def test_a_ratio_is_a_part_of_all_calls(share: float) -> None:
    with pytest.raises(ChangeRefused, match="above 0 and up to 1"):
        plan_promotion(ONE, IRIS, version("2"), share=share)


@pytest.mark.parametrize("label", ["", "-a", "a b", "é", "a" * 64])
def test_a_bad_label_is_refused_by_name(label: str) -> None:
    with pytest.raises(ChangeRefused, match="label"):
        plan_promotion(ONE, IRIS, LambdaTarget(function="f"), share=0.5, label=label)


def test_a_function_that_answers_a_part_needs_a_label() -> None:
    with pytest.raises(ChangeRefused, match="--label"):
        plan_promotion(ONE, IRIS, LambdaTarget(function="f"), share=0.5)


def test_there_is_an_end_to_variations() -> None:
    current = ONE
    for number in range(2, 51):
        current = plan_promotion(current, IRIS, version(str(number)), share=0.02).after
    assert len(current.variations) == 50
    with pytest.raises(ChangeRefused, match="withdraw one first"):
        plan_promotion(current, IRIS, version("51"), share=0.02)


def test_a_withdrawn_variation_leaves_its_calls_to_the_others() -> None:
    three = deployment(variation("a", 0.6), variation("b", 0.3, "2"), variation("c", 0.1, "3"))
    assert shares(plan_withdrawal(three, "b")) == pytest.approx({"a": 6 / 7, "c": 1 / 7})
    with pytest.raises(ChangeRefused, match="it has a, b, c"):
        plan_withdrawal(three, "d")
    with pytest.raises(ChangeRefused, match="the only one"):
        plan_withdrawal(ONE, "default")


def test_a_rollback_brings_the_last_different_revision_back_and_twice_goes_back_twice() -> None:
    past = [deployment(variation("default", 1, str(n)), revision=n) for n in (1, 2, 3)]
    once = plan_rollback(past[-1], past, None).after
    assert (once.revision, once.restores, once.variations) == (4, 2, past[1].variations)
    twice = plan_rollback(once, [*past, once], None).after
    assert (twice.revision, twice.restores, twice.variations) == (5, 1, past[0].variations)
    with pytest.raises(ChangeRefused, match="no earlier revision"):
        plan_rollback(twice, [*past, once, twice], None)


def test_a_rollback_passes_over_the_steps_of_a_canary() -> None:
    past = [deployment(variation("default", 1))]
    for share in (0.1, 0.5, 1):
        grown = plan_promotion(past[-1], IRIS, version("2"), share=share, label="new").after
        past.append(grown.model_copy(update={"canary_of": "new" if share < 1 else None}))

    assert plan_rollback(past[-1], past, None).after.restores == 1
    assert plan_rollback(past[2], past[:3], None).after.restores == 1
    assert plan_rollback(past[-1], past, 3).after.variations == past[2].variations


def test_a_rollback_to_a_number_brings_that_one_back() -> None:
    past = [deployment(variation("default", 1, str(n)), revision=n) for n in (1, 2, 3)]
    assert plan_rollback(past[-1], past, 1).after.variations == past[0].variations
    with pytest.raises(ChangeRefused, match="no revision 9: it is at 3"):
        plan_rollback(past[-1], past, 9)


def test_a_change_says_what_is_before_and_after() -> None:
    canary = plan_promotion(ONE, IRIS, version("2"), share=0.25).after
    lines = {
        line.label: (line.share_before, line.share_after) for line in plan_promotion(canary, IRIS, version("2")).lines()
    }
    assert lines == {"default": (0.75, None), "2": (0.25, 1)}
    assert not plan_promotion(ONE, IRIS, version("1")).changes


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=5), st.integers(0, 10**6))
def test_a_caller_of_a_canary_stays_with_it_through_every_promotion_that_grows_it(steps: list[float], n: int) -> None:
    current, answered = ONE, []
    for share in sorted(steps):
        current = plan_promotion(current, IRIS, version("2"), share=share, label="canary").after
        answered.append(choose_variation(current.answering, ClientName("acme"), IRIS, f"user-{n}").label == "canary")
    assert answered == sorted(answered)
