"""The predictor's thin image as a server, as Kubernetes runs it: no root, nothing to write to but /tmp."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson
import pytest
import urllib3

from augury.aws import ObjectStore
from augury.cli.api import ApiClient
from augury.lake import RAW_PREDICTIONS
from tests.containers.conftest import FLOWER, READ_ONLY, World
from tests.containers.engine import Engine

_WAITING = urllib3.Retry(80, connect=80, read=80, backoff_factor=0.1, backoff_max=1)


@dataclass(frozen=True)
class Server:
    """A running server: its container, and the port of this machine at which it answers."""

    container: str
    port: int
    token: str

    def call(self, method: str, path: str, body: bytes = b"") -> tuple[int, object]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self.port}{path}"
        answer = urllib3.request(method, url, body=body, headers=headers, retries=False, timeout=20)
        return answer.status, answer.json()


def token_of(world: World) -> str:
    client = world.seeded.client
    form = urlencode({"grant_type": "client_credentials", "client_id": client.consumer_key})
    body = f"{form}&client_secret={client.consumer_secret}"
    typed = {"Content-Type": "application/x-www-form-urlencoded"}
    return str(
        urllib3.request("POST", f"{world.platform.api_url}/token", body=body, headers=typed).json()["access_token"]
    )


@pytest.fixture
def server(engine: Engine, thin_image: str, world: World) -> Iterator[Server]:
    environ = world.environ | {"AUGURY_SERVER": "predictor"}
    options = (*READ_ONLY, "--health-interval", "1s")
    with engine.container(thin_image, environ=environ, options=options) as container:
        port = engine.port(container, 8080)
        ready = urllib3.request("GET", f"http://127.0.0.1:{port}/ready", retries=_WAITING, timeout=5)
        assert ready.status == 200, engine.logs(container)
        yield Server(container, port, token_of(world))


def test_it_answers_as_the_platform_does(server: Server, world: World) -> None:
    expected = ApiClient(world.platform.api_url, world.seeded.client).predict(FLOWER)

    status, answer = server.call("POST", "/predict", orjson.dumps({"data": FLOWER}))

    assert (status, answer["predictions"]) == (200, expected["predictions"])  # type: ignore[index]


def test_it_is_healthy_and_has_no_root(engine: Engine, server: Server) -> None:
    deadline = time.monotonic() + 60
    while (state := engine.docker("inspect", "--format", "{{.State.Health.Status}}", server.container)) == "starting":
        assert time.monotonic() < deadline, engine.logs(server.container)

    assert state == "healthy"
    assert engine.docker("exec", server.container, "id", "-u") == "65532"


def test_at_sigterm_it_answers_what_has_begun_logs_it_and_ends(engine: Engine, server: Server, world: World) -> None:
    body = orjson.dumps({"meta": {"puid": "the-last-one"}, "data": FLOWER})
    head = (
        f"POST /predict HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {server.token}\r\nContent-Length: {len(body)}"
    )

    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as caller:
        caller.sendall(f"{head}\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n\r\n".encode())
        assert caller.recv(1024).startswith(b"HTTP/1.1 100")  # it waits for the body
        engine.docker("kill", "--signal", "TERM", server.container)
        caller.sendall(body)
        assert b" 200 " in caller.recv(65_536).splitlines()[0]
    assert engine.docker("wait", server.container) == "0", engine.logs(server.container)

    world.platform.flush()
    store = ObjectStore(world.platform.connection.s3(), world.platform.deployment.bucket)
    logged = b"".join(gzip.decompress(store.get(one.key)) for one in store.list(RAW_PREDICTIONS))
    assert b'"the-last-one"' in logged


def test_at_sigterm_while_it_starts_it_ends_at_once(engine: Engine, thin_image: str, world: World) -> None:
    environ = world.environ | {"AUGURY_SERVER": "predictor"}
    with engine.container(thin_image, environ=environ, options=READ_ONLY) as container:
        while "-m functions.predict.server" not in engine.docker("top", container, "-o", "pid,args"):
            pass
        engine.docker("stop", "--time", "120", container)
        # 143: Python had no handler yet, 0: it had
        assert engine.docker("inspect", "--format", "{{.State.ExitCode}}", container) in ("143", "0")


def test_without_its_settings_it_ends_at_once_and_says_why(engine: Engine, thin_image: str) -> None:
    with engine.container(thin_image, environ={"AUGURY_SERVER": "predictor"}) as container:
        assert engine.docker("wait", container) == "2"
        assert engine.logs(container) == "augury can't start: environment variable AWS_DEFAULT_REGION is not set\n"
