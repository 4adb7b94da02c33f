"""A server that can't start yet."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

from tests.container_server import PREDICTOR, ROOT, environment


def test_a_server_that_waits_for_its_table_ends_at_sigterm() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        settings = environment(
            AWS_ENDPOINT_URL=f"http://127.0.0.1:{silent.getsockname()[1]}",
            AWS_DEFAULT_REGION="eu-west-1",
            AWS_ACCESS_KEY_ID="test",
            AWS_SECRET_ACCESS_KEY="test",
            AUGURY_TABLE="table",
            AUGURY_BUCKET="bucket",
            AUGURY_PREDICTIONS_STREAM="stream",
        )
        with subprocess.Popen([sys.executable, "-m", PREDICTOR], env=settings, cwd=ROOT) as process:
            connection, _ = silent.accept()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 128 + signal.SIGTERM
            connection.close()
