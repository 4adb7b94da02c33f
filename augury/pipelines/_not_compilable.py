"""Why a pipeline has no plan."""

from __future__ import annotations


class NotCompilable(ValueError):
    """A pipeline that has no plan form: the message names the step and the reason."""


class TargetLeaks(NotCompilable):
    """A pipeline whose target is made from one of its features: no lane should serve it."""
