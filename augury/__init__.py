"""Augury: a general predictive service on serverless AWS."""

import os

__version__ = "0.1.0"

# ONNX Runtime's wheels for Linux report to their maker, over HTTPS, unless this is set before they load.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
