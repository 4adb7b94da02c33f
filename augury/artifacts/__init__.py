"""Artifact directories: a manifest that vouches for every other file, and nothing used before all of it is checked."""

from augury.artifacts.directory import MAX_ARTIFACT_BYTES, Artifact, ArtifactRefused, load, save
from augury.artifacts.layout import (
    MANIFEST_FILE,
    MODEL_FILE,
    ONNX_INPUT,
    ONNX_LABEL,
    ONNX_PROBABILITIES,
    PARITY_FILE,
    PLAN_FILE,
)
from augury.artifacts.manifest import FORMAT, DataWindow, Manifest, ParitySummary, digest, digests
from augury.artifacts.transfer import fetch, publish

__all__ = [
    "FORMAT",
    "MANIFEST_FILE",
    "MAX_ARTIFACT_BYTES",
    "MODEL_FILE",
    "ONNX_INPUT",
    "ONNX_LABEL",
    "ONNX_PROBABILITIES",
    "PARITY_FILE",
    "PLAN_FILE",
    "Artifact",
    "ArtifactRefused",
    "DataWindow",
    "Manifest",
    "ParitySummary",
    "digest",
    "digests",
    "fetch",
    "load",
    "publish",
    "save",
]
