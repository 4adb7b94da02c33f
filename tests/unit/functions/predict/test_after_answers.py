"""Work that waits until an answer has left."""

from __future__ import annotations

from functions.predict.after_answers import MOST, AfterAnswers


def test_work_is_done_in_its_order_when_there_is_time_for_it() -> None:
    later, done = AfterAnswers(), list[int]()
    for number in range(3):
        later.put(lambda number=number: done.append(number))  # type: ignore[misc]
    assert done == []

    later.do()
    later.do()

    assert done == [0, 1, 2]


def test_where_nothing_does_it_no_more_than_some_waits() -> None:
    later, done = AfterAnswers(), list[int]()

    for number in range(MOST + 1):
        later.put(lambda number=number: done.append(number))  # type: ignore[misc]

    assert done == list(range(MOST + 1))


def test_work_may_leave_more_work() -> None:
    later, done = AfterAnswers(), list[str]()
    later.put(lambda: later.put(lambda: done.append("second")))

    later.do()

    assert done == ["second"]
