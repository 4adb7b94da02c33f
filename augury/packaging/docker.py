"""The ``docker`` command: the only door to images."""

from __future__ import annotations

import os
import subprocess
from collections import deque
from collections.abc import Callable, Sequence

_LINES_KEPT = 30

# Lambda takes no image with an attestation beside it, which BuildKit makes unless told not to.
_ENVIRONMENT = {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}


class DockerFailed(OSError):
    """Docker is missing, or a command of it failed; the message says what it said."""


class Docker:
    """Runs ``docker``, which finds its engine by its own rules (``DOCKER_HOST``, contexts).

    Parameters
    ----------
    program : str, default "docker"
        Name or path of the command.
    """

    def __init__(self, program: str = "docker") -> None:
        self._program = program

    def check(self) -> None:
        """Return if an engine answers.

        Raises
        ------
        DockerFailed
            There is no command, or it reaches no engine.
        """
        try:
            run = subprocess.run(  # noqa: S603  (the user's own docker)
                [self._program, "version", "--format", "{{.Server.Version}}"], capture_output=True, text=True
            )
        except FileNotFoundError:
            raise DockerFailed("there is no `docker` here: install Docker, and start it") from None
        if run.returncode:
            raise DockerFailed(f"no Docker engine answers: start one. Docker said: {_last_line(run.stderr)}")

    def run(self, arguments: Sequence[str], say: Callable[[str], None]) -> None:
        """Run a command, and pass on what it prints, line by line.

        Raises
        ------
        DockerFailed
            It failed; the message has its last lines.
        """
        last: deque[str] = deque(maxlen=_LINES_KEPT)
        with subprocess.Popen(  # noqa: S603  (the user's own docker)
            [self._program, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=os.environ | _ENVIRONMENT,
        ) as process:
            assert process.stdout is not None, "it is a pipe"
            for line in process.stdout:
                last.append(line.rstrip())
                say(last[-1])
        if process.returncode:
            raise DockerFailed(f"`docker {arguments[0]}` failed:\n" + "\n".join(last))

    def digest(self, image: str) -> str:
        """Return the id of an image of this engine: the digest of its configuration.

        Raises
        ------
        DockerFailed
            There is no such image.
        """
        said: list[str] = []
        self.run(["image", "inspect", "--format", "{{.Id}}", image], said.append)
        return said[-1]


def _last_line(text: str) -> str:
    return (text.strip() or "nothing").splitlines()[-1]
