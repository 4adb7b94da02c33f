"""The file in which a running platform says how to reach it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from augury.config import Deployment


@contextmanager
def published(deployment: Deployment, path: Path) -> Iterator[None]:
    """Keep a deployment in a file while it lasts, readable by its owner only.

    A file that another platform has replaced meanwhile is left to it.
    """
    content = deployment.model_dump_json(indent=2).encode() + b"\n"
    _write(path, content)
    try:
        yield
    finally:
        with contextlib.suppress(FileNotFoundError):
            if path.read_bytes() == content:
                path.unlink()


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; ``mkstemp`` gives it mode 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink()
        raise
