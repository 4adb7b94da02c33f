"""A command in a terminal of its own, which is what makes it ask before it does something."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_DEADLINE_S: Final = 240.0
_STYLING: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """What a command shows, and where it is answered.

    Parameters
    ----------
    process : subprocess.Popen
        The command.
    file : int
        The terminal's own end.
    """

    def __init__(self, process: subprocess.Popen[bytes], file: int) -> None:
        self._process = process
        self._file = file
        self.shown = ""

    def read_until(self, question: str) -> bool:
        """Read until a question is asked, and say whether it was; if not, the command has ended."""
        start = len(self.shown)
        deadline = time.monotonic() + _DEADLINE_S
        while question not in self.shown[start:]:
            assert time.monotonic() < deadline, f"no {question!r} after {_DEADLINE_S} s: {self.shown}"
            if select.select([self._file], [], [], 1)[0] and not self._read():
                return False
        return True

    def answer(self, text: str) -> None:
        """Type a line."""
        os.write(self._file, f"{text}\n".encode())

    def exit_status(self) -> int:
        """Return the command's exit status, once it has ended."""
        return self._process.wait(_DEADLINE_S)

    def _read(self) -> bool:
        try:
            text = os.read(self._file, 65536).decode(errors="replace")
        except OSError:  # how Linux says that nobody writes to a terminal any more
            return False
        self.shown += _STYLING.sub("", text).replace("\r\n", "\n")
        return bool(text)


@contextmanager
def terminal(command: str, *, cwd: Path, environment: Mapping[str, str]) -> Iterator[Terminal]:
    """Run a line of a shell in a terminal, and end it with the block."""
    own, its = pty.openpty()
    termios.tcsetwinsize(its, (50, 160))
    with subprocess.Popen(
        ["/bin/sh", "-c", command], cwd=cwd, env=environment, stdin=its, stdout=its, stderr=its, start_new_session=True
    ) as process:
        os.close(its)
        try:
            yield Terminal(process, own)
        finally:
            process.terminate()
            os.close(own)
