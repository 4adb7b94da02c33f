"""One synthesis for all tests, run as ``make synth`` runs it, where no Node is on the PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.infra.templates import StageTemplates

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    empty, outdir = tmp_path_factory.mktemp("path"), tmp_path_factory.mktemp("assembly")
    assert shutil.which("node", path=str(empty)) is None
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("JSII", "CDK"))}
    environment |= {"PATH": str(empty), "CDK_OUTDIR": str(outdir)}
    run = subprocess.run([sys.executable, "-m", "infra.app"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stderr == "", "synthesis warns"
    return outdir


@pytest.fixture(scope="session", params=["dev", "prod"])
def templates(request: pytest.FixtureRequest, assembly: Path) -> StageTemplates:
    return StageTemplates.read(assembly, request.param)


@pytest.fixture(scope="session")
def prod(assembly: Path) -> StageTemplates:
    return StageTemplates.read(assembly, "prod")
