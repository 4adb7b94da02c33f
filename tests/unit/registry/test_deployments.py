"""What a deployment must be to be one."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from augury.registry import PipelineDeployment


def made(*variations: dict[str, Any]) -> PipelineDeployment:
    target = {"kind": "pipeline", "version": "1"}
    return PipelineDeployment.model_validate(
        {"pipeline": "iris", "revision": 1, "variations": [{"target": target, **one} for one in variations]}
    )


@pytest.mark.parametrize(
    ("variations", "message"),
    [
        ([], "at least 1"),
        ([{"label": "a", "ratio": 0}], "no variation answers"),
        ([{"label": "a", "ratio": 1, "shadow": True}], "no variation answers"),
        ([{"label": "a", "ratio": 1}, {"label": "a", "ratio": 1}], "'a' is there twice"),
        ([{"label": "a", "ratio": -1}], "greater than or equal to 0"),
        ([{"label": "a", "ratio": float("nan")}], "ratio"),
        ([{"label": "a", "ratio": float("inf")}], "ratio"),
        ([{"label": "a", "ratio": 1}, {"label": "s", "ratio": 2, "shadow": True}], "the part of calls it sees"),
        ([{"label": "a/b", "ratio": 1}], "label"),
        ([{"label": "a", "ratio": 1, "target": {"kind": "pipeline", "version": "../1"}}], "version"),
        ([{"label": "a", "ratio": 1, "target": {"kind": "ftp", "url": "x"}}], "kind"),
        ([{"label": f"v{n}", "ratio": 1} for n in range(51)], "at most 50"),
    ],
)
def test_what_could_not_answer_is_no_deployment(variations: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        made(*variations)


def test_ratios_are_shares_of_those_that_answer() -> None:
    deployment = made(
        {"label": "a", "ratio": 3}, {"label": "b", "ratio": 1}, {"label": "s", "ratio": 0.5, "shadow": True}
    )
    assert [deployment.share(variation) for variation in deployment.variations] == [0.75, 0.25, 0.5]
