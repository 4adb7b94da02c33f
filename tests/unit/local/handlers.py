"""Lambda handlers that tests write as real modules."""

from __future__ import annotations

import textwrap
import uuid
from pathlib import Path

import pytest


class HandlerModules:
    """Writes modules of handlers to a folder that Python imports from."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.package = f"handlers_{uuid.uuid4().hex}"
        self._folder = folder / self.package
        self._folder.mkdir()
        (self._folder / "__init__.py").touch()
        monkeypatch.syspath_prepend(str(folder))

    def write(self, name: str, source: str) -> str:
        """Write a module that defines ``handler``, and return the handler's dotted name."""
        (self._folder / f"{name}.py").write_text(textwrap.dedent(source))
        return f"{self.package}.{name}.handler"


@pytest.fixture
def handler_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HandlerModules:
    return HandlerModules(tmp_path, monkeypatch)
