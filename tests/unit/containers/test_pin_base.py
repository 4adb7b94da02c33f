"""``make pin-base``, against a registry that asks for a token as public ones do."""

from __future__ import annotations

import importlib.util
import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import ModuleType

import pytest

from tests.services import Service, answer, service

ROOT = Path(__file__).parents[3]
DIGEST = f"sha256:{'0f' * 32}"
TOKEN = "a-token"


@pytest.fixture(scope="module")
def pin_base() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pin_base", ROOT / "containers/pin_base.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def registry(handler: BaseHTTPRequestHandler, running: Service) -> None:
    """Answer as a registry with one tag does: a challenge, a token, and then the digest."""
    if handler.path.startswith("/token"):
        answer(handler, json.dumps({"token": TOKEN}).encode())
    elif handler.headers.get("Authorization") != f"Bearer {TOKEN}":
        realm = f'Bearer realm="http://127.0.0.1:{running.port}/token",service="here",scope="repository:base:pull"'
        answer(handler, b"", 401, WWW_Authenticate=realm)
    elif handler.path == "/v2/base/manifests/3.13":
        answer(handler, b"", Docker_Content_Digest=DIGEST)
    else:
        answer(handler, b"", 404)


def dockerfile(directory: Path, base: str) -> Path:
    path = directory / "one" / "Dockerfile"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"# An image.\nARG BASE_IMAGE={base}\n\nFROM ${{BASE_IMAGE}}\n")
    return path


def test_the_digest_of_the_tag_is_written_beside_it(pin_base: ModuleType, tmp_path: Path) -> None:
    with service() as running:
        running.answering = registry
        path = dockerfile(tmp_path, f"127.0.0.1:{running.port}/base:3.13")

        assert pin_base.main(tmp_path, scheme="http") == 0
        assert pin_base.main(tmp_path, scheme="http") == 0  # a pinned one is pinned anew

    base = f"127.0.0.1:{running.port}/base:3.13@{DIGEST}"
    assert path.read_text() == f"# An image.\nARG BASE_IMAGE={base}\n\nFROM ${{BASE_IMAGE}}\n"


def test_an_unknown_tag_changes_nothing(
    pin_base: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with service() as running:
        running.answering = registry
        path = dockerfile(tmp_path, f"127.0.0.1:{running.port}/base:4.0")
        before = path.read_text()

        assert pin_base.main(tmp_path, scheme="http") == 1

    assert path.read_text() == before
    assert capsys.readouterr().err.endswith("base:4.0: the registry answered 404\n")


def test_a_registry_that_is_not_reached_is_said_in_one_line(
    pin_base: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dockerfile(tmp_path, "127.0.0.1:9/base:3.13")

    assert pin_base.main(tmp_path, scheme="http") == 1
    assert capsys.readouterr().err.startswith("pin-base: 127.0.0.1:9 was not reached")


def test_every_image_of_ours_can_be_pinned() -> None:
    for path in (ROOT / "containers").glob("*/Dockerfile"):
        assert path.read_text().count("ARG BASE_IMAGE=public.ecr.aws/lambda/python:3.13") == 1, path
