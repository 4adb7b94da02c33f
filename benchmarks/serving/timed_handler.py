"""The predict function with two clocks around what makes its answers: the wall's, and the thread's time on a processor.

Both go to a file, in nanoseconds, a line for each answer. The function runs on cores of its own, as ``BENCHMARK_CORES``
lists them: the emulator, which started it, is still busy with the last answer when the next event is there.

Sending the prediction log is not in it: that comes after the answer. But AWS's client leaves little of this code in a
core's caches when it has sent it, so that it costs the next answer, too: with ``BENCHMARK_WITHOUT_FIREHOSE`` it is left
out, and every line counts as sent.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from augury.aws import DeliveryStream, PutOutcome
from functions.predict import handler as predict

os.sched_setaffinity(0, map(int, os.environ["BENCHMARK_CORES"].split(",")))
_durations = Path(os.environ["BENCHMARK_DURATIONS"]).open("a", buffering=1)  # noqa: SIM115
_answer = predict.answer


def _timed(event: dict[str, Any], context: Any) -> dict[str, Any]:
    began, began_running = time.perf_counter_ns(), time.thread_time_ns()
    made = _answer(event, context)
    ran = time.thread_time_ns() - began_running
    _durations.write(f"{time.perf_counter_ns() - began} {ran}\n")
    return made


if "BENCHMARK_WITHOUT_FIREHOSE" in os.environ:
    DeliveryStream.put_batch = lambda *_: PutOutcome(())  # type: ignore[method-assign]
predict.answer = _timed
handler = predict.handler
