"""Objects, streams and secrets: what comes back, and what a failure is called."""

from __future__ import annotations

import uuid

import pytest

from augury.aws import AwsUnavailable, DeliveryStream, NotFound, ObjectStore, SecretStore
from augury.aws.connection import Connection


def test_an_object_comes_back_and_is_listed_by_prefix(store: ObjectStore) -> None:
    for key in ("a/2", "a/1", "b/1"):
        store.put(key, key.encode())
    assert store.get("a/1") == b"a/1"
    assert [(summary.key, summary.size_bytes) for summary in store.list("a/")] == [("a/1", 3), ("a/2", 3)]


def test_a_missing_object_is_told_from_a_failing_store(store: ObjectStore) -> None:
    with pytest.raises(NotFound, match="a/1"):
        store.get("a/1")


def test_an_unreachable_service_is_unavailable() -> None:
    nowhere = Connection(
        endpoint_url="http://127.0.0.1:9", region="eu-west-1", access_key_id="test", secret_access_key="test"
    )
    with pytest.raises(AwsUnavailable, match="EndpointConnectionError"):
        DeliveryStream(nowhere.firehose(), "stream").put_batch([b"x"])


def test_a_missing_stream_is_unavailable(aws: Connection) -> None:
    with pytest.raises(AwsUnavailable, match="ResourceNotFoundException"):
        DeliveryStream(aws.firehose(), "missing").put_batch([b"x"])


def test_a_secrets_versions_are_read_by_their_stage(secret: SecretStore) -> None:
    version_id = str(uuid.uuid4())
    secret.write_pending("second", version_id)
    assert (secret.read(), secret.read("AWSPENDING")) == ("not a key yet", "second")
    for _ in range(2):
        secret.promote(version_id)
    assert (secret.read(), secret.read("AWSPREVIOUS")) == ("second", "not a key yet")


def test_a_missing_secret_or_version_is_not_found(secret: SecretStore) -> None:
    with pytest.raises(NotFound):
        secret.read("AWSPENDING")
    secret.secret_id = "missing"
    with pytest.raises(NotFound):
        secret.read()


def test_objects_are_removed_by_the_thousand_and_what_is_not_there_is_no_error(store: ObjectStore) -> None:
    keys = [f"many/{number}" for number in range(1_005)]
    store.put("kept", b"")
    for key in keys[::200]:
        store.put(key, b"")
    store.delete(keys)
    assert [entry.key for entry in store.list("")] == ["kept"]
