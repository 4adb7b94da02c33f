"""Each drill once, short: what is asked while things change and fail is answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.drills.scenes import DRILLS
from tests.drills.world import World, world


@pytest.fixture(scope="module")
def place() -> Iterator[World]:
    with world(seconds=0.5, ttl_s=1, slack_s=1) as made:
        yield made


@pytest.mark.parametrize("name", DRILLS)
def test_nothing_fails_that_should_not(place: World, name: str) -> None:
    outcome = DRILLS[name](place)
    assert len(outcome.asked) > 100
    assert not outcome.wrong
