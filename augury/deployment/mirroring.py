"""Copying an image into the stage's own repository, by ``docker``."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

from augury.aws.images import ImageRepository, RegistryLogin
from augury.deployment.image_names import ImageName
from augury.deployment.microservice import Microservice

_MAX_TOLD = 300

type Docker = Callable[[list[str], str | None], None]
"""Runs ``docker`` with some arguments and a text as its input; raises :class:`NotMirrored` where that fails."""


class NotMirrored(Exception):
    """The image was not copied; the message says why."""


def mirrored_name(image: ImageName, service: Microservice, repository: str) -> ImageName:
    """Return the name that a service's image has in the stage's repository.

    Raises
    ------
    ValueError
        The tag that it would have is too long.
    """
    version = image.version.removeprefix("sha256:")
    return ImageName(repository, f"{service.client}.{service.name}.{version}")


def mirror(image: ImageName, to: ImageName, repository: ImageRepository, docker: Docker | None = None) -> None:
    """Copy an image: one that this machine has, else as its registry has it.

    Raises
    ------
    NotMirrored
        There is no ``docker``, no such image, or no right to push.
    AwsUnavailable
        The registry gave no login.
    """
    run = docker or run_docker
    try:
        run(["image", "inspect", "--format", "{{.Id}}", image.whole], None)
    except NotMirrored:
        run(["pull", "--platform", "linux/amd64", "--quiet", image.whole], None)
    login: RegistryLogin = repository.login()
    run(["login", "--username", login.user, "--password-stdin", login.registry], login.password)
    run(["tag", image.whole, to.whole], None)
    run(["push", "--quiet", to.whole], None)


def run_docker(arguments: list[str], text: str | None) -> None:
    """Run ``docker`` on this machine."""
    program = shutil.which("docker")
    if program is None:
        raise NotMirrored("--push needs docker, which is not installed here")
    ended = subprocess.run(  # noqa: S603 - no shell, and the image's name is checked
        [program, *arguments], input=text, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise NotMirrored(f"docker {arguments[0]} failed: {ended.stderr.strip()[-_MAX_TOLD:]}")
