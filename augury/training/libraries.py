"""The libraries that a model depends on."""

from __future__ import annotations

import platform
from importlib.metadata import version as version_of

import onnxruntime
import xgboost

import augury

_DISTRIBUTIONS = ("numpy", "onnx", "onnxmltools", "pandas", "scikit-learn", "skl2onnx")


def library_versions() -> dict[str, str]:
    """Return the versions of what a model depends on, by distribution name."""
    return {
        "python": platform.python_version(),
        "augury": augury.__version__,
        # By module, because the distribution is called otherwise on other systems.
        "xgboost": xgboost.__version__,
        "onnxruntime": onnxruntime.__version__,
        **{name: version_of(name) for name in _DISTRIBUTIONS},
    }
