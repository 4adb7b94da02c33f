"""What the README tells a newcomer to type."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from augury.cli import journey
from augury.cli.app import app
from augury.cli.journey import DemoFailed
from tests.artifacts import ROOT

AUGURY = [sys.executable, "-m", "augury.cli"]
BIN = Path(sys.executable).parent


@contextmanager
def platform_in_another_terminal(directory: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run ``augury local up`` and yield it with its address once it says that it is ready."""
    command = [*AUGURY, "local", "up", "--port", "0", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    with subprocess.Popen(command, cwd=directory, env=environment, stdout=subprocess.PIPE, text=True) as process:
        watchdog = threading.Timer(90, process.kill)
        watchdog.start()
        try:
            assert process.stdout is not None
            ready = next(line for line in process.stdout if line.startswith("ready"))
            yield process, ready.split()[-1]
        finally:
            watchdog.cancel()
            process.kill()


def commands_of_readme() -> str:
    """Return the tour's shell commands for the second terminal, in their order."""
    tour = (ROOT / "README.md").read_text().partition("\n## A tour by hand\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", tour, re.DOTALL)
    return "".join(block for block in blocks if "local up" not in block)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_commands_of_the_readme_work_as_printed(tmp_path: Path) -> None:
    for name in ("training", "augury"):
        (tmp_path / name).symlink_to(ROOT / name)
    with platform_in_another_terminal(tmp_path) as (_, url):
        script = commands_of_readme().replace("http://127.0.0.1:8080", url).replace(". .venv/bin/activate", "")
        environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
    assert run.returncode == 0, run.stderr
    said = run.stdout
    assert said.index("Client acme") < said.index('"accepted":150') < said.index("answers as revision 1")
    assert said.count('{\\"f1\\":5.1') == 1
    posted, from_page = said[said.index("revision 1") :].split("/**/show(")
    for answer in (posted, from_page):
        best = re.search(r'"predictions":\[\{"prediction":([0-9.]+),"predictedClass":"([\w-]+)"', answer)
        assert best is not None
        assert best[2] == "Iris-virginica"
        assert float(best[1]) > 0.9


def test_the_commands_of_the_page_on_sending_work_as_printed(tmp_path: Path) -> None:
    (tmp_path / "training").symlink_to(ROOT / "training")
    *blocks, check = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "sending.md").read_text(), re.DOTALL)
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "COLUMNS": "120"}

    def run(script: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", "-euo", "pipefail", "-c", script]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    with platform_in_another_terminal(tmp_path):
        sent = run("".join(blocks))
        assert sent.returncode == 0, sent.stderr
        checked = next(found for found in (run(check) for _ in range(30)) if "300" in found.stdout)
    assert '"accepted": 150' in sent.stdout
    assert sent.stdout.index("imported") < sent.stdout.index("there already")
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("It adds up.") == 2


def test_a_seeded_platform_says_its_keys_and_ends_cleanly(tmp_path: Path) -> None:
    with platform_in_another_terminal(tmp_path, "--seed") as (process, _):
        assert (tmp_path / ".augury" / "local.json").is_file()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert not (tmp_path / ".augury" / "local.json").exists()


def test_the_demo_ends_with_the_right_predictions() -> None:
    outcome = CliRunner().invoke(app, ["demo"], catch_exceptions=False)
    assert outcome.exit_code == 0
    assert outcome.stdout.count("Iris-virginica 0.99") == 2
    assert "Where to look next" in outcome.stdout


def test_the_demo_fails_where_a_result_is_not_what_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journey, "_SPECIES", "Iris-setosa")
    outcome = CliRunner().invoke(app, ["demo"])
    assert outcome.exit_code == 1
    assert isinstance(outcome.exception, DemoFailed)
    assert "not Iris-setosa" in str(outcome.exception)
