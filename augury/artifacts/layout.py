"""What the files of an artifact are called, and what its model's inputs and outputs are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

MANIFEST_FILE = "manifest.json"
SIGNATURE_FILE = "manifest.sig"
PLAN_FILE = "plan.json"
MODEL_FILE = "model.onnx"
PARITY_FILE = "parity.json"
PIPELINE_FILE = "pipeline.skops"
REPORT_FILE = "report.html"

type Lane = Literal["plan", "pandas"]
"""How an artifact is served: by its plan and ONNX model, or by the fitted pipeline itself."""

type Kind = Literal["classification", "regression"]
"""What a pipeline predicts: a probability per class, or a value."""

LANE_FILES: Mapping[str, tuple[str, ...]] = {"plan": (PLAN_FILE, MODEL_FILE), "pandas": (PIPELINE_FILE,)}
"""What each lane of serving reads of an artifact."""

ONNX_INPUT = "features"
"""The model's input: [rows, plan width], of the type of number that the plan's door says."""

ONNX_LABEL = "label"
"""The model's first output, int64 [rows]: position of the most probable class in the manifest's classes."""

ONNX_PROBABILITIES = "probabilities"
"""The model's second output, [rows, classes], in the order of the manifest's classes."""

ONNX_VALUE = "value"
"""The one output of a regression's model, [rows, 1]."""
