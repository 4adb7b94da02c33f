"""From tensors, one per feature, to the rows that the engine takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

from augury import events
from augury.errors import AuguryError, Detail, Kind
from augury.serving.open_inference.binary import attach
from augury.serving.open_inference.outputs import PREDICT, PROBABILITIES
from augury.serving.requests import MAX_BODY_BYTES, PredictRequest, from_value

JSON_TEXT = {"content_type": "json"}
"""Parameters of a BYTES input whose texts are JSON: an array or an object."""

_NUMBERS = frozenset({int, float})
_ACCEPTED: Mapping[str, frozenset[type]] = {
    "BOOL": frozenset({bool}),
    "BYTES": frozenset({str}),
    **{f"{sign}INT{bits}": frozenset({int}) for sign in ("", "U") for bits in (8, 16, 32, 64)},
    **{f"FP{bits}": _NUMBERS for bits in (16, 32, 64)},
}
DATATYPES = frozenset(_ACCEPTED)
"""Datatypes that an input may have."""

_MAX_KEYS = 1_000_000


@dataclass(frozen=True, slots=True)
class InferRequest:
    """What an ``infer`` asks.

    Parameters
    ----------
    prediction : PredictRequest
        The same, in the engine's words.
    outputs : tuple of str or None
        Names of the outputs that are wanted, in order; None for all.
    binary : mapping of str to bool
        Whether an output's elements are to stand behind the JSON, of those that the request says it of.
    binary_by_default : bool
        Whether those of the other outputs are.
    """

    prediction: PredictRequest
    outputs: tuple[str, ...] | None
    binary: Mapping[str, bool] = field(default_factory=dict)
    binary_by_default: bool = False

    def wants_binary(self, output: str) -> bool:
        """Tell whether an output's elements are to stand behind the JSON."""
        return self.binary.get(output, self.binary_by_default)


def read_infer(body: bytes, pipeline: str, json_length: str | None = None) -> InferRequest:
    """Return the request of an ``infer`` body.

    Parameters
    ----------
    body : bytes
        JSON: ``inputs``, and optionally ``id``, ``parameters`` (of which ``key`` is read) and ``outputs``.
    pipeline : str
        The model that its path names.
    json_length : str, optional
        What ``Inference-Header-Content-Length`` says: bytes of JSON, which tensors in binary follow; all unless given.

    Raises
    ------
    AuguryError
        400 where it is malformed, with the input that is; 413 where it is too large.

    Examples
    --------
    >>> age = b'{"inputs": [{"name": "age", "datatype": "FP64", "shape": [2, 1], "data": [31, null]}]}'
    >>> read_infer(age, "churn").prediction.rows
    ({'age': 31}, {'age': None})
    """
    if len(body) > MAX_BODY_BYTES:
        raise AuguryError(Kind.BODY_TOO_LARGE, [Detail(("body",), "send at most 4 MiB")])
    length = _length(body, json_length)
    value = events.parse_json(body[:length])
    if not isinstance(value, dict):
        raise _malformed("body", reason='send a JSON object, such as {"inputs": [{"name": …}]}')
    attached = {**value, "inputs": attach(value.get("inputs"), body[length:])}
    return read_document(attached, pipeline, is_large=len(body) > events.MAX_EVENT_BYTES)


def read_document(value: dict[str, Any], pipeline: str, *, is_large: bool) -> InferRequest:
    """Return the request of an ``infer`` document, whose tensors have their elements in ``data``.

    Parameters
    ----------
    value : dict
        As :func:`read_infer` takes it, parsed.
    pipeline : str
        The model that is asked.
    is_large : bool
        Whether a row can be larger than an event may be, and has to be measured.

    Raises
    ------
    AuguryError
        As of :func:`read_infer`.
    """
    broken = events.violation(value, max_keys=_MAX_KEYS)
    if broken is not None:
        raise AuguryError(broken)
    parameters = _parameters(value, ())
    meta = {"pipeline": pipeline, "puid": value.get("id") or None, "key": parameters.get("key")}
    request = from_value({"meta": meta, "data": _rows(_tensors(value.get("inputs")))}, is_large=is_large)
    outputs = _outputs(value)
    return InferRequest(
        request,
        None if outputs is None else tuple(outputs),
        {name: binary for name, binary in (outputs or {}).items() if binary is not None},
        parameters.get("binary_data_output") is True,
    )


def _length(body: bytes, given: str | None) -> int:
    if given is None:
        return len(body)
    if not (given.isascii() and given.isdecimal() and int(given[:10]) <= len(body)):
        raise _malformed(
            "header", "Inference-Header-Content-Length", reason="the bytes of JSON in the body are expected"
        )
    return int(given[:10])


def _tensors(inputs: Any) -> dict[str, list[Any]]:
    """Return each input's elements by its name."""
    if not isinstance(inputs, list) or not inputs:
        raise _malformed("inputs", reason="a list of at least one tensor is expected")
    found: dict[str, list[Any]] = {}
    for index, tensor in enumerate(inputs):
        name = tensor.get("name") if isinstance(tensor, dict) else None
        if not isinstance(name, str):
            raise _malformed("inputs", index, "name", reason="a tensor with a name is expected")
        if name in found:
            raise _malformed("inputs", name, reason="this input is there twice")
        found[name] = _elements(name, tensor)
    return found


def _rows(tensors: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    first, *others = tensors
    count = len(tensors[first])
    for name in others:
        if len(tensors[name]) != count:
            reason = f"it has {len(tensors[name])} rows, and {first!r} has {count}"
            raise _malformed("inputs", name, "shape", reason=reason)
    return [dict(zip(tensors, values, strict=True)) for values in zip(*tensors.values(), strict=True)]


def _elements(name: str, tensor: Mapping[str, Any]) -> list[Any]:
    """Return one tensor's elements, one per row; null is nobody's type and is left to the schema."""
    data, datatype = tensor.get("data"), tensor.get("datatype")
    if not isinstance(data, list):
        raise _malformed("inputs", name, "data", reason="a list is expected")
    accepted = _ACCEPTED.get(datatype) if isinstance(datatype, str) else None
    if accepted is None:
        raise _malformed("inputs", name, "datatype", reason=f"one of {', '.join(_ACCEPTED)} is expected")
    shape = _shape(name, tensor.get("shape"))
    elements = _flat(data, len(shape))
    if len(elements) != prod(shape):
        raise _malformed("inputs", name, "data", reason=f"{len(elements)} elements; its shape says {prod(shape)}")
    for row, element in enumerate(elements):
        if element is not None and type(element) not in accepted:
            raise _malformed("inputs", name, row, reason=f"this is no {datatype}")
    is_json = datatype == "BYTES" and _parameters(tensor, ("inputs", name)).get("content_type") == "json"
    return [_parsed(name, row, text) for row, text in enumerate(elements)] if is_json else elements


def _shape(name: str, shape: Any) -> list[int]:
    is_list = isinstance(shape, list) and all(type(size) is int and size >= 0 for size in shape)
    if not is_list or len(shape) not in (1, 2) or shape[1:] not in ([], [1]):
        reason = "[n] or [n, 1] is expected for n rows: each feature is an input of its own"
        raise _malformed("inputs", name, "shape", reason=reason)
    return list(shape)


def _flat(data: list[Any], dimensions: int) -> list[Any]:
    """Undo nesting, which is optional: a tensor's elements stand in row-major order either way."""
    for _ in range(dimensions - 1):
        if not any(isinstance(part, list) for part in data):
            break
        data = [element for part in data for element in (part if isinstance(part, list) else [part])]
    return data


def _parsed(name: str, row: int, text: str | None) -> Any:
    if text is None:
        return None
    try:
        return events.parse_json(text.encode("utf-8", "surrogatepass"))
    except AuguryError:
        raise _malformed("inputs", name, row, reason="its content_type says JSON, and this is none") from None


def _outputs(value: Mapping[str, Any]) -> dict[str, bool | None] | None:
    """Return the outputs that are wanted, by name, and whether in binary where that is said; None for all."""
    outputs = value.get("outputs")
    if outputs is None:
        return None
    if not isinstance(outputs, list) or not outputs:
        raise _malformed("outputs", reason='a list of objects with a "name" is expected')
    return dict(_output(index, output) for index, output in enumerate(outputs))


def _output(index: int, output: Any) -> tuple[str, bool | None]:
    name = output.get("name") if isinstance(output, dict) else None
    if not isinstance(name, str):
        raise _malformed("outputs", index, "name", reason="an object with the name of an output is expected")
    if name not in (PREDICT, PROBABILITIES):
        raise _malformed("outputs", name, reason=f"there is {PREDICT}, and of a classification {PROBABILITIES}")
    binary = _parameters(output, ("outputs", name)).get("binary_data")
    return name, binary if isinstance(binary, bool) else None


def _parameters(value: Mapping[str, Any], loc: tuple[str, ...]) -> Mapping[str, Any]:
    parameters = value.get("parameters")
    if parameters is None:
        return {}
    if not isinstance(parameters, dict):
        raise _malformed(*loc, "parameters", reason="an object is expected")
    return parameters


def _malformed(*loc: str | int, reason: str) -> AuguryError:
    return AuguryError(Kind.INVALID_REQUEST, [Detail(loc, reason)])
