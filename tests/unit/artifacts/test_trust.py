"""Whose artifacts are used."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from moto.kms.utils import ECDSAPrivateKey

from augury.artifacts import ArtifactRefused, KmsSigner, LocalSigner, Trust, load, save, signer_at
from augury.aws import AwsUnavailable, KeyService, NotFound
from augury.aws.connection import Connection
from tests.unit.artifacts.test_artifact import FILES, SIGNER, TRUST, manifest_of

if TYPE_CHECKING:
    from mypy_boto3_kms.literals import KeySpecType

STRANGER = LocalSigner.generate()


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    save(tmp_path / "artifact", manifest_of(FILES), FILES, SIGNER)
    return tmp_path / "artifact"


@pytest.fixture
def keys(aws: Connection, monkeypatch: pytest.MonkeyPatch) -> KeyService:
    """KMS that takes a digest for one, as the real one does: moto 5.2 hashes it once more."""

    def sign(self: ECDSAPrivateKey, message: bytes, signing_algorithm: str) -> bytes:
        return bytes(self.private_key.sign(message, ec.ECDSA(Prehashed(SHA256()))))

    monkeypatch.setattr(ECDSAPrivateKey, "sign", sign)
    return KeyService(aws.kms())


def new_kms_key(aws: Connection, spec: KeySpecType = "ECC_NIST_P256") -> str:
    return str(aws.kms().create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"])


def test_an_unsigned_artifact_is_refused_and_the_reason_says_what_to_do(artifact: Path) -> None:
    (artifact / "manifest.sig").unlink()
    with pytest.raises(ArtifactRefused, match="sign it, or allow") as refused:
        load(artifact, TRUST)
    assert refused.value.file == "manifest.sig"


def test_an_unsigned_artifact_is_used_where_the_operator_allows_it(artifact: Path) -> None:
    (artifact / "manifest.sig").unlink()
    loaded = load(artifact, Trust([SIGNER.public_pem()], allow_unsigned=True))
    assert loaded.signature is None
    assert loaded.files == FILES


@pytest.mark.parametrize("allow_unsigned", [False, True])
def test_a_signature_of_an_unknown_key_is_refused_even_where_none_is_needed(
    artifact: Path, allow_unsigned: bool
) -> None:
    trust = Trust([STRANGER.public_pem()], allow_unsigned=allow_unsigned)
    with pytest.raises(ArtifactRefused, match="fits no trusted key"):
        load(artifact, trust)


def test_a_signature_is_not_taken_on_trust_where_no_key_is_configured(artifact: Path) -> None:
    with pytest.raises(ArtifactRefused, match="no trusted key is configured"):
        load(artifact, Trust())


@pytest.mark.parametrize(
    "tampered",
    [
        lambda old: b"",
        lambda old: old[:-1],
        lambda old: old + b"\x00",
        lambda old: b"\x00" * 72,
        lambda old: b"x" * 128,
    ],
)
def test_a_signature_that_was_changed_or_cut_is_refused(artifact: Path, tampered: Callable[[bytes], bytes]) -> None:
    signature = artifact / "manifest.sig"
    signature.write_bytes(tampered(signature.read_bytes()))
    with pytest.raises(ArtifactRefused, match="fits no trusted key"):
        load(artifact, TRUST)


def test_a_huge_signature_is_refused_unread(artifact: Path) -> None:
    (artifact / "manifest.sig").write_bytes(b"x" * 10_000)
    with pytest.raises(ArtifactRefused, match="too large"):
        load(artifact, TRUST)


def test_a_manifest_that_was_changed_after_signing_is_refused_before_it_is_parsed(artifact: Path) -> None:
    (artifact / "manifest.json").write_bytes(b"no JSON at all")
    with pytest.raises(ArtifactRefused, match="the manifest was changed"):
        load(artifact, TRUST)


def test_a_signature_of_another_artifact_is_refused(artifact: Path, tmp_path: Path) -> None:
    save(tmp_path / "other", manifest_of(FILES, seed=1), FILES, SIGNER)
    shutil.copy(tmp_path / "other" / "manifest.sig", artifact / "manifest.sig")
    with pytest.raises(ArtifactRefused, match="fits no trusted key"):
        load(artifact, TRUST)


def test_while_keys_are_rotated_artifacts_of_either_are_used(artifact: Path, tmp_path: Path) -> None:
    save(tmp_path / "new", manifest_of(FILES), FILES, STRANGER)
    both = Trust.read(SIGNER.public_pem() + STRANGER.public_pem())
    assert load(artifact, both).files == load(tmp_path / "new", both).files
    with pytest.raises(ArtifactRefused, match="fits no trusted key"):
        load(artifact, Trust([STRANGER.public_pem()]))


@pytest.mark.parametrize("separator", ["\n", " ", ",", "\n\n,  "])
def test_trusted_keys_are_read_from_one_setting(artifact: Path, separator: str) -> None:
    setting = separator.join([STRANGER.public_pem(), SIGNER.public_pem().strip()])
    assert load(artifact, Trust.read(setting)).files == FILES


@pytest.mark.parametrize("setting", ["nonsense", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"])
def test_a_setting_that_is_no_key_is_refused(setting: str) -> None:
    with pytest.raises(ValueError, match="neither a P-256 public key in PEM nor the ARN"):
        Trust.read(setting)


def test_a_key_of_another_curve_is_refused() -> None:
    other = LocalSigner(ec.generate_private_key(ec.SECP384R1()))
    with pytest.raises(ValueError, match="P-256"):
        Trust.read(other.public_pem())


def test_a_key_in_kms_signs_and_is_trusted_by_its_arn(aws: Connection, keys: KeyService, tmp_path: Path) -> None:
    arn = new_kms_key(aws)
    signer = signer_at(arn, keys)
    save(tmp_path / "artifact", manifest_of(FILES), FILES, signer)
    assert isinstance(signer, KmsSigner)
    assert load(tmp_path / "artifact", Trust.read(f"{arn}", service=keys)).files == FILES
    assert load(tmp_path / "artifact", Trust([signer.public_pem()])).files == FILES
    with pytest.raises(ArtifactRefused, match="fits no trusted key"):
        load(tmp_path / "artifact", Trust([new_kms_key(aws)], service=keys))


def test_kms_is_asked_once_for_a_key(aws: Connection, artifact: Path) -> None:
    asked = []

    class Counting(KeyService):
        def public_key(self, key_id: str) -> bytes:
            asked.append(key_id)
            return super().public_key(key_id)

    arn = new_kms_key(aws)
    trust = Trust([arn, SIGNER.public_pem()], service=Counting(aws.kms()))
    assert asked == []
    load(artifact, trust)
    load(artifact, trust)
    assert asked == [arn]


def test_a_kms_key_of_another_curve_is_refused(aws: Connection, keys: KeyService, artifact: Path) -> None:
    with pytest.raises(ArtifactRefused, match="is not of the curve P-256"):
        load(artifact, Trust([new_kms_key(aws, "ECC_NIST_P384")], service=keys))


def test_a_kms_key_that_is_not_there_is_a_fault_of_the_deployment(keys: KeyService, artifact: Path) -> None:
    with pytest.raises((NotFound, AwsUnavailable)):
        load(artifact, Trust(["arn:aws:kms:eu-west-1:123456789012:key/none"], service=keys))


def test_an_arn_without_kms_to_ask_is_refused() -> None:
    with pytest.raises(ValueError, match="no KMS to ask"):
        Trust(["arn:aws:kms:eu-west-1:123456789012:key/none"])


def test_a_local_key_is_made_once_and_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "state" / "key.pem"
    made = LocalSigner.read_or_make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert LocalSigner.read_or_make(path).public_pem() == made.public_pem()
    assert [entry.name for entry in path.parent.iterdir()] == ["key.pem"]


@pytest.mark.parametrize(("content", "reason"), [(None, "is missing"), (b"", "no unencrypted"), (b"PEM?", "openssl")])
def test_a_file_that_is_no_signing_key_is_refused_and_says_how_to_make_one(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / "key.pem").write_bytes(content)
    with pytest.raises(ValueError, match=reason):
        LocalSigner.read(tmp_path / "key.pem")


def test_any_tool_can_check_a_signature(artifact: Path, tmp_path: Path) -> None:
    (tmp_path / "public.pem").write_text(SIGNER.public_pem())
    openssl = ["openssl", "dgst", "-sha256", "-verify", "public.pem", "-signature", "artifact/manifest.sig"]
    done = subprocess.run([*openssl, "artifact/manifest.json"], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "Verified OK\n"
