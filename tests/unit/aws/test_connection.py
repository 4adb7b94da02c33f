"""Clients that keep to a time, against a server that never answers."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from augury.aws import AwsUnavailable, DeliveryStream, ObjectStore
from augury.aws.connection import Connection


@pytest.fixture
def silent() -> Iterator[Connection]:
    """An AWS that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Connection(
            endpoint_url=f"http://127.0.0.1:{server.getsockname()[1]}",
            region="eu-west-1",
            access_key_id="test",
            secret_access_key="test",
        )


def test_a_stream_that_hangs_is_given_up_in_time(silent: Connection) -> None:
    stream = DeliveryStream(silent.firehose(within_s=0.4), "events")
    began = time.monotonic()
    with pytest.raises(AwsUnavailable):
        stream.put_batch([b"{}\n"])
    assert 0.25 < time.monotonic() - began < 2


def test_a_bucket_that_hangs_is_tried_twice_and_given_up_in_time(silent: Connection) -> None:
    store = ObjectStore(silent.s3(within_s=1.4), "bucket")
    began = time.monotonic()
    with pytest.raises(AwsUnavailable):
        store.put("key", b"{}")
    assert 0.3 < time.monotonic() - began < 3


@pytest.mark.parametrize("within_s", [4.0, 12.0])
def test_all_tries_and_pauses_fit_the_time(silent: Connection, within_s: float) -> None:
    config = silent.s3(within_s=within_s).meta.config
    tries = config.retries["total_max_attempts"]  # type: ignore[attr-defined]
    one_try_s = config.connect_timeout + config.read_timeout  # type: ignore[attr-defined]
    assert tries * one_try_s + (tries - 1) * 1.0 == pytest.approx(within_s)
