from __future__ import annotations

import json
import os
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest

from augury.artifacts import LocalSigner
from augury.aws import ObjectStore
from augury.aws.connection import Connection
from augury.config import Deployment
from augury.local import Handlers, LocalPlatform, PortInUse
from augury.local.front import Front
from tests.integration.local.platform_handlers import small_handlers
from tests.unit.local.clocks import SteppedClock
from tests.unit.local.handlers import HandlerModules


def call(platform: LocalPlatform, method: str, path: str, body: str | None = None) -> Any:
    request = urllib.request.Request(  # noqa: S310
        f"{platform.api_url}{path}",
        method=method,
        data=None if body is None else body.encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
        return json.load(response)


def connect(deployment: Deployment) -> Connection:
    return Connection(
        endpoint_url=deployment.aws_endpoint_url,
        region=deployment.region,
        access_key_id="test",
        secret_access_key="test",
    )


def contents(platform: LocalPlatform, prefix: str) -> dict[str, bytes]:
    store = ObjectStore(connect(platform.deployment).s3(), platform.deployment.bucket)
    return {entry.key: store.get(entry.key) for entry in store.list(prefix)}


@pytest.fixture
def handlers(handler_modules: HandlerModules) -> Handlers:
    return small_handlers(handler_modules)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / ".augury" / "local.json"


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def platform(handlers: Handlers, state: Path, clock: SteppedClock) -> Iterator[LocalPlatform]:
    with LocalPlatform(0, state=state, handlers=handlers, clock=clock, runs_in_background=False) as platform:
        yield platform


def test_an_event_goes_over_http_through_firehose_to_s3_and_is_split(platform: LocalPlatform) -> None:
    call(platform, "POST", "/events", '{"a":1}')
    call(platform, "POST", "/events", '{"a":2}')
    assert contents(platform, "logs/") == {}

    platform.flush()

    (raw_key,) = contents(platform, "logs/")
    assert raw_key.startswith("logs/events.2026/11/23/09/augury-local-events-1-2026-11-23-09-30-15-")
    assert contents(platform, "clients/") == {f"clients/all/{raw_key}": b'{"a":1}\n{"a":2}\n'}


def test_firehose_flushes_after_two_seconds(platform: LocalPlatform, clock: SteppedClock) -> None:
    call(platform, "POST", "/events", "{}")
    clock.step(1.9)
    assert platform.firehose.flush_due() == 0
    clock.step(0.1)
    assert platform.firehose.flush_due() == 1


def test_functions_find_their_settings_and_nothing_of_the_operators(
    handlers: Handlers, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AUGURY_TOKEN_LIFETIME_S", "1")
    before = dict(os.environ)

    with LocalPlatform(0, state=state, handlers=handlers) as platform:
        settings = call(platform, "GET", "/health")
        cache = settings.pop("model_cache_dir")

    assert settings["cache"]
    assert settings["stage"] == "local"
    assert settings["region"] == "us-east-1"
    assert settings["bucket"] == settings["table"] == "augury-local"
    assert settings["predictions_stream"] == "augury-local-predictions"
    assert settings["token_lifetime_s"] == 900
    assert not Path(cache).exists()
    assert dict(os.environ) == before


def test_a_signing_key_is_there_from_the_start(platform: LocalPlatform) -> None:
    assert call(platform, "POST", "/token", "") == {"key": "a key"}


def test_the_account_is_as_the_functions_expect_it(platform: LocalPlatform) -> None:
    connection = connect(platform.deployment)

    table = connection.dynamodb().describe_table(TableName=platform.deployment.table)["Table"]
    assert {key["AttributeName"]: key["KeyType"] for key in table["KeySchema"]} == {"pk": "HASH", "sk": "RANGE"}
    assert connection.firehose().list_delivery_streams()["DeliveryStreamNames"] == [
        "augury-local-events",
        "augury-local-feedback",
        "augury-local-predictions",
        "augury-local-refusals",
    ]


def test_how_to_reach_it_is_written_while_it_runs(handlers: Handlers, state: Path) -> None:
    with LocalPlatform(0, state=state, handlers=handlers) as platform:
        assert Deployment.read_local(state) == platform.deployment
        assert platform.api_url != platform.aws_endpoint_url

    assert not state.exists()


def test_what_is_buffered_at_the_end_is_delivered_and_split(
    handlers: Handlers, state: Path, handler_modules: HandlerModules, tmp_path: Path
) -> None:
    handler_modules.write(
        "split",
        """
        import gzip, json
        from pathlib import Path
        from urllib.parse import unquote_plus
        from augury.aws import ObjectStore
        from augury.aws.connection import Connection

        store = ObjectStore(Connection().s3(), "augury-local")

        def handler(event, context):
            for message in event["Records"]:
                for record in json.loads(message["body"]).get("Records", []):
                    lines = gzip.decompress(store.get(unquote_plus(record["s3"]["object"]["key"])))
                    Path(__file__).with_name("split.log").write_bytes(lines)
        """,
    )

    with LocalPlatform(0, state=state, handlers=handlers, runs_in_background=False) as platform:
        call(platform, "POST", "/events", '"last"')

    assert (tmp_path / handler_modules.package / "split.log").read_bytes() == b'"last"\n'


def test_threads_deliver_and_split_without_being_asked(
    handlers: Handlers, state: Path, clock: SteppedClock, handler_modules: HandlerModules
) -> None:
    handler_modules.write(
        "split",
        """
        import json, threading
        keys, seen = [], threading.Event()

        def handler(event, context):
            for message in event["Records"]:
                for record in json.loads(message["body"]).get("Records", []):
                    keys.append(record["s3"]["object"]["key"])
                    seen.set()
        """,
    )
    with LocalPlatform(0, state=state, handlers=handlers, clock=clock) as platform:
        split = sys.modules[handlers.split.rpartition(".")[0]]
        call(platform, "POST", "/events", "{}")
        clock.step(2)

        assert split.seen.wait(20)
        assert unquote_plus(split.keys[0]).startswith("logs/events.")


def test_a_second_platform_starts_with_an_empty_account(handlers: Handlers, state: Path) -> None:
    with LocalPlatform(0, state=state, handlers=handlers, runs_in_background=False) as first:
        call(first, "POST", "/events", "{}")
        first.flush()
        assert contents(first, "")

    with LocalPlatform(0, state=state, handlers=handlers, runs_in_background=False) as second:
        assert contents(second, "") == {}
        call(second, "POST", "/events", "{}")
        second.flush()
        assert len(contents(second, "logs/")) == 1


def test_a_taken_port_is_said_before_anything_starts(handlers: Handlers, state: Path) -> None:
    before = dict(os.environ)

    with Front({}) as other, pytest.raises(PortInUse, match=f"port {other.port} is in use"):
        LocalPlatform(other.port, state=state, handlers=handlers).__enter__()

    assert not state.exists()
    assert dict(os.environ) == before


def test_there_is_one_platform_in_a_process(platform: LocalPlatform, handlers: Handlers, state: Path) -> None:
    with pytest.raises(RuntimeError, match="another local Firehose"):
        LocalPlatform(0, state=state, handlers=handlers).__enter__()

    assert Deployment.read_local(state) == platform.deployment
    assert call(platform, "GET", "/health")["stage"] == "local"


def test_a_function_that_cannot_start_leaves_nothing_running(
    handlers: Handlers, state: Path, handler_modules: HandlerModules
) -> None:
    handler_modules.write("token", "raise LookupError('no such setting')")
    before = dict(os.environ)

    with pytest.raises(LookupError, match="no such setting"):
        LocalPlatform(0, state=state, handlers=handlers).__enter__()

    assert not state.exists()
    assert dict(os.environ) == before
    assert not {"moto", "front", "firehose", "split"} & {thread.name for thread in threading.enumerate()}


def test_the_key_that_signs_artifacts_is_kept_between_runs_for_its_owner_only(
    tmp_path: Path, handlers: Handlers
) -> None:
    published = []
    for _ in range(2):
        with LocalPlatform(0, state=tmp_path / "local.json", handlers=handlers, runs_in_background=False) as run:
            key = Path(run.deployment.artifact_signing_key or "")
            published.append(run.deployment.trusted_artifact_keys)
            assert os.environ["AUGURY_TRUSTED_ARTIFACT_KEYS"] == run.deployment.trusted_artifact_keys
            assert os.environ["AUGURY_ALLOW_UNSIGNED_ARTIFACTS"] == "false"
    assert key.parent == tmp_path
    assert key.stat().st_mode & 0o777 == 0o600
    assert published == [LocalSigner.read(key).public_pem()] * 2
