"""A process that answers predictions as the container does: ``python -m tests.log_drill.worker``.

It reads a puid a line, and writes each with the time of its answer. SIGTERM has it send its log and end.
"""

from __future__ import annotations

import signal
import sys
import time
from typing import NoReturn

from aws_lambda_powertools import Logger

from augury.aws.connection import Connection
from augury.config import FunctionSettings
from augury.names import ClientName
from augury.serving import PredictRequest
from functions.predict.wiring import Predictor, wire

_CLIENT = ClientName("acme")
_FLOWER = {"f1": 1, "f2": 2.7, "f3": 5.3, "f4": 1.9}
_CLOSING_S = 60.0


class _Stopped(BaseException):
    """SIGTERM came."""


def main() -> int:
    """Answer until told to stop, or until there is nothing more to read; 0 where the log was sent to its end."""
    predictor = wire(FunctionSettings(), Connection(), Logger(service="drill"))
    signal.signal(signal.SIGTERM, _stop)
    try:
        for line in sys.stdin:
            _answer(predictor, line.strip())
    except _Stopped:
        pass
    return 0 if predictor.close(_CLOSING_S) else 1


def _stop(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Stopped


def _answer(predictor: Predictor, puid: str) -> None:
    answer = predictor.engine.predict(_CLIENT, PredictRequest(rows=(_FLOWER,), single=True, puid=puid))
    sys.stdout.write(f"{answer.puid} {time.monotonic()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
