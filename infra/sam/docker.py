"""What is asked of the Docker engine before SAM uses it."""

from __future__ import annotations

import subprocess

_GATEWAY = "{{(index .IPAM.Config 0).Gateway}}"


class DockerMissing(Exception):
    """There is no Docker engine that could be used; the message says why."""


def bridge_address() -> str:
    """Return the address of this machine on the bridge that containers are attached to.

    Raises
    ------
    DockerMissing
        There is no ``docker``, it reaches no engine, or that has no bridge.
    """
    address = _docker("network", "inspect", "bridge", "--format", _GATEWAY)
    if not address:
        raise DockerMissing("Docker's network `bridge` has no address of this machine: is the engine on another one?")
    return address


def has_image(name: str) -> bool:
    """Return whether the engine has an image of this name."""
    try:
        return bool(_docker("image", "inspect", "--format", "{{.Id}}", name))
    except DockerMissing:
        return False


def _docker(*arguments: str) -> str:
    try:
        run = subprocess.run(["docker", *arguments], capture_output=True, text=True)  # noqa: S603, S607  (the user's own)
    except FileNotFoundError:
        raise DockerMissing("there is no `docker` here: install Docker, and start it") from None
    if run.returncode:
        raise DockerMissing(f"Docker: {run.stderr.strip()}")
    return run.stdout.strip()
