"""Why an artifact is not used."""

from __future__ import annotations


class ArtifactRefused(Exception):
    """An artifact that will not be used.

    Parameters
    ----------
    file : str
        Name of the offending file.
    reason : str
        What is wrong with it.
    """

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason
