"""The zip functions' bundle: what is in it, that it runs, and that it is made anew only when it must be."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.bundling import (
    PYTHON,
    Bundle,
    BundleError,
    build_bundle,
    install_wheels,
    read_sources,
    refuse_machine_markers,
)
from tests.infra.conftest import ROOT
from tests.infra.templates import StageTemplates

UNPACKED_LIMIT_MB = 80

runs_as_lambda_does = pytest.mark.skipif(
    (sys.version_info[:2], sys.platform, platform.machine()) != (PYTHON, "linux", "x86_64"),
    reason="the bundle's wheels are for Python 3.13 on Linux x86_64",
)


def run_isolated(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script with the standard library and nothing else of this environment."""
    command = [sys.executable, "-I", "-S", "-c", script]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return build_bundle(ROOT)


@runs_as_lambda_does
@pytest.mark.parametrize("name", ["token", "rotate", "ingest", "split"])
def test_a_handler_starts_from_the_bundle_alone_with_the_settings_of_its_function(
    bundle: Bundle, prod: StageTemplates, name: str
) -> None:
    function = prod.function(name).properties
    module = function["Handler"].rpartition(".")[0]
    script = (
        f"import sys; sys.path.insert(0, {str(bundle.directory)!r}); import {module} as m; print(m.handler, m.__file__)"
    )

    run = run_isolated(
        script, **function["Environment"]["Variables"], AWS_REGION="eu-west-1", AWS_DEFAULT_REGION="eu-west-1"
    )

    assert run.returncode == 0, run.stderr
    assert str(bundle.directory) in run.stdout


@runs_as_lambda_does
def test_modules_are_loaded_from_bytecode_without_asking_for_their_sources_time(bundle: Bundle, tmp_path: Path) -> None:
    copy = shutil.copytree(bundle.directory / "orjson", tmp_path / "orjson").parent
    (copy / "orjson" / "__init__.py").write_text("raise SystemExit('compiled anew')")

    assert run_isolated(f"import sys; sys.path.insert(0, {str(copy)!r}); import orjson").returncode == 0


def test_the_bundle_holds_the_projects_modules_as_they_are(bundle: Bundle) -> None:
    sources = read_sources(ROOT)

    assert "augury/lake/layout.py" in sources
    assert all((bundle.directory / name).read_bytes() == content for name, content in sources.items())


def test_the_bundle_holds_nothing_that_a_function_has_no_use_for(bundle: Bundle) -> None:
    files = [path for path in bundle.directory.rglob("*") if path.is_file()]

    assert not [path for path in files if path.suffix in {".pyi", ".h"} or "examples-1.json" in path.name]
    assert not (bundle.directory / "bin").exists()
    assert not (bundle.directory / "pandas").exists()
    assert sum(path.stat().st_size for path in files) < UNPACKED_LIMIT_MB * 1024 * 1024


def test_bytecode_does_not_know_where_it_was_compiled(bundle: Bundle) -> None:
    compiled = list(bundle.directory.glob("augury/**/*.pyc"))

    assert bool(compiled) is (sys.version_info[:2] == PYTHON)
    assert not [path for path in compiled if str(ROOT).encode() in path.read_bytes()]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout with one module and a lock that installs one small wheel."""
    lock = (ROOT / "requirements" / "ingest.txt").read_text()
    entries = lock.replace("\\\n", "").splitlines()
    for name, text in {
        "augury/__init__.py": "VALUE = 1\n",
        "functions/__init__.py": "",
        "requirements/ingest.txt": "\n".join(entry for entry in entries if entry.startswith("six==")),
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_second_build_finds_the_first(checkout: Path) -> None:
    first = build_bundle(checkout)
    (first.directory / "mark").touch()

    assert build_bundle(checkout) == first
    assert (first.directory / "mark").exists()


def test_changed_code_makes_another_bundle_of_the_same_wheels(checkout: Path) -> None:
    first = build_bundle(checkout)
    (checkout / "augury/__init__.py").write_text("VALUE = 2\n")

    second = build_bundle(checkout)

    assert second.digest != first.digest
    assert (second.directory / "augury/__init__.py").read_text() == "VALUE = 2\n"
    assert (second.directory / "six.py").exists()
    assert len(list((checkout / ".build").glob("wheels-*"))) == 1


def test_what_is_no_module_is_neither_bundled_nor_a_reason_to_bundle_anew(checkout: Path) -> None:
    first = build_bundle(checkout)
    (checkout / "augury/notes.txt").write_text("not shipped")

    assert build_bundle(checkout) == first
    assert not (first.directory / "augury/notes.txt").exists()


def test_a_wheel_with_another_hash_is_refused_and_leaves_nothing_behind(checkout: Path) -> None:
    lock = checkout / "requirements/ingest.txt"
    lock.write_text(f"six==1.17.0 --hash=sha256:{'0' * 64}\n")

    with pytest.raises(BundleError, match="pip could not install"):
        build_bundle(checkout)

    assert not list((checkout / ".build").iterdir())


@pytest.mark.parametrize(
    "marker", ["sys_platform == 'linux'", "python_full_version < '3.13'", "platform_machine != 'arm64'"]
)
def test_a_lock_that_differs_between_machines_is_refused(marker: str) -> None:
    with pytest.raises(BundleError, match="differs between machines: six==1 ;"):
        refuse_machine_markers(f"six==1 ; {marker} \\\n    --hash=sha256:00\n")


def test_an_environment_without_pip_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("infra.bundling.find_spec", lambda name: None)

    with pytest.raises(BundleError, match="python -m ensurepip"):
        install_wheels("", tmp_path / "wheels")
