"""Whose signature a deployment's artifacts have, and whose they need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from augury.artifacts import ArtifactRefused, KmsSigner, LocalSigner
from augury.aws.connection import Connection
from augury.cli.signatures import signer_of, trust_of
from augury.config import Deployment

MANIFEST = b"{}"


def deployment(**changes: Any) -> Deployment:
    needed = {"api_url": "http://a", "region": "eu-west-1", "bucket": "b", "table": "t", "pepper_secret": "p"}
    return Deployment(**needed, **changes)


def test_a_file_signs_what_its_public_half_is_trusted_for(aws: Connection, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    public = LocalSigner.read_or_make(key).public_pem()
    local = deployment(artifact_signing_key=str(key), trusted_artifact_keys=public)
    signer = signer_of(local, aws)
    assert signer is not None
    trust_of(local, aws).check(MANIFEST, signer.sign(MANIFEST))


def test_an_arn_is_a_key_in_kms(aws: Connection) -> None:
    arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
    assert isinstance(signer_of(deployment(artifact_signing_key=arn), aws), KmsSigner)


def test_a_deployment_without_a_key_signs_nothing_and_trusts_nobody(aws: Connection) -> None:
    assert signer_of(deployment(), aws) is None
    with pytest.raises(ArtifactRefused, match="no trusted key"):
        trust_of(deployment(), aws).check(MANIFEST, b"x")


def test_a_deployment_may_allow_unsigned_artifacts(aws: Connection) -> None:
    trust_of(deployment(allow_unsigned_artifacts=True), aws).check(MANIFEST, None)
