"""Why a deployment can end without its new version."""

from __future__ import annotations


class Unfit(Exception):
    """The new version is not fit to answer; the message says why. What it was given so far is taken back."""


class CanaryUnhealthy(Unfit):
    """Too many of the calls that the new version answered failed."""


class RolloutFailed(Unfit):
    """The new version did not start, or did not become ready."""
