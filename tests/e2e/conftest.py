"""A whole platform for the tests of a module; there can be one at a time in a process."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3

from augury.aws import ObjectStore, Table
from augury.clients import ClientAdmin, NewClient
from augury.local import LocalPlatform
from augury.names import ClientName
from augury.registry import Registry

_numbers = count(1)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class World:
    """A platform, seen from outside by HTTP and from inside by S3."""

    def __init__(self, platform: LocalPlatform) -> None:
        self.platform = platform
        self.store = ObjectStore(platform.connection.s3(), platform.deployment.bucket)
        self._table = Table(platform.connection.dynamodb(), platform.deployment.table)
        self.clients = ClientAdmin.of(platform.deployment, platform.connection)
        self.registry = Registry(self._table)
        self.http = urllib3.PoolManager(retries=False, timeout=30)

    def new_client(self) -> NewClient:
        return self.clients.create(ClientName(f"client-{next(_numbers)}"))

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.http.request(method, self.platform.api_url + path, body=body, headers=named)
        return Answer(answer.status, answer.headers, answer.data.decode())

    def token(self, client: NewClient, scope: str = "") -> str:
        form = {"grant_type": "client_credentials", "scope": scope, "client_id": client.consumer_key}
        body = urlencode({**form, "client_secret": client.consumer_secret}).encode()
        answer = self.call("POST", "/token", body, Content_Type="application/x-www-form-urlencoded")
        assert answer.status == 200, answer.text
        return str(answer.json["access_token"])

    def post(self, client: NewClient, path: str, body: bytes, content_type: str = "application/json") -> Answer:
        bearer = f"Bearer {self.token(client)}"
        return self.call("POST", path, body, Authorization=bearer, Content_Type=content_type)

    def js(self, client: NewClient, path: str, /, **parameters: object) -> Answer:
        return self.call("GET", f"{path}?{urlencode({'consumer_key': client.js_key, **parameters})}")

    def lines(self, prefix: str) -> list[bytes]:
        bodies = [self.store.get(summary.key) for summary in self.store.list(prefix)]
        return [line for body in bodies for line in gzip.decompress(body).splitlines()]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    state = tmp_path_factory.mktemp("platform") / ".augury" / "local.json"
    with LocalPlatform(port=0, state=state, runs_in_background=False) as platform:
        yield World(platform)
