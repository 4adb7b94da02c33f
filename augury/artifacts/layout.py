"""What the files of an artifact are called, and what its model's inputs and outputs are called."""

from __future__ import annotations

MANIFEST_FILE = "manifest.json"
PLAN_FILE = "plan.json"
MODEL_FILE = "model.onnx"
PARITY_FILE = "parity.json"

ONNX_INPUT = "features"
"""The model's input: float32 [rows, plan width]."""

ONNX_LABEL = "label"
"""The model's first output, int64 [rows]: position of the most probable class in the manifest's classes."""

ONNX_PROBABILITIES = "probabilities"
"""The model's second output, float32 [rows, classes], in the order of the manifest's classes."""
