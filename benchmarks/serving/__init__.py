"""Serving compared with other model servers, in one run: ``python -m benchmarks.serving``."""
