"""A stand-in for AWS's base image of Python functions, for machines that reach no image registry.

It keeps to what "AWS Lambda base images for Python" (https://docs.aws.amazon.com/lambda/latest/dg/python-image.html)
promises, and no more: Python in ``/var/lang``, the runtime interface client and boto3 in ``/var/runtime``, the runtime
interface emulator, ``/lambda-entrypoint.sh``, the working directory ``/var/task`` and the variables that name them.
The system below is Debian's rather than Amazon Linux, and the Python is the one that runs the tests.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import Distribution, distribution
from pathlib import Path

from tests.containers.engine import Engine

ROOT = Path(__file__).parents[2]
BUILD = ROOT / ".build"
NAME = "public.ecr.aws/lambda/python:3.13"
EMULATOR = BUILD / "sam-cli/lib"

_DEBIAN = "bookworm"
_LIBRARIES = (
    "ca-certificates,libssl3,libsqlite3-0,libffi8,libbz2-1.0,liblzma5,zlib1g,libreadline8,libncursesw6,libuuid1,"
    "libgomp1,libexpat1,libstdc++6,tzdata"
)
_CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
_UNUSED = ("test", "idlelib", "turtledemo", "tkinter", "config-*", "lib2to3", "site-packages", "__pycache__")
_ENTRYPOINT = """\
#!/bin/sh
[ $# -eq 1 ] || { echo "give the handler as the only argument" >&2; exit 142; }
export _HANDLER="$1"
[ -n "${AWS_LAMBDA_RUNTIME_API:-}" ] && exec /var/runtime/bootstrap
exec /usr/local/bin/aws-lambda-rie /var/runtime/bootstrap
"""
_BOOTSTRAP = """\
#!/bin/sh
export PYTHONPATH="/var/runtime${PYTHONPATH:+:$PYTHONPATH}"
exec /var/lang/bin/python3 -m awslambdaric "$_HANDLER"
"""
_CHANGES = (
    "ENV PATH=/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin",
    "ENV LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/task:/var/task/lib:/opt/lib",
    "ENV LAMBDA_TASK_ROOT=/var/task",
    "ENV LAMBDA_RUNTIME_DIR=/var/runtime",
    "ENV LANG=C.UTF-8",
    f"ENV SSL_CERT_FILE=/{_CERTIFICATES}",
    "WORKDIR /var/task",
    'ENTRYPOINT ["/lambda-entrypoint.sh"]',
)


def missing() -> str | None:
    """Say what this machine lacks for the stand-in, or None."""
    if shutil.which("debootstrap") is None and not _archive().exists():
        return "no debootstrap here: apt-get install debootstrap"
    return None if _emulators() else "no runtime interface emulator here: make sam-cli"


def import_base_image(engine: Engine) -> str:
    """Give an engine the stand-in under AWS's name, and return that name.

    Its file system is kept in ``.build/``: only the first time costs a minute.
    """
    archive = _archive()
    if not archive.exists():
        _make(archive)
    changes = [option for change in _CHANGES for option in ("--change", change)]
    engine.docker("import", *changes, str(archive), NAME)
    engine.docker("tag", NAME, f"{NAME}-x86_64")
    return NAME


def _archive() -> Path:
    parts = [Path(__file__).read_bytes(), sys.version.encode(), distribution("awslambdaric").version.encode()]
    return BUILD / f"base-image-{sha256(b''.join(parts)).hexdigest()[:16]}.tar"


def _emulators() -> list[Path]:
    return sorted(EMULATOR.glob("python*/site-packages/samcli/local/rapid/aws-lambda-rie-x86_64"))


def _make(archive: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="augury-base-") as workshop:
        root = Path(workshop) / "root"
        command = ["debootstrap", "--variant=minbase", f"--include={_LIBRARIES}", _DEBIAN, str(root)]
        run = subprocess.run(command, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-4000:]
        _slim(root)
        shutil.copyfile(f"/{_CERTIFICATES}", root / _CERTIFICATES)
        _add_python(root / "var/lang")
        _add_runtime(root)
        written = archive.with_suffix(f".{os.getpid()}")
        subprocess.run(["tar", "--create", "--file", written, "--directory", root, "."], check=True)
        written.rename(archive)


def _slim(root: Path) -> None:
    for path in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale", "usr/share/man"):
        shutil.rmtree(root / path, ignore_errors=True)


def _add_python(lang: Path) -> None:
    """Copy the Python that runs this, and have it bring its own pip."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    stdlib = Path(sysconfig.get_path("stdlib"))
    shutil.copytree(stdlib, lang / "lib" / stdlib.name, ignore=shutil.ignore_patterns(*_UNUSED))
    (lang / "bin").mkdir()
    shutil.copyfile(Path(os.path.realpath(sys.executable)), lang / f"bin/python{version}")
    (lang / f"bin/python{version}").chmod(0o755)
    for name in ("python3", "python"):
        (lang / "bin" / name).symlink_to(f"python{version}")
    for library in _linked_libraries(lang / f"bin/python{version}"):
        shutil.copyfile(library, lang / "lib" / library.name)
    python = ["chroot", str(lang.parents[1]), "/usr/bin/env", "LD_LIBRARY_PATH=/var/lang/lib", "/var/lang/bin/python3"]
    subprocess.run([*python, "-m", "ensurepip", "--default-pip"], check=True, capture_output=True)
    subprocess.run([*python, "-m", "compileall", "-q", f"/var/lang/lib/python{version}"], check=False)


def _linked_libraries(python: Path) -> Iterator[Path]:
    linked = subprocess.run(["ldd", python], check=True, capture_output=True, text=True).stdout
    found = (Path(path) for path in re.findall(r"=> (/\S+)", linked))
    return (path for path in found if path.name.startswith("libpython"))


def _add_runtime(root: Path) -> None:
    runtime = root / "var/runtime"
    for needed in _with_requirements("awslambdaric", "boto3"):
        _copy_distribution(needed, runtime)
    (root / "var/task").mkdir()
    shutil.copyfile(_emulators()[-1], root / "usr/local/bin/aws-lambda-rie")
    for path, text in ((root / "lambda-entrypoint.sh", _ENTRYPOINT), (runtime / "bootstrap", _BOOTSTRAP)):
        path.write_text(text)
    for path in (root / "lambda-entrypoint.sh", runtime / "bootstrap", root / "usr/local/bin/aws-lambda-rie"):
        path.chmod(0o755)


def _with_requirements(*names: str) -> list[Distribution]:
    found: dict[str, Distribution] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = distribution(name)
        plain = (line for line in found[name].requires or () if "extra ==" not in line)
        waiting.extend(re.match(r"[\w.-]+", line)[0] for line in plain)  # type: ignore[index]
    return list(found.values())


def _copy_distribution(one: Distribution, target: Path) -> None:
    for file in one.files or ():
        if ".." not in file.parts and file.suffix != ".pyc":
            to = target / file
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(one.locate_file(file)), to)
