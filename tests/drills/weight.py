"""`wrk` beside the drills: one pipeline asked as fast as it goes, and a count of what was not answered."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCRIPT = """
local number = 0
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer %(token)s"
wrk.headers["Content-Type"] = "application/json"
request = function()
  number = number + 1
  return wrk.format(nil, nil, nil, string.format([[%(body)s]], number %% 1000))
end
done = function(summary)
  local lost = summary.errors
  io.write(string.format("COUNTED %%d %%d\\n", summary.requests,
    lost.status + lost.connect + lost.read + lost.write + lost.timeout))
end
"""
_COUNTED = re.compile(r"COUNTED (?P<requests>\d+) (?P<failed>\d+)")


@dataclass
class Weight:
    """What `wrk` counted once it has ended; None where it is not installed."""

    requests: int | None = None
    failed: int | None = None


@contextmanager
def weight(port: int, token: str, pipeline: str, features: Mapping[str, Any]) -> Iterator[Weight]:
    """Ask a pipeline over two connections, as fast as they are answered, meanwhile."""
    counted, program = Weight(), shutil.which("wrk")
    if program is None:
        yield counted
        return
    body = json.dumps({"meta": {"pipeline": pipeline, "key": "heavy-%d"}, "data": features})
    with tempfile.TemporaryDirectory(prefix="augury-drills-") as directory:
        script = Path(directory) / "predict.lua"
        script.write_text(_SCRIPT % {"token": token, "body": body})
        command = [program, "-t1", "-c2", "-d1h", "-s", str(script), f"http://127.0.0.1:{port}/predict"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield counted
            finally:
                process.send_signal(signal.SIGINT)
                said, _ = process.communicate(timeout=30)
    found = _COUNTED.search(said)
    if found is None:
        raise RuntimeError(f"wrk counted nothing: {said}")
    counted.requests, counted.failed = int(found["requests"]), int(found["failed"])
