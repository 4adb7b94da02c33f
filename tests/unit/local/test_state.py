from __future__ import annotations

from pathlib import Path

import pytest

from augury.config import Deployment
from augury.local.state import published


def deployment(port: int) -> Deployment:
    return Deployment(
        api_url=f"http://127.0.0.1:{port}", region="us-east-1", bucket="lake", table="table", pepper_secret="p"
    )


def test_a_deployment_can_be_read_while_it_runs_and_not_after(tmp_path: Path) -> None:
    state = tmp_path / ".augury" / "local.json"

    with published(deployment(1), state):
        assert Deployment.read_local(state) == deployment(1)
        assert state.stat().st_mode & 0o777 == 0o600
        assert list(state.parent.iterdir()) == [state]

    assert not state.exists()


def test_the_file_of_a_later_platform_is_left_to_it(tmp_path: Path) -> None:
    state = tmp_path / "local.json"

    with published(deployment(2), tmp_path / "other.json"), published(deployment(1), state):
        (tmp_path / "other.json").replace(state)

    assert Deployment.read_local(state) == deployment(2)


def test_a_file_that_a_crash_left_behind_is_replaced(tmp_path: Path) -> None:
    state = tmp_path / "local.json"
    state.write_text("{")

    with published(deployment(1), state):
        assert Deployment.read_local(state) == deployment(1)


def test_a_state_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    state = tmp_path / "local.json"
    state.mkdir()

    with pytest.raises(OSError, match="Is a directory"), published(deployment(1), state):
        pass

    assert list(tmp_path.iterdir()) == [state]
