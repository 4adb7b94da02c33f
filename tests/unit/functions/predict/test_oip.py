"""The Open Inference Protocol's messages, and the code that is generated of them."""

from __future__ import annotations

import contextlib
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from augury.errors import AuguryError, Kind
from functions.predict.oip import inference_pb2 as messages
from functions.predict.oip.tensors import document_of, response_of

ROOT = Path(__file__).parents[4]
GENERATED = ("inference_pb2.py", "inference_pb2.pyi", "inference_pb2_grpc.py")
FORMATS = {
    "BOOL": "?", "INT8": "b", "INT16": "h", "INT32": "i", "INT64": "q", "UINT8": "B", "UINT16": "H", "UINT32": "I",
    "UINT64": "Q", "FP32": "f", "FP64": "d",
}  # fmt: skip


def test_generating_the_code_again_gives_what_is_there(tmp_path: Path) -> None:
    subprocess.run(
        [
            sys.executable, "-m", "grpc_tools.protoc", "-I", ROOT, f"--python_out={tmp_path}", f"--pyi_out={tmp_path}",
            f"--grpc_python_out={tmp_path}", "functions/predict/oip/inference.proto",
        ],
        cwd=ROOT,
        check=True,
    )  # fmt: skip
    for name in GENERATED:
        place = Path("functions/predict/oip") / name
        assert (tmp_path / place).read_text() == (ROOT / place).read_text(), name


def request(datatype: str, elements: list[Any], *, is_raw: bool) -> messages.ModelInferRequest:
    asked = messages.ModelInferRequest(model_name="m", id="i")
    tensor = asked.inputs.add(name="x", datatype=datatype, shape=[len(elements), 1])
    if is_raw and datatype == "BYTES":
        asked.raw_input_contents.append(b"".join(struct.pack("<I", len(e)) + e for e in elements))
    elif is_raw:
        asked.raw_input_contents.append(struct.pack(f"<{len(elements)}{FORMATS[datatype]}", *elements))
    else:
        kind = {"BOOL": "bool", "INT64": "int64", "UINT64": "uint64", "FP32": "fp32", "FP64": "fp64", "BYTES": "bytes"}
        field = kind.get(datatype, "uint" if datatype.startswith("U") else "int")
        getattr(tensor.contents, f"{field}_contents").extend(elements)
    return asked


@pytest.mark.parametrize("is_raw", [True, False])
@pytest.mark.parametrize("datatype", [*FORMATS, "BYTES"])
def test_elements_of_every_datatype_are_read_from_either_place(datatype: str, is_raw: bool) -> None:
    sent = [b"a", "é".encode()] if datatype == "BYTES" else [True, False] if datatype == "BOOL" else [1, 0]
    (tensor,) = document_of(request(datatype, sent, is_raw=is_raw))["inputs"]
    assert tensor["data"] == ["a", "é"] if datatype == "BYTES" else sent
    assert (tensor["datatype"], tensor["shape"]) == (datatype, [2, 1])


@pytest.mark.parametrize("is_raw", [True, False])
def test_nan_is_null(is_raw: bool) -> None:
    (tensor,) = document_of(request("FP64", [float("nan"), 1.5], is_raw=is_raw))["inputs"]
    assert tensor["data"] == [None, 1.5]


def test_words_of_a_request_are_those_of_rest() -> None:
    asked = request("FP64", [1.0], is_raw=False)
    asked.parameters["key"].string_param = "k"
    asked.parameters["empty"].SetInParent()
    asked.inputs[0].parameters["content_type"].string_param = "json"
    asked.outputs.add(name="predict")
    document = document_of(asked)
    assert (document["id"], document["parameters"]) == ("i", {"key": "k", "empty": None})
    assert document["inputs"][0]["parameters"] == {"content_type": "json"}
    assert document["outputs"] == [{"name": "predict"}]


def mixed() -> messages.ModelInferRequest:
    asked = request("FP64", [1.0], is_raw=True)
    asked.inputs.add(name="y", datatype="FP64", shape=[1])
    return asked


@pytest.mark.parametrize(
    "asked",
    [
        mixed(),
        request("FP64", [1.0], is_raw=True).__class__(
            inputs=[messages.ModelInferRequest.InferInputTensor(name="x", datatype="FP64", shape=[1])],
            raw_input_contents=[b"1234567"],
        ),
        messages.ModelInferRequest(inputs=[messages.ModelInferRequest.InferInputTensor(name="x", datatype="FP16")]),
        messages.ModelInferRequest(inputs=[messages.ModelInferRequest.InferInputTensor(name="x", datatype="TEXT")]),
        request("BYTES", [b"\xff"], is_raw=False),
    ],
)
def test_elements_that_can_not_be_read_are_refused(asked: messages.ModelInferRequest) -> None:
    with pytest.raises(AuguryError) as refused:
        document_of(asked)
    assert refused.value.kind is Kind.INVALID_REQUEST


@given(st.binary(max_size=200))
def test_whatever_is_sent_is_read_or_refused(sent: bytes) -> None:
    asked = messages.ModelInferRequest()
    try:
        asked.ParseFromString(sent)
    except DecodeError:
        return
    with contextlib.suppress(AuguryError):
        assert len(document_of(asked)["inputs"]) == len(asked.inputs)


def answer(data: list[Any]) -> dict[str, Any]:
    output = {"name": "p", "datatype": "FP64", "shape": [1, 2], "data": data, "parameters": {"classes": ["a", "b"]}}
    label = {"name": "l", "datatype": "BYTES", "shape": [1, 1], "data": ["é"]}
    return {
        "model_name": "m",
        "model_version": "1",
        "id": "i",
        "parameters": {"variation": "v"},
        "outputs": [label, output],
    }


def test_an_answer_goes_in_the_form_in_which_was_asked() -> None:
    typed, raw = (response_of(answer([0.25, None]), is_raw=is_raw) for is_raw in (False, True))
    assert typed.outputs[0].contents.bytes_contents == ["é".encode()]
    assert str(list(typed.outputs[1].contents.fp64_contents)) == "[0.25, nan]"
    assert not typed.raw_output_contents
    assert raw.raw_output_contents[0] == struct.pack("<I", 2) + "é".encode()
    assert str(struct.unpack("<2d", raw.raw_output_contents[1])) == "(0.25, nan)"
    assert raw.outputs[1].parameters["classes"].string_param == '["a","b"]'
