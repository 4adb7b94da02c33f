"""Feedback: ``POST /feedback``."""
