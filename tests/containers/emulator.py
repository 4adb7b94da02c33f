"""Lambda's runtime interface emulator in front of an image's function."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import urllib3

_PATH = "/2015-03-31/functions/function/invocations"


@dataclass(frozen=True)
class Emulator:
    """The function of one container: one environment, so that calls must follow each other.

    Parameters
    ----------
    port : int
        Port of this machine at which it answers.
    """

    port: int

    def invoke(self, event: Any) -> Any:
        """Call the function and return its answer; the first call waits until the container listens."""
        http = urllib3.PoolManager(
            retries=urllib3.Retry(60, read=60, backoff_factor=0.1, backoff_max=1, allowed_methods=None), timeout=60
        )
        body = json.dumps(event).encode()
        answer = http.request("POST", f"http://127.0.0.1:{self.port}{_PATH}", body=body)
        return json.loads(answer.data)
