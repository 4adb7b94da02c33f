"""What a function does after its answers is done before Lambda freezes it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.predict.extension import ExtensionsApi, Handover, NoExtensions
from tests.lambda_runtime import PATIENCE_S, Environment, running


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


@pytest.fixture
def environment(notes: Path) -> Iterator[Environment]:
    with running("tests.after_answers.handler", {"NOTES": str(notes)}) as environment:
        yield environment


def read(notes: Path) -> list[str]:
    return notes.read_text().splitlines() if notes.exists() else []


def test_it_registers_for_invocations_alone(environment: Environment) -> None:
    environment.wait_for_rest()
    assert environment.registered == {"augury-after-answer": ["INVOKE"]}


def test_the_work_of_every_invocation_is_done_before_the_freeze(environment: Environment, notes: Path) -> None:
    for number in range(1, 101):
        assert environment.invoke({"number": number}) == {"number": 1 / number}
        environment.wait_for_rest()
        assert read(notes)[-1] == f"after {number}"
    assert len(read(notes)) == 100


def test_the_caller_does_not_wait_for_the_work(environment: Environment, notes: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert environment.invoke({"number": 1, "wait": str(pipe)}) == {"number": 1.0}
    assert not environment.is_at_rest
    assert read(notes) == []
    pipe.write_text("go on")
    environment.wait_for_rest()
    assert read(notes) == ["after 1"]


def test_an_invocation_that_fails_holds_up_nothing(environment: Environment, notes: Path) -> None:
    assert environment.invoke({"number": 0})["errorType"] == "ZeroDivisionError"
    assert environment.invoke({"number": 2}) == {"number": 0.5}
    environment.wait_for_rest()
    assert read(notes) == ["after 0", "after 2"]


def test_work_that_raises_ends_the_process_and_does_not_hang_until_the_timeout(environment: Environment) -> None:
    assert environment.invoke({"number": 1, "fails": True}) == {"number": 1.0}
    assert environment.process is not None
    assert environment.process.wait(PATIENCE_S) == 1


def test_it_ends_in_order_when_lambda_ends_the_environment(environment: Environment, notes: Path) -> None:
    environment.invoke({"number": 1})
    environment.wait_for_rest()
    assert environment.end() == 0
    assert read(notes) == ["after 1", "end"]


def test_where_there_are_no_extensions_callers_wait(notes: Path) -> None:
    with running("tests.after_answers.handler", {"NOTES": str(notes)}, takes_extensions=False) as environment:
        environment.invoke({"number": 1})
        assert read(notes) == ["no extension", "after 1"]


def test_where_there_is_no_api_it_is_told_so() -> None:
    with pytest.raises(NoExtensions):
        ExtensionsApi("127.0.0.1:9").register("name")


def test_an_answer_counts_as_sent_when_the_runtime_lets_go_of_it() -> None:
    handover = Handover()
    answer = handover.answer("1", lambda: {"statusCode": 200})
    assert not handover.wait("1", within_s=0.01)
    del answer
    assert handover.wait("1", within_s=20)
    assert not handover.wait("2", within_s=0.01)


def test_the_answer_of_another_thread_is_waited_for() -> None:
    handover = Handover()
    may_answer = threading.Event()

    def answer() -> None:
        may_answer.wait(20)
        handover.answer("1", dict)

    thread = threading.Thread(target=answer)
    thread.start()
    may_answer.set()
    assert handover.wait("1", within_s=20)
    thread.join()
