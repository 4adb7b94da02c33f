"""Augury: a general predictive service on serverless AWS."""

__version__ = "0.1.0"
