"""Records into a stream that refuses some of them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from augury.aws import AwsUnavailable, DeliveryStream, PutOutcome
from augury.errors import AuguryError, Kind
from augury.ingest import deliver
from augury.ingest.delivery import Clock


class ScriptedStream(DeliveryStream):
    """A delivery stream that fails as it is told, then accepts everything."""

    def __init__(self, *script: Sequence[int] | Exception) -> None:
        self._script = list(script)
        self.accepted: list[bytes] = []
        self.calls: list[list[bytes]] = []

    def put_batch(self, records: Sequence[bytes]) -> PutOutcome:
        self.calls.append(list(records))
        step = self._script.pop(0) if self._script else ()
        if isinstance(step, Exception):
            raise step
        self.accepted += [record for position, record in enumerate(records) if position not in step]
        return PutOutcome(tuple(step))


class SteppedClock(Clock):
    """A clock that moves only when something sleeps."""

    def __init__(self) -> None:
        object.__setattr__(self, "elapsed_s", 0.0)
        super().__init__(now=lambda: self.elapsed_s, sleep=self._step)

    elapsed_s: float

    def _step(self, seconds: float) -> None:
        object.__setattr__(self, "elapsed_s", self.elapsed_s + seconds)


def test_only_refused_records_are_sent_again() -> None:
    stream = ScriptedStream([1], [0])
    deliver([b"a", b"b", b"c"], stream, within_s=10, clock=SteppedClock())
    assert stream.calls == [[b"a", b"b", b"c"], [b"b"], [b"b"]]
    assert sorted(stream.accepted) == [b"a", b"b", b"c"]


def test_a_call_that_fails_whole_is_made_again() -> None:
    stream = ScriptedStream(AwsUnavailable("throttled"))
    deliver([b"a"], stream, within_s=10, clock=SteppedClock())
    assert stream.accepted == [b"a"]


def test_it_gives_up_in_time_and_says_503() -> None:
    clock = SteppedClock()
    with pytest.raises(AuguryError) as refused:
        deliver([b"a"], ScriptedStream(*[[0]] * 1_000), within_s=5, clock=clock)
    assert refused.value.kind is Kind.UNAVAILABLE
    assert 2 < clock.elapsed_s < 5


def test_without_time_for_a_second_try_there_is_one() -> None:
    stream = ScriptedStream([0], [0])
    with pytest.raises(AuguryError):
        deliver([b"a"], stream, within_s=0, clock=SteppedClock())
    assert len(stream.calls) == 1
