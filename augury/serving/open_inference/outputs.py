"""From the engine's answer to tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from augury.errors import AuguryError, Detail, Kind
from augury.serving.answers import Answer

type Json = dict[str, Any]

PREDICT = "predict"
"""Output with one row's class or value."""

PROBABILITIES = "predict_proba"
"""Output with the probability of each class."""


def write_infer(answer: Answer, model: str, wanted: Sequence[str] | None) -> Json:
    """Return the body of an ``infer`` answer.

    Parameters
    ----------
    answer : Answer
        The engine's.
    model : str
        The model that was asked for.
    wanted : sequence of str or None
        Names of the outputs that are to be in it; None for all.

    Raises
    ------
    AuguryError
        400: an output is wanted that there is not.
    """
    outputs = {output["name"]: output for output in _outputs(answer)}
    version = {} if answer.version is None else {"model_version": str(answer.version)}
    return {
        "model_name": model,
        **version,
        "id": answer.puid,
        "parameters": {"variation": answer.variation},
        "outputs": [_one(outputs, name) for name in (outputs if wanted is None else wanted)],
    }


def describe_outputs(classes: Sequence[str] | None) -> list[Json]:
    """Return the outputs' metadata, for some classes or, without them, for a regression.

    Examples
    --------
    >>> describe_outputs(None)
    [{'name': 'predict', 'datatype': 'FP64', 'shape': [-1, 1]}]
    """
    if not classes:
        return [{"name": PREDICT, "datatype": "FP64", "shape": [-1, 1]}]
    named = {"classes": list(classes)}
    return [
        {"name": PREDICT, "datatype": "BYTES", "shape": [-1, 1]},
        {"name": PROBABILITIES, "datatype": "FP64", "shape": [-1, len(classes)], "parameters": named},
    ]


def _outputs(answer: Answer) -> list[Json]:
    rows = answer.predictions
    if not any(item["predictedClass"] is not None for row in rows for item in row):
        return [_tensor(PREDICT, "FP64", [[row[0]["prediction"]] for row in rows], 1)]
    classes = answer.classes or _classes(rows)
    by_class = [{item["predictedClass"]: item["prediction"] for item in row} for row in rows]
    probabilities = [[row.get(name) for name in classes] for row in by_class]
    return [
        _tensor(PREDICT, "BYTES", [[row[0]["predictedClass"]] for row in rows], 1),
        _tensor(PROBABILITIES, "FP64", probabilities, len(classes)) | {"parameters": {"classes": list(classes)}},
    ]


def _tensor(name: str, datatype: str, rows: Sequence[Sequence[Any]], width: int) -> Json:
    data = [element for row in rows for element in row]
    return {"name": name, "datatype": datatype, "shape": [len(rows), width], "data": data}


def _classes(rows: Sequence[Sequence[Json]]) -> tuple[str, ...]:
    """Return the classes that a target outside this process spoke of, in an order that does not depend on the rows."""
    return tuple(sorted({str(item["predictedClass"]) for row in rows for item in row}))


def _one(outputs: dict[str, Json], name: str) -> Json:
    if name not in outputs:
        reason = f"there is no such output; there is {', '.join(outputs)}"
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("outputs", name), reason)])
    return outputs[name]
