"""The stand-in for AWS's base image: what the Dockerfiles count on."""

from __future__ import annotations

import sys

from tests.containers.engine import Engine


def test_python_and_pip_and_the_runtime_are_where_lambda_has_them(engine: Engine, base_image: str) -> None:
    code = "import ssl, sqlite3, ctypes, pip, sys; sys.path.append('/var/runtime'); import awslambdaric, boto3"
    shown = f"{code}; print(sys.executable, sys.version_info[:2])"

    said = engine.docker("run", "--rm", "--entrypoint", "python3", base_image, "-c", shown)

    assert said == f"/var/lang/bin/python3 {sys.version_info[:2]}"


def test_a_container_starts_where_the_code_is(engine: Engine, base_image: str) -> None:
    assert engine.docker("run", "--rm", "--entrypoint", "pwd", base_image) == "/var/task"
