"""Between the protocol's messages and the documents of its REST form, which say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from augury.errors import AuguryError, Detail, Kind
from augury.serving.open_inference.binary import packed, unpacked
from functions.predict.oip import inference_pb2 as messages

type Json = dict[str, Any]

_CONTENTS: Mapping[str, str] = {
    "BOOL": "bool_contents",
    **dict.fromkeys(("INT8", "INT16", "INT32"), "int_contents"),
    "INT64": "int64_contents",
    **dict.fromkeys(("UINT8", "UINT16", "UINT32"), "uint_contents"),
    "UINT64": "uint64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
    "BYTES": "bytes_contents",
}


def document_of(request: messages.ModelInferRequest) -> Json:
    """Return what a request would say in JSON.

    Raises
    ------
    AuguryError
        400: some tensor has no elements that can be read.
    """
    document: Json = {
        "id": request.id,
        "parameters": _parameters(request.parameters),
        "inputs": [
            _input(tensor, elements) for tensor, elements in zip(request.inputs, _elements(request), strict=True)
        ],
    }
    if request.outputs:
        document["outputs"] = [{"name": output.name} for output in request.outputs]
    return document


def response_of(document: Json, *, is_raw: bool) -> messages.ModelInferResponse:
    """Return an answer as a message.

    Parameters
    ----------
    document : dict
        The answer, as REST has it.
    is_raw : bool
        Whether elements go in binary, as Triton's clients send theirs.
    """
    outputs = document["outputs"]
    return messages.ModelInferResponse(
        model_name=document["model_name"],
        model_version=document.get("model_version", ""),
        id=document["id"],
        parameters=_messages(document["parameters"]),
        outputs=[_output(output, is_raw=is_raw) for output in outputs],
        raw_output_contents=[packed(output["datatype"], output["data"]) for output in outputs] if is_raw else [],
    )


def _elements(request: messages.ModelInferRequest) -> Iterable[Callable[[Json], list[Any]]]:
    raw = request.raw_input_contents
    if not raw:
        return [_typed(tensor) for tensor in request.inputs]
    if len(raw) != len(request.inputs):
        reason = f"there are {len(raw)}, and {len(request.inputs)} inputs"
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("raw_input_contents",), reason)])
    return [_raw(part) for part in raw]


def _raw(part: bytes) -> Callable[[Json], list[Any]]:
    return lambda tensor: unpacked(tensor, part, len(part))


def _typed(message: messages.ModelInferRequest.InferInputTensor) -> Callable[[Json], list[Any]]:
    def elements(tensor: Json) -> list[Any]:
        field = _CONTENTS.get(tensor["datatype"])
        if field is None:
            reason = f"one of {', '.join(_CONTENTS)} is expected, or raw_input_contents"
            raise AuguryError(Kind.INVALID_REQUEST, [Detail(("inputs", tensor["name"], "datatype"), reason)])
        values = list(getattr(message.contents, field))
        if field == "bytes_contents":
            return [_text(tensor["name"], value) for value in values]
        # Only NaN differs from itself; it is null.
        return [None if value != value else value for value in values]

    return elements


def _text(name: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("inputs", name), "its bytes are no UTF-8")]) from None


def _input(message: messages.ModelInferRequest.InferInputTensor, elements: Callable[[Json], list[Any]]) -> Json:
    tensor: Json = {
        "name": message.name,
        "datatype": message.datatype,
        "shape": list(message.shape),
        "parameters": _parameters(message.parameters),
    }
    return {**tensor, "data": elements(tensor)}


def _output(output: Json, *, is_raw: bool) -> messages.ModelInferResponse.InferOutputTensor:
    tensor = messages.ModelInferResponse.InferOutputTensor(
        name=output["name"],
        datatype=output["datatype"],
        shape=output["shape"],
        parameters=_messages(output.get("parameters", {})),
    )
    if not is_raw:
        getattr(tensor.contents, _CONTENTS[output["datatype"]]).extend(map(_element, output["data"]))
    return tensor


def _element(value: Any) -> Any:
    return float("nan") if value is None else value.encode() if isinstance(value, str) else value


def _parameters(given: Mapping[str, messages.InferParameter]) -> Json:
    return {name: getattr(one, one.WhichOneof("parameter_choice") or "", None) for name, one in given.items()}


def _messages(parameters: Json) -> dict[str, messages.InferParameter]:
    """Return parameters as messages; what is no text goes as JSON."""
    return {name: messages.InferParameter(string_param=_as_text(value)) for name, value in parameters.items()}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
