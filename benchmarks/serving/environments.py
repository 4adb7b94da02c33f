"""Virtual environments of hashed requirements, made once and kept."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
RIVALS = Path(__file__).parent / "rivals"


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where the benchmark keeps what takes long to make.

    Parameters
    ----------
    place : Path
        Directory; it is made where it is missing.
    """

    place: Path

    def python(self, name: str, requirements: Path) -> Path:
        """Return the interpreter of an environment that holds what a lock file lists.

        MLServer 1.7.1 says that it needs Python 3.12 or older, and runs on 3.13 all the same: so that every contestant
        has the same interpreter, what packages say of it is not looked at.
        """
        digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
        directory = self.place / f"{name}-{sys.version_info.major}.{sys.version_info.minor}-{digest}"
        python, made = directory / "bin" / "python", directory / "made"
        if not made.exists():
            venv.create(directory, clear=True, with_pip=True)
            options = ["--quiet", "--only-binary", ":all:", "--require-hashes", "--ignore-requires-python"]
            run([python, "-m", "pip", "install", *options, "-r", requirements])
            made.touch()
        return python

    @property
    def bytecode(self) -> Path:
        """Where every contestant keeps compiled bytecode, whatever this machine's settings are."""
        return self.place / "bytecode"


def environment(workshop: Workshop, **more: str) -> dict[str, str]:
    """Return this process's variables for a contestant: one thread, compiled bytecode, and nothing of ours to import.

    Parameters
    ----------
    workshop : Workshop
        Where bytecode is kept.
    **more : str
        Further variables.
    """
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    inherited = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", _NO_BYTECODE}}
    return inherited | one_thread | {"PYTHONPYCACHEPREFIX": str(workshop.bytecode), "PYTHONUNBUFFERED": "1"} | more


_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


def run(command: list[str | Path], env: dict[str, str] | None = None) -> str:
    """Run a command to its end and return what it printed.

    Raises
    ------
    SystemExit
        It failed; the message shows the command and what it said last.
    """
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, env=env)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr[-2_000:]}")
    return done.stdout
