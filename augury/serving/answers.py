"""What a caller is told: Seldon 1.4's shape of a prediction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from augury.names import Version


@dataclass(frozen=True, slots=True)
class Answer:
    """The predictions of one request.

    Parameters
    ----------
    puid : str
        Id of the prediction.
    pipeline : str
        Name of the pipeline that answered, or what a target outside this process calls its model.
    variation : str
        Label of the variation that answered.
    predictions : list of list of dict
        Per row, the predictions as they are answered.
    single : bool
        Whether the caller sent one row, not a list.
    custom : Any
        What a target outside this process adds.
    version : Version, optional
        The registered version that answered, where it was one.
    classes : tuple of str
        Its classes in the order of the model; empty for a regression, and for a target outside this process.
    """

    puid: str
    pipeline: str
    variation: str
    predictions: list[list[dict[str, Any]]]
    single: bool
    custom: Any = None
    version: Version | None = None
    classes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        return {
            "meta": {"puid": self.puid, "modelName": self.pipeline, "variation": self.variation},
            "predictions": self.predictions[0] if self.single else self.predictions,
            "custom": self.custom,
        }


def class_predictions(classes: Sequence[str], probabilities: Sequence[float]) -> list[dict[str, Any]]:
    """Return one row's classes with their probabilities, the most probable first.

    Examples
    --------
    >>> class_predictions(["setosa", "virginica"], [0.25, 0.75])[0]
    {'prediction': 0.75, 'predictedClass': 'virginica', 'confidence': 0.75}
    """
    ranked = sorted(zip(probabilities, classes, strict=True), key=lambda pair: -pair[0])
    return [{"prediction": p, "predictedClass": name, "confidence": p} for p, name in ranked]


def value_prediction(value: float) -> list[dict[str, Any]]:
    """Return one row's predicted value.

    Examples
    --------
    >>> value_prediction(12.5)
    [{'prediction': 12.5, 'predictedClass': None, 'confidence': None}]
    """
    return [{"prediction": value, "predictedClass": None, "confidence": None}]
