"""Rotation of the signing key."""

from __future__ import annotations

import uuid

import pytest

from augury.aws import SecretStore, Table
from augury.clients import rotation_step
from augury.clients.signing import MAX_PUBLIC_KEYS, SigningKey, read_public_keys
from tests.unit.clients.conftest import STEPS, rotate


def test_a_rotation_makes_its_key_current_and_public(secret: SecretStore, table: Table) -> None:
    rotate(secret, table)
    key = SigningKey.from_secret(secret.read())
    assert read_public_keys(table) == {key.kid: key.public_pem()}


def test_every_step_may_be_repeated(secret: SecretStore, table: Table) -> None:
    version_id = str(uuid.uuid4())
    for step in (step for step in STEPS for _ in range(2)):
        rotation_step(step, secret, table, version_id)
    assert list(read_public_keys(table)) == [SigningKey.from_secret(secret.read()).kid]


def test_a_key_is_public_before_it_is_current(secret: SecretStore, table: Table) -> None:
    rotate(secret, table)
    before, version_id = SigningKey.from_secret(secret.read()), str(uuid.uuid4())
    for step in STEPS[:3]:
        rotation_step(step, secret, table, version_id)
    assert SigningKey.from_secret(secret.read()).kid == before.kid
    assert len(read_public_keys(table)) == 2


def test_an_unpublished_key_does_not_pass_the_test_step(secret: SecretStore, table: Table) -> None:
    version_id = str(uuid.uuid4())
    rotation_step("createSecret", secret, table, version_id)
    with pytest.raises(ValueError, match="not published"):
        rotation_step("testSecret", secret, table, version_id)


def test_old_public_keys_give_way(secret: SecretStore, table: Table) -> None:
    for _ in range(MAX_PUBLIC_KEYS + 2):
        rotate(secret, table)
    assert len(read_public_keys(table)) == MAX_PUBLIC_KEYS
    assert list(read_public_keys(table))[-1] == SigningKey.from_secret(secret.read()).kid


def test_an_unknown_step_is_refused(secret: SecretStore, table: Table) -> None:
    with pytest.raises(ValueError, match="unknown rotation step"):
        rotation_step("finish", secret, table, str(uuid.uuid4()))
