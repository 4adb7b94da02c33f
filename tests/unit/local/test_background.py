from __future__ import annotations

import threading

import pytest

from augury.local.background import repeated


def test_work_is_repeated_until_the_end_even_if_it_fails(caplog: pytest.LogCaptureFixture) -> None:
    calls = threading.Semaphore(0)

    def work() -> None:
        calls.release()
        raise ValueError("once more")

    with repeated(work, every_s=0, name="work"):
        assert all(calls.acquire(timeout=10) for _ in range(3))

    assert "work failed and goes on" in caplog.text
    assert "work" not in {thread.name for thread in threading.enumerate()}
