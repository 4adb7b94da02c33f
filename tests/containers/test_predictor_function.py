"""The predictor's thin image as a Lambda function, under the runtime interface emulator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import orjson
import pytest

from augury.cli.api import ApiClient
from augury.local.payload import HttpRequest, event_of
from tests.containers.conftest import FLOWER, READ_ONLY, World
from tests.containers.emulator import Emulator
from tests.containers.engine import Engine

MOST_BYTES = 250_000_000


def event(path: str, **query: object) -> dict[str, object]:
    target = f"{path}?{'&'.join(f'{name}={value}' for name, value in query.items())}"
    request = HttpRequest("GET", target, "HTTP/1.1", [("Host", "here")], b"", "127.0.0.1")
    return event_of(request, f"GET {path}", port=80, now=datetime.now(UTC))


@pytest.fixture(scope="module")
def function(engine: Engine, thin_image: str, world: World) -> Iterator[Emulator]:
    with engine.container(thin_image, environ=world.environ, options=READ_ONLY) as container:
        yield Emulator(engine.port(container, 8080))


def test_it_answers_as_the_platform_does(function: Emulator, world: World) -> None:
    expected = ApiClient(world.platform.api_url, world.seeded.client).predict_js(FLOWER)

    answer = function.invoke(event("/js/predict", consumer_key=world.seeded.client.js_key, **FLOWER))

    assert answer["statusCode"] == 200, answer
    assert orjson.loads(answer["body"])["predictions"] == expected["predictions"]


def test_it_refuses_an_unknown_key(function: Emulator) -> None:
    assert function.invoke(event("/js/predict", consumer_key="nobody", f1=1))["statusCode"] == 401


def test_its_content_beyond_the_base_is_small(engine: Engine, thin_image: str, base_image: str) -> None:
    image, base = (int(engine.docker("inspect", "--format", "{{.Size}}", name)) for name in (thin_image, base_image))

    assert image - base <= MOST_BYTES, f"{(image - base) / 1e6:.0f} MB"


def test_every_module_is_compiled_and_nothing_is_left_of_the_installation(engine: Engine, thin_image: str) -> None:
    code = """
import shutil
from importlib.util import cache_from_source
from pathlib import Path
task = Path('/var/task')
bare = [p for p in task.rglob('*.py') if not Path(cache_from_source(p)).exists()]
tools = [t for t in ('cc', 'gcc', 'make', 'cargo') if shutil.which(t)]
left = [p for p in (Path('/build'), Path('/root/.cache'), task / 'bin') if p.exists()]
print(bare, tools, left)
"""

    assert engine.docker("run", "--rm", "--user", "0", "--entrypoint", "python3", thin_image, "-c", code) == "[] [] []"


def test_another_kind_of_server_than_there_is_is_refused(engine: Engine, thin_image: str) -> None:
    with engine.container(thin_image, environ={"AUGURY_SERVER": "webserver"}) as container:
        assert engine.docker("wait", container) == "2"
        assert "set it to predictor or to microservice" in engine.logs(container)
