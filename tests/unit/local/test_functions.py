from __future__ import annotations

import gc
import importlib
import sys
import threading
import weakref
from typing import Any

import pytest

from augury.local.functions import (
    MAX_ANSWER_BYTES,
    MAX_PAYLOAD_BYTES,
    FunctionConfiguration,
    FunctionFailed,
    LocalFunction,
    PayloadTooLarge,
)
from tests.unit.local.handlers import HandlerModules

ECHO = """
    def handler(event, context):
        return event
"""


def function(handler: str, **changes: Any) -> LocalFunction:
    return LocalFunction(FunctionConfiguration("split", handler, **changes))


def test_a_handler_gets_the_event_and_its_answer_comes_back(handler_modules: HandlerModules) -> None:
    with function(handler_modules.write("echo", ECHO)) as echo:
        assert echo.invoke({"a": ["é", 1, None]}) == {"a": ["é", 1, None]}


def test_a_handler_cannot_change_its_callers_event(handler_modules: HandlerModules) -> None:
    handler = handler_modules.write("changing", "def handler(event, context): event['a'].clear()")
    event = {"a": [1]}

    with function(handler) as changing:
        changing.invoke(event)

    assert event == {"a": [1]}


def test_the_context_is_that_of_lambda(handler_modules: HandlerModules) -> None:
    handler = handler_modules.write(
        "context",
        """
        def handler(event, context):
            return [
                context.function_name, context.function_version, context.invoked_function_arn,
                context.memory_limit_in_mb, context.log_group_name, context.aws_request_id,
            ]
        """,
    )

    with function(handler, memory_mb=256, region="eu-west-1") as described:
        *names, first_id = described.invoke({})
        *_, second_id = described.invoke({})

    arn = "arn:aws:lambda:eu-west-1:123456789012:function:split"
    assert names == ["split", "$LATEST", arn, "256", "/aws/lambda/split"]
    assert first_id != second_id


def test_the_remaining_time_counts_down_from_the_timeout_of_each_invocation(handler_modules: HandlerModules) -> None:
    handler = handler_modules.write(
        "remaining",
        """
        def handler(event, context):
            return [context.get_remaining_time_in_millis() for _ in range(3)]
        """,
    )
    times = iter([100.0, 100.5, 102.0, 199.0, 200.0, 200.0, 200.0, 200.0])
    configuration = FunctionConfiguration("timed", handler, timeout_s=3)

    with LocalFunction(configuration, now=lambda: next(times)) as timed:
        assert timed.invoke({}) == [2500, 1000, 0]
        assert timed.invoke({}) == [3000, 3000, 3000]


def test_entering_a_function_again_is_a_cold_start(
    handler_modules: HandlerModules, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = handler_modules.write(
        "settings",
        """
        import os
        STAGE, CALLS = os.environ["AUGURY_STAGE"], []

        def handler(event, context):
            CALLS.append(event)
            return [STAGE, len(CALLS)]
        """,
    )

    monkeypatch.setenv("AUGURY_STAGE", "first")
    with function(handler) as first:
        assert [first.invoke({}), first.invoke({})] == [["first", 1], ["first", 2]]
    monkeypatch.setenv("AUGURY_STAGE", "second")
    with function(handler) as second:
        assert second.invoke({}) == ["second", 1]


def test_a_left_functions_module_is_forgotten(handler_modules: HandlerModules) -> None:
    handler = handler_modules.write("echo", ECHO)

    with function(handler):
        pass

    package = importlib.import_module(handler_modules.package)
    assert f"{handler_modules.package}.echo" not in sys.modules
    assert not hasattr(package, "echo")


def test_a_left_functions_memory_is_freed_though_it_was_set_aside_for_good(handler_modules: HandlerModules) -> None:
    handler = handler_modules.write(
        "frozen",
        """
        import gc

        class Circle:
            def __init__(self):
                self.itself = self

        kept = Circle()
        gc.freeze()

        def handler(event, context):
            return event
        """,
    )
    with function(handler) as frozen:
        assert frozen.invoke({}) == {}
        kept = weakref.ref(sys.modules[handler.removesuffix(".handler")].kept)

    gc.collect()

    assert kept() is None


@pytest.mark.parametrize(
    "body",
    ["raise ValueError('secret')", "raise SystemExit(1)", "return {1, 2}", "return {'a': object()}"],
)
def test_a_failing_handler_is_logged_and_says_nothing_to_its_caller(
    handler_modules: HandlerModules, caplog: pytest.LogCaptureFixture, body: str
) -> None:
    handler = handler_modules.write("failing", f"def handler(event, context): {body}")

    with function(handler) as failing, pytest.raises(FunctionFailed) as caught:
        failing.invoke({})

    assert str(caught.value) == "split"
    assert "Traceback" in caplog.text


def test_an_event_at_lambdas_limit_is_taken_and_one_above_it_is_not(handler_modules: HandlerModules) -> None:
    handler = handler_modules.write("length", "def handler(event, context): return len(event['a'])")
    room = MAX_PAYLOAD_BYTES - len('{"a":""}')

    with function(handler) as length:
        assert length.invoke({"a": "x" * room}) == room
        with pytest.raises(PayloadTooLarge):
            length.invoke({"a": "x" * (room + 1)})


def test_an_answer_at_lambdas_limit_is_returned_and_a_larger_one_fails(handler_modules: HandlerModules) -> None:
    handler = handler_modules.write("answer", "def handler(event, context): return 'x' * event['length']")
    room = MAX_ANSWER_BYTES - len('""')

    with function(handler) as answering:
        assert len(answering.invoke({"length": room})) == room
        with pytest.raises(FunctionFailed):
            answering.invoke({"length": room + 1})


def test_invocations_of_one_function_wait_for_each_other(handler_modules: HandlerModules) -> None:
    handler = handler_modules.write(
        "meeting",
        """
        import threading
        meeting = threading.Barrier(2)

        def handler(event, context):
            try:
                meeting.wait(timeout=0.2)
            except threading.BrokenBarrierError:
                return "alone"
            return "together"
        """,
    )
    answers: list[str] = []

    with function(handler) as alone:
        threads = [threading.Thread(target=lambda: answers.append(alone.invoke({}))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert answers == ["alone", "alone"]


def test_a_missing_handler_is_said_when_the_function_is_entered(handler_modules: HandlerModules) -> None:
    handler_modules.write("echo", ECHO)

    with pytest.raises(AttributeError, match="handle"), function(f"{handler_modules.package}.echo.handle"):
        pass
    with pytest.raises(ImportError, match="nowhere"), function(f"{handler_modules.package}.nowhere.handler"):
        pass
