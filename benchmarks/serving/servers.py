"""Servers as processes: started on a core of their own, waited for, looked at and ended."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving.contestants import Contestant
from benchmarks.serving.cores import SERVER_CORES

_START_S = 120.0
_STOP_S = 20.0
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers.

    Parameters
    ----------
    contestant : Contestant
        Which.
    pid : int
        Its first process.
    started_s : float
        From the start of its process to the end of its first answer.
    resident_mb : float
        What it and its children held in memory then.
    """

    contestant: Contestant
    pid: int
    started_s: float
    resident_mb: float

    def resident_mb_now(self) -> float:
        """Return what it and its children hold in memory now, in MB."""
        return resident_mb(self.pid)


@contextmanager
def running(contestant: Contestant, body: bytes) -> Iterator[Running]:
    """Run a server until the end of the block, from the moment that it answers a request.

    Raises
    ------
    RuntimeError
        It ended or did not answer; the message shows what it said last.
    """
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603
            contestant.command,
            cwd=contestant.directory,
            env=dict(contestant.env),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            os.sched_setaffinity(process.pid, SERVER_CORES)
            if not _answers(contestant, body, process):
                output.seek(0)
                raise RuntimeError(f"{contestant.name} did not answer:\n{output.read()[-2_000:].decode()}")
            yield Running(contestant, process.pid, time.perf_counter() - began, resident_mb(process.pid))
        finally:
            _end(process)


def post(contestant: Contestant, body: bytes, timeout_s: float = 30.0) -> tuple[int, bytes]:
    """Post a request on a connection of its own and return the status and the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", contestant.port, timeout=timeout_s)
    try:
        connection.request("POST", contestant.path, body, {**_JSON, **contestant.headers})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def resident_mb(pid: int) -> float:
    """Return what a process and those below it hold in memory, in MB."""
    return sum(_resident_bytes(each) for each in _family(pid)) / 1e6


def _answers(contestant: Contestant, body: bytes, process: subprocess.Popen[bytes]) -> bool:
    give_up = time.monotonic() + _START_S
    while time.monotonic() < give_up and process.poll() is None:
        try:
            if post(contestant, body)[0] == 200:
                return True
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.002)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # what a server leaves running
    process.wait()


def _family(pid: int) -> list[int]:
    """Return a process and those below it."""
    parents = {int(path.name): _parent(path) for path in Path("/proc").glob("[0-9]*")}
    family = [pid]
    for member in family:
        family += [child for child, parent in parents.items() if parent == member]
    return family


def _parent(process: Path) -> int:
    """Return the parent of a process (proc_pid_stat(5)), or 0 where it has ended."""
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
