"""Artifact directories: a signed manifest that vouches for every other file; nothing is used before it is checked."""

from augury.artifacts.directory import MAX_ARTIFACT_BYTES, Artifact, load, save
from augury.artifacts.layout import (
    LANE_FILES,
    MANIFEST_FILE,
    MODEL_FILE,
    ONNX_INPUT,
    ONNX_LABEL,
    ONNX_PROBABILITIES,
    ONNX_VALUE,
    PARITY_FILE,
    PIPELINE_FILE,
    PLAN_FILE,
    REPORT_FILE,
    SIGNATURE_FILE,
    Kind,
    Lane,
)
from augury.artifacts.manifest import FORMAT, DataWindow, Manifest, ParitySummary, digest, digests
from augury.artifacts.refusal import ArtifactRefused
from augury.artifacts.signing import KmsSigner, LocalSigner, Signer, signer_at
from augury.artifacts.transfer import fetch, fetch_manifest, publish
from augury.artifacts.trust import Trust

__all__ = [
    "FORMAT",
    "LANE_FILES",
    "MANIFEST_FILE",
    "MAX_ARTIFACT_BYTES",
    "MODEL_FILE",
    "ONNX_INPUT",
    "ONNX_LABEL",
    "ONNX_PROBABILITIES",
    "ONNX_VALUE",
    "PARITY_FILE",
    "PIPELINE_FILE",
    "PLAN_FILE",
    "REPORT_FILE",
    "SIGNATURE_FILE",
    "Artifact",
    "ArtifactRefused",
    "DataWindow",
    "Kind",
    "KmsSigner",
    "Lane",
    "LocalSigner",
    "Manifest",
    "ParitySummary",
    "Signer",
    "Trust",
    "digest",
    "digests",
    "fetch",
    "fetch_manifest",
    "load",
    "publish",
    "save",
    "signer_at",
]
