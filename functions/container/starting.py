"""What keeps a server from starting, in one sentence."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable

from pydantic import ValidationError

from augury.aws import AwsUnavailable
from augury.config import ENVIRONMENT_PREFIX

NOT_STARTED = 2
"""Exit status of a server that could not start."""


_STOPPED = 128 + signal.SIGTERM


def stop_at_sigterm() -> None:
    """End the process at SIGTERM until the server runs; by itself a container's first process would not hear it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_STOPPED))


def started[T](start: Callable[[], T]) -> T:
    """Return what a start returns; where it can't be done, say why and end the process with :data:`NOT_STARTED`."""
    try:
        return start()
    except ValidationError as error:
        said = "; ".join(map(_variable, error.errors()))
    except (LookupError, ValueError, OSError, AwsUnavailable) as error:
        said = str(error)
    sys.stderr.write(f"augury can't start: {said}\n")
    raise SystemExit(NOT_STARTED)


def _variable(problem: object) -> str:
    assert isinstance(problem, dict), "pydantic's errors are mappings"
    name = "_".join(map(str, problem["loc"])).upper()
    return f"environment variable {ENVIRONMENT_PREFIX}{name}: {problem['msg']}"
