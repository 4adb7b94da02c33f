"""The library and what it needs as wheels for Glue, made without Docker and the same on every machine.

Glue's workers have no network of ours to install from: every wheel is an asset in S3, whose hash the lock has.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from infra.bundling import (
    BundleError,
    digest_of,
    for_the_platform,
    forget_old,
    made_once,
    refuse_machine_markers,
    run_pip,
)

_METADATA = ("pyproject.toml", "README.md", "LICENSE")


def build_wheels(root: Path) -> tuple[Path, ...]:
    """Make the wheels of a checkout, or find them made.

    Parameters
    ----------
    root : Path
        Directory that holds ``augury/``, ``pyproject.toml`` and ``requirements/``.

    Returns
    -------
    tuple of Path
        The wheels under their own names, the library's last.

    Raises
    ------
    BundleError
        The lock depends on the machine, or pip or hatchling is missing or failed.
    """
    build = root / ".build"
    lock = (root / "requirements" / "glue.txt").read_text()
    refuse_machine_markers(lock)
    locked_digest = digest_of({"lock": lock.encode()})
    locked = made_once(build / f"glue-locked-{locked_digest}", lambda target: _download(lock, target))
    own = made_once(build / f"glue-own-{digest_of(_sources(root))}", lambda target: _build_own(root, target))
    forget_old(build, ("glue-locked-*", "glue-own-*"), keep=(locked, own))
    return (*sorted(locked.glob("*.whl")), *own.glob("*.whl"))


def _download(lock: str, target: Path) -> None:
    target.mkdir()
    requirements = target.with_suffix(".txt")
    requirements.write_text(lock)
    run_pip([*for_the_platform("download"), "--dest", str(target), "-r", str(requirements)])


def _build_own(root: Path, target: Path) -> None:
    """Build the library's wheel, whose bytes depend on its sources alone: hatchling writes no times of its own."""
    if importlib.util.find_spec("hatchling") is None:
        raise BundleError("the library's wheel is made by hatchling: install augury[build]")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(target)]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True)  # noqa: S603  (our own)
    if run.returncode:
        raise BundleError(f"hatchling could not build the library's wheel:\n{run.stderr}")


def _sources(root: Path) -> dict[str, bytes]:
    modules = (path for path in (root / "augury").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    paths = (*modules, *(root / name for name in _METADATA))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
