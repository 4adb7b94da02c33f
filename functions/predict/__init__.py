"""Predictions: ``POST /predict``, ``GET /js/predict`` and ``GET /health``."""
