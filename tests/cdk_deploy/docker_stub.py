"""What stands in for ``docker`` while the CDK's command publishes images: it builds none.

Its build only looks whether there is a Dockerfile with that target; its push puts a manifest under the tag, so that
ECR has an image of that name. That images can be built and run is for ``tests/containers`` to show.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import stat
import sys
from pathlib import Path
from typing import Final

import boto3

_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"


def write_stub(path: Path) -> Path:
    """Write a command that is this stub, and return its path."""
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {__name__} "$@"\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def main(arguments: list[str]) -> int:
    """Do as ``docker`` would, and return its exit status."""
    match arguments:
        case ["login", *_]:
            sys.stdin.read()
        case ["inspect", *_]:
            return 1  # no image is here yet
        case ["build", *options]:
            _check_build(options)
        case ["tag", _, _]:
            pass
        case ["push", *_, name]:
            _push(name)
        case _:
            sys.exit(f"docker stub: it does not know {arguments}")
    return 0


def _check_build(options: list[str]) -> None:
    parser = argparse.ArgumentParser()
    for name in ("--tag", "--file", "--target", "--platform"):
        parser.add_argument(name)
    parser.add_argument("--build-arg", action="append")
    parser.add_argument("context")
    asked = parser.parse_args(options)
    dockerfile = (Path(asked.context) / (asked.file or "Dockerfile")).read_text()
    if asked.target and not re.search(rf"(?im)^FROM\s.*\sAS\s+{re.escape(asked.target)}\s*$", dockerfile):
        sys.exit(f"docker stub: {asked.file} has no target {asked.target}")


def _push(name: str) -> None:
    repository, _, tag = name.partition("/")[2].partition(":")
    manifest = json.dumps(
        {"schemaVersion": 2, "mediaType": _MANIFEST, "config": {"size": 0}, "layers": [], "name": tag}
    )
    ecr = boto3.client("ecr", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    ecr.put_image(repositoryName=repository, imageManifest=manifest, imageTag=tag)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
