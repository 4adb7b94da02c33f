"""Why a training did not come about."""

from __future__ import annotations


class TrainingRefused(ValueError):
    """A definition or data that cannot be trained on: the message says what to change."""
