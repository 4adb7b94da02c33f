"""The predictor's server as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from queue import Empty, Queue

_START_S = 60


class ServerProcess:
    """``python -m functions.predict.server``, from ``with`` to its end.

    Parameters
    ----------
    variables : mapping
        Its environment variables, beside those of this process that are not ours.
    directory : Path
        Where it keeps its models.
    """

    def __init__(self, variables: Mapping[str, str], directory: Path) -> None:
        ours = ("AUGURY_", "AWS_", "POWERTOOLS_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self._variables = {
            **inherited,
            **variables,
            "AUGURY_MODEL_CACHE_DIR": str(directory),
            "AUGURY_HOST": "127.0.0.1",
            "AUGURY_PORT": "0",
            "POWERTOOLS_LOG_LEVEL": "INFO",
        }
        self.port = 0
        self.lines: list[str] = []

    def __enter__(self) -> ServerProcess:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "functions.predict.server"],
            env=self._variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        listening: Queue[int] = Queue()
        self._reader = threading.Thread(target=self._read, args=(listening,), daemon=True)
        self._reader.start()
        try:
            self.port = listening.get(timeout=_START_S)
        except Empty:
            self._process.kill()
            raise TimeoutError(f"the server does not listen: {self.lines}") from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.stop()

    def stop(self, within_s: float = 40) -> int:
        """Ask it to end, as Kubernetes does, and return its exit code."""
        self.tell_to_stop()
        code = self._process.wait(within_s)
        self._reader.join()
        return code

    def tell_to_stop(self) -> None:
        """Send SIGTERM."""
        self._process.send_signal(signal.SIGTERM)

    def _read(self, listening: Queue[int]) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                self.lines.append(line)
                if '"listening"' in line:
                    listening.put(int(json.loads(line)["port"]))
