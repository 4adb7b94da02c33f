"""One call on its way to what answers it, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from augury.names import ClientName, Version
from augury.serving.requests import PredictRequest


@dataclass(frozen=True, slots=True)
class Call:
    """A client's request, on its way.

    Parameters
    ----------
    client : ClientName
        Whose.
    request : PredictRequest
        What is asked.
    puid : str
        Id of the prediction.
    deadline : float
        Time of the monotonic clock by which it must be answered.
    """

    client: ClientName
    request: PredictRequest
    puid: str
    deadline: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What a target answered.

    Parameters
    ----------
    predictions : list of list of dict
        Per row, the predictions as they are answered.
    lane : str
        How it was answered: ``plan``, ``pandas``, ``lambda`` or ``http``.
    target : str
        Name of the target.
    version : Version, optional
        The registered version that answered, where it was one.
    model_name : str, optional
        What a target outside this process calls its model.
    custom : Any
        What such a target adds.
    classes : tuple of str
        The version's classes, in the order of its model.
    """

    predictions: list[list[dict[str, Any]]]
    lane: str
    target: str
    version: Version | None = None
    model_name: str | None = None
    custom: Any = None
    classes: tuple[str, ...] = ()
