"""From the engine's answer to tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from augury.errors import AuguryError, Detail, Kind
from augury.serving.answers import Answer
from augury.serving.open_inference.binary import packed

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


def with_binary(content: Json, wants_binary: Callable[[str], bool]) -> tuple[bytes, int | None]:
    """Return the bytes of an ``infer`` answer, and how many of them are JSON where elements stand behind it.

    Parameters
    ----------
    content : dict
        From :func:`write_infer`.
    wants_binary : callable
        Tells whether the elements of an output of some name are to stand behind the JSON.
    """
    behind: list[bytes] = []
    outputs = [_moved(output, behind) if wants_binary(output["name"]) else output for output in content["outputs"]]
    head = orjson.dumps(content | {"outputs": outputs})
    return b"".join([head, *behind]), len(head) if behind else None


def _moved(output: Json, behind: list[bytes]) -> Json:
    """Return an output whose elements were put behind the others."""
    behind.append(packed(output["datatype"], output["data"]))
    parameters = {**output.get("parameters", {}), "binary_data_size": len(behind[-1])}
    return {name: value for name, value in output.items() if name != "data"} | {"parameters": parameters}


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
