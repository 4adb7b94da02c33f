"""The zip functions' code and wheels in one directory, made without Docker.

Wheels are those of Lambda's platform whatever machine runs this, Linux or macOS. The wheels and the finished bundle
are kept under ``.build/``, each named after a digest of all that went into it, so that only a change costs time.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from compileall import compile_dir
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from py_compile import PycInvalidationMode
from tempfile import TemporaryDirectory

PYTHON = (3, 13)
"""Version of Python that the functions run on."""

# Lambda's Python 3.13 runs on Amazon Linux 2023 (glibc 2.34). pip takes a platform to the letter, so the older tags
# under which wheels are still published are listed too.
PLATFORM_TAGS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
_TASK_ROOT = "/var/task"
_SOURCES = ("augury", "functions")
_SUFFIXES = (".py", ".js")
_UNUSED = ("bin", "boto3/examples", "**/*.pyi", "**/*.h", "**/examples-1.json*", "*.dist-info/RECORD")
_MACHINE_MARKER = re.compile(r"^[^#]*;.*\b(sys_platform|platform_system|platform_machine|os_name|python_\w*version)\b")
_KEPT_FOR_S = 24 * 3600


class BundleError(Exception):
    """The bundle can't be made here; the message says why."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A directory that Lambda unpacks as it is, and the digest of all that it was made from."""

    directory: Path
    digest: str


def build_bundle(root: Path) -> Bundle:
    """Make the bundle of a checkout, or find it made.

    Parameters
    ----------
    root : Path
        Directory that holds ``augury/``, ``functions/`` and ``requirements/``.

    Raises
    ------
    BundleError
        The lock depends on the machine, or pip is missing or could not install it.
    """
    build = root / ".build"
    lock = (root / "requirements" / "ingest.txt").read_text()
    refuse_machine_markers(lock)
    sources = read_sources(root)
    recipe = {"bundling.py": Path(__file__).read_bytes(), "python": f"{sys.version_info[:2]}".encode()}
    wheels_digest = digest_of(recipe | {"lock": lock.encode()})
    digest = digest_of({"wheels": wheels_digest.encode()} | sources)
    wheels = made_once(build / f"wheels-{wheels_digest}", lambda target: install_wheels(lock, target))
    directory = made_once(build / f"functions-{digest}", lambda target: assemble(wheels, sources, target))
    forget_old(build, ("functions-*", "wheels-*"), keep=(wheels, directory))
    return Bundle(directory, digest)


def refuse_machine_markers(lock: str) -> None:
    """Check that a lock installs the same wheels wherever pip runs.

    pip evaluates environment markers for the machine and the Python that it runs on, not for those it installs for.

    Raises
    ------
    BundleError
        A requirement is made to depend on the platform or on the version of Python.

    Examples
    --------
    >>> refuse_machine_markers("cffi==2.1 ; platform_python_implementation != 'PyPy'")
    >>> refuse_machine_markers("colorama==0.4 ; sys_platform == 'win32'")
    Traceback (most recent call last):
    ...
    infra.bundling.BundleError: this lock differs between machines: colorama==0.4 ; sys_platform == 'win32'
    """
    for line in lock.splitlines():
        if _MACHINE_MARKER.search(line):
            raise BundleError(f"this lock differs between machines: {line.removesuffix(chr(92)).strip()}")


def read_sources(root: Path) -> dict[str, bytes]:
    """Return the project's own modules and scripts that functions may need, by their path below the root."""
    found = (path for package in _SOURCES for path in (root / package).rglob("*"))
    paths = (path for path in found if path.suffix in _SUFFIXES)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def digest_of(parts: Mapping[str, bytes]) -> str:
    """Return a digest of named parts that no order and no shift of bytes between them leaves the same.

    Examples
    --------
    >>> digest_of({"a": b"1", "b": b"2"}) == digest_of({"b": b"2", "a": b"1"})
    True
    >>> digest_of({"a": b"1", "b": b""}) == digest_of({"a": b"", "b": b"1"})
    False
    """
    lines = (f"{name} {sha256(parts[name]).hexdigest()}\n" for name in sorted(parts))
    return sha256("".join(lines).encode()).hexdigest()[:32]


def install_wheels(lock: str, target: Path) -> None:
    """Install a hashed lock for Lambda's platform, without what a function has no use for.

    Raises
    ------
    BundleError
        pip is missing, or has no wheel of that platform with that hash.
    """
    requirements = target.with_suffix(".txt")
    requirements.write_text(lock)
    run_pip([*for_the_platform("install"), "--target", str(target), "--no-compile", "-r", str(requirements)])
    for path in _unused_paths(target):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    _compile(target)


def assemble(wheels: Path, sources: Mapping[str, bytes], target: Path) -> None:
    """Lay the project's modules beside the wheels."""
    own = target.with_suffix(".own")
    for name, content in sources.items():
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_bytes(content)
    _compile(own)
    shutil.copytree(wheels, target)
    shutil.copytree(own, target, dirs_exist_ok=True)


def run_pip(command: list[str]) -> None:
    """Run pip.

    Raises
    ------
    BundleError
        It is missing, or could not do it; the message has what it said.
    """
    if find_spec("pip") is None:
        raise BundleError("the bundle is made by pip, which this environment lacks: run `python -m ensurepip`")
    run = subprocess.run(command, capture_output=True, text=True)  # noqa: S603  (our own)
    if run.returncode:
        raise BundleError(f"pip could not install the functions' wheels:\n{run.stderr}")


def _unused_paths(target: Path) -> Iterator[Path]:
    for pattern in _UNUSED:
        yield from list(target.glob(pattern))


def _compile(directory: Path) -> None:
    """Write bytecode, which Lambda's read-only file system would keep from ever being written.

    Imports take three times as long without it. It is never checked against its source, whose time in the zip says
    nothing, and only Python 3.13 writes what Python 3.13 reads: under another, functions start slower.
    """
    if sys.version_info[:2] == PYTHON:
        mode = PycInvalidationMode.UNCHECKED_HASH
        compile_dir(directory, quiet=1, invalidation_mode=mode, stripdir=directory, prependdir=_TASK_ROOT)


def made_once(directory: Path, make: Callable[[Path], None]) -> Path:
    """Return a directory, made under another name first so that nobody ever sees half of it."""
    if not directory.exists():
        directory.parent.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=directory.parent) as workshop:
            make(Path(workshop) / "made")
            try:
                (Path(workshop) / "made").rename(directory)
            except OSError:
                if not directory.exists():  # else another process was quicker, with the same content
                    raise
    return directory


def forget_old(build: Path, patterns: Iterable[str], *, keep: tuple[Path, ...]) -> None:
    """Remove what was made of other states of the sources once nobody can still be reading it."""
    for path in (path for pattern in patterns for path in build.glob(pattern)):
        if path not in keep and path.stat().st_mtime < time.time() - _KEPT_FOR_S:
            shutil.rmtree(path, ignore_errors=True)


def for_the_platform(command: str) -> list[str]:
    """Return the words that have pip take Lambda's and Glue's wheels, each with its hash, and nothing else."""
    tags = [option for tag in PLATFORM_TAGS for option in ("--platform", tag)]
    return [
        *(sys.executable, "-m", "pip", command, "-qq", "--disable-pip-version-check", "--no-input"),
        *(*tags, "--implementation", "cp", "--python-version", "3.13"),
        *("--only-binary=:all:", "--require-hashes", "--no-deps"),
    ]
