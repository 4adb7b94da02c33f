"""The prediction log between an answer and Firehose."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.aws import AwsUnavailable, PutOutcome
from augury.aws.streams import MAX_RECORD_BYTES
from augury.errors import Kind
from augury.names import PipelineName
from augury.registry import PipelineTarget, Variation
from augury.serving import BackgroundLog, Failed, LogQueue, SynchronousLog
from augury.serving.answers import Answer
from augury.serving.calls import Reply
from augury.serving.log_buffer import ENDED, ENDING, FULL, TOO_LARGE
from augury.serving.log_queue import Clock
from augury.serving.prediction_log import Served
from augury.waiting import MustWait, no_waiting
from tests.artifacts import ACME, IRIS, VERSION
from tests.streams import ScriptedStream

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DEFAULT = Variation(label="default", ratio=1, target=PipelineTarget(version=VERSION))
DOWN = AwsUnavailable("down")


class Queue(LogQueue):
    """A queue on a clock that moves only when something sleeps, which keeps what it was told of losses."""

    def __init__(self, stream: ScriptedStream, most_bytes: int = 10**6, most_lines: int = 1000) -> None:
        self.now = 0.0
        self.lost: Counter[str] = Counter()
        clock = Clock(now=lambda: self.now, sleep=self.step)
        super().__init__(stream, self._count, most_bytes=most_bytes, most_lines=most_lines, clock=clock)

    def step(self, seconds: float) -> None:
        self.now += seconds

    def _count(self, lines: int, reason: str) -> None:
        self.lost[reason] += lines


class PickyStream(ScriptedStream):
    """A stream that refuses every record with something in it."""

    def __init__(self, refused: bytes) -> None:
        super().__init__()
        self._refused = refused

    def put_batch(self, records: Sequence[bytes]) -> PutOutcome:
        if any(self._refused in record for record in records):
            return PutOutcome(tuple(range(len(records))))
        return super().put_batch(records)


def served(puid: str, rows: int = 1, **features: object) -> Served:
    predictions = [[{"prediction": 0.5}]] * rows
    answer = Answer(puid, IRIS, "default", predictions, single=rows == 1)
    reply = Reply(predictions, lane="plan", target="iris 1")
    return Served(ACME, IRIS, 1, DEFAULT, reply, [features] * rows, answer, 0.25, AT)


def failed(puid: str) -> Failed:
    return Failed(ACME, puid, PipelineName("iris"), 1, DEFAULT, Kind.UNAVAILABLE, 0.25, AT)


def puids(stream: ScriptedStream) -> list[str]:
    return [json.loads(line)["puid"] for line in stream.lines]


def test_lines_wait_until_they_are_flushed_and_travel_in_one_record() -> None:
    queue = Queue(stream := ScriptedStream())
    queue.served(served("a", rows=2))
    queue.failed(failed("b"))
    assert stream.calls == []
    assert queue.flush(within_s=1)
    assert len(stream.accepted) == 1
    assert puids(stream) == ["a", "a", "b"]
    assert queue.waiting_bytes == 0


def test_a_line_is_written_when_its_call_is_logged() -> None:
    queue = Queue(stream := ScriptedStream())
    features = {"f1": 1}
    answered = served("a")
    object.__setattr__(answered, "rows", [features])
    queue.served(answered)
    features["f1"] = 2
    queue.flush(within_s=1)
    assert json.loads(stream.lines[0])["input"] == {"f1": 1}


def test_a_refused_record_waits_a_little_and_is_sent_after_the_others() -> None:
    queue = Queue(stream := ScriptedStream([0]), most_bytes=10**7)
    for puid in "abcde":
        queue.served(served(puid, text="x" * 400_000))
    assert queue.flush(within_s=1)
    assert puids(stream) == ["c", "d", "e", "a", "b"]
    assert 0 < queue.now < 0.1


def test_a_record_that_is_never_taken_holds_up_no_other() -> None:
    queue = Queue(stream := PickyStream(b'"puid":"a"'), most_bytes=10**7)
    for puid in "abcde":
        queue.served(served(puid, text="x" * 600_000))
    assert not queue.flush(within_s=1)
    assert puids(stream) == ["b", "c", "d", "e"]


def test_records_have_calls_of_their_own() -> None:
    queue = Queue(stream := ScriptedStream(), most_bytes=10**7)
    for puid in "abc":
        queue.served(served(puid, text="x" * 600_000))
    assert queue.flush(within_s=1)
    assert [len(call) for call in stream.calls] == [1, 1, 1]


def test_a_call_whose_outcome_is_unknown_is_made_again_byte_for_byte() -> None:
    queue = Queue(stream := ScriptedStream(DOWN))
    queue.served(served("a"))
    assert queue.flush(within_s=1)
    assert stream.calls[0] == stream.calls[1]


def test_a_fault_that_nobody_thought_of_costs_no_line() -> None:
    queue = Queue(stream := ScriptedStream(ZeroDivisionError()))
    queue.served(served("a"))
    assert queue.flush(within_s=1)
    assert puids(stream) == ["a"]


def test_lines_of_a_stream_that_is_down_wait_for_it() -> None:
    queue = Queue(stream := ScriptedStream(*[DOWN] * 3))
    queue.served(served("a"))
    assert not queue.flush(within_s=0.01)
    queue.step(60)
    queue.served(served("b"))
    assert queue.flush(within_s=5)
    assert puids(stream) == ["a", "b"]
    assert queue.lost == {}


def test_a_stream_that_failed_is_left_alone_for_a_while() -> None:
    queue = Queue(stream := ScriptedStream(*[DOWN] * 2))
    queue.served(served("a"))
    assert not queue.flush(within_s=0.01)
    assert not queue.flush(within_s=5)
    assert len(stream.calls) == 1
    queue.step(60)
    assert queue.flush(within_s=5)


def test_what_does_not_fit_is_lost_and_told_once() -> None:
    queue = Queue(stream := ScriptedStream(), most_lines=3)
    for puid in "abcde":
        queue.served(served(puid))
    assert queue.flush(within_s=1)
    assert puids(stream) == ["a", "b", "c"]
    assert queue.lost == {FULL: 2}


@pytest.mark.parametrize("script", [(), (DOWN,) * 1000])
def test_no_more_bytes_wait_than_may(script: tuple[Exception, ...]) -> None:
    queue = Queue(ScriptedStream(*script), most_bytes=5_000)
    for number in range(100):
        queue.served(served(str(number)))
        assert queue.waiting_bytes <= 5_000
        if number % 7 == 0:
            queue.flush(within_s=0.01)
            queue.step(60)


def test_a_line_that_no_record_holds_is_lost_alone() -> None:
    queue = Queue(stream := ScriptedStream(), most_bytes=10**8)
    queue.served(served("huge", text="x" * MAX_RECORD_BYTES))
    queue.served(served("a"))
    assert queue.flush(within_s=1)
    assert puids(stream) == ["a"]
    assert queue.lost == {TOO_LARGE: 1}


def test_closing_tries_a_stream_that_failed_before() -> None:
    queue = Queue(stream := ScriptedStream(DOWN))
    queue.served(served("a"))
    queue.flush(within_s=0.01)
    assert queue.close(within_s=1)
    assert puids(stream) == ["a"]


def test_what_is_not_sent_when_the_process_ends_is_told() -> None:
    queue = Queue(ScriptedStream(*[DOWN] * 1000))
    queue.served(served("a"))
    assert not queue.close(within_s=1)
    queue.served(served("b"))
    assert queue.flush(within_s=1)
    assert queue.lost == {ENDED: 1, ENDING: 1}


@given(st.lists(st.sampled_from(["log", "flush", "down", "refuse"]), max_size=60), st.integers())
def test_every_line_is_sent_or_told_to_be_lost_and_none_is_sent_twice(steps: list[str], seed: int) -> None:
    random.seed(seed)
    queue, logged = Queue(stream := ScriptedStream(), most_lines=10), 0
    for step in steps:
        match step:
            case "log":
                queue.served(served(f"{logged}"))
                logged += 1
            case "flush":
                queue.flush(within_s=0.2)
                queue.step(60)
            case _:
                stream.script.append(DOWN if step == "down" else [0])
    queue.close(within_s=0.2)
    sent = puids(stream)
    assert len(set(sent)) == len(sent)
    assert len(sent) + queue.lost.total() == logged


def test_a_synchronous_log_has_sent_the_lines_of_a_call_when_it_returns() -> None:
    log = SynchronousLog(Queue(stream := ScriptedStream()))
    log.served(served("a"))
    log.failed(failed("b"))
    assert puids(stream) == ["a", "b"]


def test_a_synchronous_log_sends_what_was_refused_with_the_next_call() -> None:
    queue = Queue(stream := ScriptedStream(*[DOWN] * 10))
    log = SynchronousLog(queue)
    log.served(served("a"))
    stream.script.clear()
    queue.step(60)
    log.served(served("b"))
    assert puids(stream) == ["a", "b"]


def test_a_synchronous_log_says_before_it_waits() -> None:
    log = SynchronousLog(Queue(stream := ScriptedStream()))
    with no_waiting(), pytest.raises(MustWait):
        log.served(served("a"))
    log.served(served("a"))
    assert puids(stream) == ["a"]


class SignallingStream(ScriptedStream):
    """Tells when something was accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.has_accepted = threading.Event()

    def put_batch(self, records):  # type: ignore[no-untyped-def]
        outcome = super().put_batch(records)
        self.has_accepted.set()
        return outcome


def test_a_background_log_sends_on_its_own() -> None:
    stream = SignallingStream()
    log = BackgroundLog(Queue(stream), every_s=0.01)
    log.served(served("a"))
    assert stream.has_accepted.wait(20)
    assert log.close(within_s=20)
    assert puids(stream) == ["a"]


def test_a_background_log_does_not_wait_for_its_time_where_a_record_is_full() -> None:
    stream = SignallingStream()
    log = BackgroundLog(Queue(stream, most_bytes=10**8), every_s=3_600)
    log.failed(failed("first"))
    for number in range(6):
        log.served(served(str(number), text="x" * 800_000))
    assert stream.has_accepted.wait(20)
    assert log.close(within_s=20)
    assert puids(stream) == ["first", *map(str, range(6))]


def test_a_background_log_has_sent_everything_when_it_is_closed() -> None:
    log = BackgroundLog(Queue(stream := ScriptedStream()), every_s=3_600)
    log.served(served("a"))
    assert log.close(within_s=20)
    assert puids(stream) == ["a"]


def test_many_threads_may_log_at_once() -> None:
    log = BackgroundLog(Queue(stream := ScriptedStream(), most_lines=10**6), every_s=0.001)

    def call(caller: int) -> None:
        for number in range(500):
            log.served(served(f"{caller}-{number}"))

    callers = [threading.Thread(target=call, args=(caller,)) for caller in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert log.close(within_s=20)
    assert len(set(puids(stream))) == len(puids(stream)) == 2_000
