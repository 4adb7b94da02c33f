"""A Lambda function that writes down, in the file ``NOTES``, what it does after its answers and at its end.

An event ``{"wait": path}`` has the work after its answer wait for that named pipe to be written to; one with
``fails`` has it raise.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from functions.predict.extension import NoExtensions, work_after_answers, work_before_answers

_notes = Path(os.environ["NOTES"])
_left: list[dict[str, Any]] = []


def _note(text: str) -> None:
    with _notes.open("a") as file:
        file.write(text + "\n")


def _work(within_s: float) -> None:
    assert within_s > 0
    while _left:
        event = _left.pop()
        if event.get("fails"):
            raise ValueError
        if "wait" in event:
            Path(event["wait"]).read_text()
        _note(f"after {event['number']}")


def _end(within_s: float) -> None:
    assert within_s > 0
    _note("end")


try:
    _answering = work_after_answers(_work, _end)
except NoExtensions:
    _note("no extension")
    _answering = work_before_answers(_work, 1.0)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer with the event's number."""

    def answer() -> dict[str, Any]:
        _left.append(event)
        return {"number": 1 / event["number"]}

    return _answering(context.aws_request_id, answer)
