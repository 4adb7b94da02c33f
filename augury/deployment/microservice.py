"""What is deployed: one client's image with its settings, and the names that it has in the cloud."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from math import ceil
from typing import Final

import orjson

from augury.names import ClientName, ServiceName

PORT: Final = 5000
"""Where a microservice listens, as Seldon Server's did."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_RESERVED = ("AWS_", "LAMBDA_", "_HANDLER", "_X_AMZN")
_MAX_FUNCTION = 64
_MAX_NAMESPACE = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Microservice:
    """A client's own image, as it is to run.

    Parameters
    ----------
    name : ServiceName
        Its name among its client's.
    client : ClientName
        Whose it is.
    stage : str
        The deployment's stage.
    image : str
        Address of the image, by digest.
    version : str
        What people call this image; a tag, mostly.
    memory_mb : int
        Memory of one instance: 128 to 10,240 MB; 1,024 unless given.
    timeout_s : float
        Seconds that a prediction may take: up to 20; 2 unless given.
    environment : mapping of str to str
        Variables of its process.

    Raises
    ------
    ValueError
        A setting is out of its range, or a variable can't be set; the message names its option.
    """

    name: ServiceName
    client: ClientName
    stage: str
    image: str
    version: str
    memory_mb: int = 1024
    timeout_s: float = 2.0
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 128 <= self.memory_mb <= 10_240:
            raise ValueError(f"--memory is {self.memory_mb}: give 128 to 10240 MB")
        if not 0 < self.timeout_s <= 20:
            raise ValueError(f"--timeout is {self.timeout_s:g}: give seconds, up to 20")
        for variable in self.environment:
            if not _VARIABLE.fullmatch(variable) or variable.startswith(_RESERVED):
                raise ValueError(f"--env {variable}: this is no variable that an image can be given")

    @property
    def function(self) -> str:
        """Name of its Lambda function and of the role that this runs in.

        Underscores, which neither stages nor clients nor services have, keep their names apart.
        """
        return shortened(f"augury-{self.stage}_{self.client}_{self.name}", _MAX_FUNCTION)

    @property
    def namespace(self) -> str:
        """Name of its client's Kubernetes namespace."""
        return shortened(f"augury-{self.stage}-{self.client}", _MAX_NAMESPACE)

    @property
    def tags(self) -> dict[str, str]:
        """What everything of it is tagged with."""
        return {"augury:stage": self.stage, "augury:client": self.client, "augury:service": self.name}

    @property
    def longest_call_s(self) -> int:
        """Whole seconds that a call may take before Lambda ends it; a start takes up to ten more."""
        return ceil(self.timeout_s) + 10

    @property
    def fingerprint(self) -> str:
        """What tells this image with these settings from every other."""
        settings = [self.image, self.memory_mb, self.longest_call_s, dict(self.environment)]
        return sha256(orjson.dumps(settings, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def shortened(name: str, most: int) -> str:
    """Return a name of at most so many characters; of a longer one, its start and a digest of all of it.

    Examples
    --------
    >>> shortened("augury-dev_acme_scores", 64), len(shortened("a" * 200, 64))
    ('augury-dev_acme_scores', 64)
    """
    return name if len(name) <= most else digested(name, name, most)


def digested(name: str, of: str, most: int) -> str:
    """Return the start of a name and a digest of a text, at most so many characters in all."""
    return f"{name[: most - 11]}-{sha256(of.encode()).hexdigest()[:10]}"
