"""``sam build`` and ``sam local start-api`` as processes of this one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

from infra.sam.docker import has_image
from infra.sam.template import PREDICT

BASE_IMAGE = "public.ecr.aws/lambda/python:3.13-x86_64"
"""Image that SAM runs zip functions in."""

_ENDING_S = 60.0
_FIRST_ANSWER = urllib3.Retry(240, connect=240, read=10, status=0, backoff_factor=0.1, backoff_max=0.5)


class SamFailed(Exception):
    """A command of SAM's ended with an error; what it said was printed."""


def build_images(sam: Path, template: Path, target: Path) -> None:
    """Build the predict function's image.

    Raises
    ------
    SamFailed
        It could not be built.
    """
    command = [str(sam), "build", PREDICT, "--template", str(template), "--build-dir", str(target)]
    run = subprocess.run(command, env=_environ(), capture_output=True, text=True)  # noqa: S603  (our own)
    if run.returncode:
        raise SamFailed(f"sam build failed:\n{run.stdout}\n{run.stderr}")


@contextmanager
def start_api(sam: Path, template: Path, port: int, log: Path) -> Iterator[str]:
    """Serve the functions on a loopback port while it lasts, and give its address once they answer.

    Raises
    ------
    SamFailed
        It ended, or does not answer.
    """
    command = [str(sam), "local", "start-api", "--template", str(template), "--port", str(port)]
    command += ["--warm-containers", "LAZY", *(["--skip-pull-image"] if has_image(BASE_IMAGE) else [])]
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=_environ(), stdout=file, stderr=subprocess.STDOUT)  # noqa: S603
    try:
        url = f"http://127.0.0.1:{port}"
        _await_health(url, log)
        yield url
    finally:
        process.terminate()  # SAM removes its containers then, and leaves them at SIGKILL
        process.wait(_ENDING_S)


def _await_health(url: str, log: Path) -> None:
    try:
        answer = urllib3.request("GET", f"{url}/health", retries=_FIRST_ANSWER, timeout=120)
    except urllib3.exceptions.HTTPError as error:
        raise SamFailed(f"sam local start-api does not answer: {error}\n{log.read_text()}") from None
    if answer.status != 200:
        raise SamFailed(f"GET /health answered {answer.status}\n{log.read_text()}")


def _environ() -> dict[str, str]:
    """Return SAM's environment: without its telemetry, and with the local AWS wherever it looks for one."""
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    return os.environ | {"SAM_CLI_TELEMETRY": "0", "AWS_ENDPOINT_URL_STS": endpoint, "DOCKER_BUILDKIT": "0"}
