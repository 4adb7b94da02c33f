"""The short drill, and what an audit calls a difference."""

from __future__ import annotations

import pytest

from tests.log_drill.audit import Life, audit
from tests.log_drill.run import run
from tests.log_drill.scenario import SHORT


def test_every_answered_prediction_is_in_the_log_or_within_the_documented_loss() -> None:
    report = run(SHORT)
    assert report.findings.differences == ()
    assert {"SIGKILL", "SIGTERM"} <= {life.stop for life in report.lives}
    assert report.findings.answered > SHORT.predictions / 2


def life(stop: str, *, exit_code: int = 0, stopped_at: float = 10.0, **answered: float) -> Life:
    return Life(answered, stop, stopped_at, exit_code)


def test_a_process_that_is_killed_may_lose_its_last_answers() -> None:
    findings = audit([life("SIGKILL", exit_code=-9, a=8.0, b=9.5)], ["a"], lines=1)
    assert findings.differences == ()
    assert (findings.lost, findings.oldest_lost_s) == ({"SIGKILL": 1}, 0.5)


@pytest.mark.parametrize(
    ("lived", "read"),
    [
        (life("SIGTERM", a=9.9), []),
        (life("none", a=9.9), []),
        (life("SIGTERM", exit_code=1, a=9.9), ["a"]),
        (life("SIGKILL", exit_code=-9, a=1.0), []),
        (life("SIGKILL", exit_code=-9, a=9.8, b=9.9), ["b"]),
        (life("none", a=9.9), ["a", "a"]),
    ],
)
def test_what_is_not_as_documented_is_a_difference(lived: Life, read: list[str]) -> None:
    assert len(audit([lived], read, lines=len(read)).differences) == 1
