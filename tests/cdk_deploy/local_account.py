"""A local AWS in a process of its own: ``python -m tests.cdk_deploy.local_account`` prints its address."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from moto.core.config import default_user_config

from augury.local.moto_server import moto_server
from tests.cdk_deploy.registering import register

# An image function's image must have been pushed, and AWS's managed policies are there.
_SETTINGS: Final = {"MOTO_LAMBDA_STUB_ECR": "false", "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}


@contextmanager
def local_account() -> Iterator[str]:
    """Serve an empty account until the block ends, and give its address.

    It has a process of its own because moto keeps accounts, and what its CloudFormation can make, in the process.
    """
    command, environment = [sys.executable, "-m", __name__], {**os.environ, **_SETTINGS}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.communicate()


def _serve() -> None:
    # Functions are never run here: that would need an engine for containers.
    default_user_config["lambda"]["use_docker"] = False
    with moto_server() as url:
        register(url)
        print(url, flush=True)  # noqa: T201  (this is how the address is told)
        sys.stdin.read()


if __name__ == "__main__":
    _serve()
