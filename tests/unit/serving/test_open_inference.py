"""The Open Inference Protocol, against an engine that serves Iris."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augury.artifacts import load, save
from augury.errors import AuguryError, Kind
from augury.lake import model_prefix
from augury.names import ClientName, Version
from augury.registry import HttpTarget, PipelineTarget, plan_promotion
from augury.schema import Field, FieldType
from augury.serving import ModelCache, OpenInference, PipelineDirectory, PredictionEngine, from_body
from augury.serving.answers import Answer, value_prediction
from augury.serving.open_inference.binary import attach, unpacked
from augury.serving.open_inference.binary import packed as in_binary
from augury.serving.open_inference.inputs import read_infer
from augury.serving.open_inference.metadata import describe_input
from augury.serving.open_inference.outputs import write_infer
from augury.training import add_version
from tests.artifacts import ACME, FLOWER, IRIS, SIGNER, TRUST, VERSION, trained_iris
from tests.unit.serving.conftest import Bench

CLASSES = ["Iris-setosa", "Iris-versicolor", "Iris-virginica"]


@pytest.fixture
def protocol(bench: Bench) -> OpenInference:
    return protocol_of(bench, bench.models)


def protocol_of(bench: Bench, models: ModelCache) -> OpenInference:
    directory = PipelineDirectory(bench.registry, ttl_s=0)
    return OpenInference(PredictionEngine(directory, models, bench.logged.append), directory, models)


def tensor(name: str, data: list[Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "datatype": "FP64", "shape": [len(data), 1], "data": data, **more}


def flowers(count: int = 1) -> list[dict[str, Any]]:
    return [tensor(name, [value] * count) for name, value in FLOWER.items()]


def body(inputs: Any, **more: Any) -> bytes:
    return json.dumps({"inputs": inputs, **more}).encode()


def refusal(protocol: OpenInference, sent: bytes, version: str | None = None) -> AuguryError:
    with pytest.raises(AuguryError) as refused:
        protocol.infer(ACME, "iris", sent, version)
    return refused.value


def stand_by(bench: Bench, version: str, directory: Path) -> None:
    trained = load(trained_iris().directory, TRUST)
    save(directory, trained.manifest.model_copy(update={"version": version}), trained.files, SIGNER)
    add_version(directory, ACME, store=bench.store, registry=bench.registry, trust=TRUST)


@pytest.mark.parametrize(
    ("more", "binary"),
    [
        ({}, []),
        ({"parameters": {"binary_data_output": True}}, ["predict", "predict_proba"]),
        ({"parameters": {"binary_data_output": "yes"}}, []),
        ({"outputs": [{"name": "predict_proba", "parameters": {"binary_data": True}}]}, ["predict_proba"]),
        (
            {
                "parameters": {"binary_data_output": True},
                "outputs": [{"name": "predict", "parameters": {"binary_data": False}}, {"name": "predict_proba"}],
            },
            ["predict_proba"],
        ),
    ],
)
def test_outputs_are_in_binary_where_that_is_wanted(
    protocol: OpenInference, more: dict[str, Any], binary: list[str]
) -> None:
    sent = body(flowers(2), id="b", **more)
    plain = protocol.infer(ACME, "iris", sent)
    answered, length = protocol.infer_body(ACME, "iris", sent)
    content = json.loads(answered[:length])
    behind = answered[len(answered) if length is None else length :]
    assert [output["name"] for output in content["outputs"] if "data" not in output] == binary
    for output, expected in zip(content["outputs"], plain["outputs"], strict=True):
        if output["name"] in binary:
            size = output["parameters"].pop("binary_data_size")
            output["data"], behind = unpacked(output, behind[:size], size), behind[size:]
        assert (output.pop("parameters", None) or {}) == (expected.pop("parameters", None) or {})
        assert output == expected
    assert behind == b""


def test_null_is_nan_in_binary() -> None:
    assert math.isnan(struct.unpack("<d", in_binary("FP64", [None]))[0])
    assert in_binary("BYTES", [None, "é"]) == struct.pack("<II", 0, 2) + "é".encode()


def test_a_model_is_described_with_its_real_inputs_and_outputs(protocol: OpenInference) -> None:
    iris = protocol.metadata(ACME, "iris")
    assert (iris["name"], iris["versions"], iris["platform"]) == ("iris", ["1"], "augury_plan")
    assert [(one["name"], one["datatype"], one["shape"]) for one in iris["inputs"]] == [
        (name, "FP64", [-1, 1]) for name in FLOWER
    ]
    label, probabilities = iris["outputs"]
    assert (label["name"], label["datatype"], label["shape"]) == ("predict", "BYTES", [-1, 1])
    assert (probabilities["name"], probabilities["datatype"], probabilities["shape"]) == (
        "predict_proba",
        "FP64",
        [-1, 3],
    )
    assert probabilities["parameters"]["classes"] == CLASSES
    assert protocol.metadata(ACME, "iris", "1") == iris


@pytest.mark.parametrize(
    ("field", "datatype"),
    [
        (Field(name="f", type=FieldType.NUMBER), "FP64"),
        (Field(name="f", type=FieldType.NUMBER, integral=True), "INT64"),
        (Field(name="f", type=FieldType.NUMBER, integral=True, nullable=True), "FP64"),
        (Field(name="f", type=FieldType.BOOLEAN), "BOOL"),
        (Field(name="f", type=FieldType.TEXT), "BYTES"),
        (Field(name="f", type=FieldType.ARRAY), "BYTES"),
    ],
)
def test_each_type_of_field_has_its_datatype(field: Field, datatype: str) -> None:
    assert describe_input(field)["datatype"] == datatype


def test_several_rows_get_what_predict_says_of_them(bench: Bench, protocol: OpenInference) -> None:
    answer = protocol.infer(ACME, "iris", body(flowers(2), id="mine"))
    same = bench.engine.predict(ACME, from_body(json.dumps({"data": FLOWER}).encode())).predictions[0]
    probability = {item["predictedClass"]: item["prediction"] for item in same}
    label, probabilities = answer["outputs"]
    assert (answer["model_name"], answer["model_version"], answer["id"]) == ("iris", "1", "mine")
    assert label == {"name": "predict", "datatype": "BYTES", "shape": [2, 1], "data": ["Iris-virginica"] * 2}
    assert probabilities["shape"] == [2, 3]
    assert probabilities["data"] == [probability[name] for name in CLASSES] * 2
    assert probabilities["parameters"] == {"classes": CLASSES}
    assert [line["puid"] for line in map(json.loads, bench.logged[0].lines())] == ["mine", "mine"]


def test_data_may_be_flat_or_nested(protocol: OpenInference) -> None:
    nested = [one | {"data": [one["data"]]} for one in flowers()]
    as_vector = [one | {"shape": [1]} for one in flowers()]
    answers = [protocol.infer(ACME, "iris", body(sent))["outputs"] for sent in (flowers(), nested, as_vector)]
    assert answers[0] == answers[1] == answers[2]


def test_only_the_wanted_outputs_are_answered(protocol: OpenInference) -> None:
    (output,) = protocol.infer(ACME, "iris", body(flowers(), outputs=[{"name": "predict_proba"}]))["outputs"]
    assert output["name"] == "predict_proba"
    refused = refusal(protocol, body(flowers(), outputs=[{"name": "embedding"}]))
    assert (refused.kind, refused.details[0].loc) == (Kind.INVALID_REQUEST, ("outputs", "embedding"))


def test_a_regression_has_one_output() -> None:
    rows = [value_prediction(1.5), value_prediction(-2.0)]
    answer = write_infer(Answer("p", "price", "default", rows, single=False), "price", None)
    assert answer["outputs"] == [{"name": "predict", "datatype": "FP64", "shape": [2, 1], "data": [1.5, -2.0]}]
    assert "model_version" not in answer
    with pytest.raises(AuguryError, match="predict_proba"):
        write_infer(Answer("p", "price", "default", rows, single=False), "price", ["predict_proba"])


def test_text_booleans_nulls_and_json_become_rows() -> None:
    inputs = [
        {"name": "city", "datatype": "BYTES", "shape": [2], "data": ["Bonn", None]},
        {"name": "is_new", "datatype": "BOOL", "shape": [2], "data": [True, False]},
        {"name": "tags", "datatype": "BYTES", "shape": [2], "data": ['["a"]', None]}
        | {"parameters": {"content_type": "json"}},
        tensor("age", [31, None]),
    ]
    assert read_infer(body(inputs), "churn").prediction.rows == (
        {"city": "Bonn", "is_new": True, "tags": ["a"], "age": 31},
        {"city": None, "is_new": False, "tags": None, "age": None},
    )


@pytest.mark.parametrize(
    ("change", "loc"),
    [
        ({"datatype": "FP8"}, ("inputs", "f1", "datatype")),
        ({"datatype": "BYTES"}, ("inputs", "f1", 0)),
        ({"datatype": "BYTES", "data": ["{"], "parameters": {"content_type": "json"}}, ("inputs", "f1", 0)),
        ({"shape": [2]}, ("inputs", "f1", "data")),
        ({"shape": [1, 4]}, ("inputs", "f1", "shape")),
        ({"shape": [-1]}, ("inputs", "f1", "shape")),
        ({"shape": None}, ("inputs", "f1", "shape")),
        ({"shape": [2], "data": [1, 2]}, ("inputs", "f2", "shape")),
        ({"data": None, "parameters": {"binary_data_size": 8}}, ("inputs", "f1", "data")),
        ({"data": None}, ("inputs", "f1", "data")),
        ({"name": None}, ("inputs", 0, "name")),
        ({"name": "f2"}, ("inputs", "f2")),
        ({"parameters": []}, ("inputs", "f1", "parameters")),
    ],
)
def test_a_tensor_that_is_none_is_400_and_named(
    protocol: OpenInference, change: dict[str, Any], loc: tuple[str | int, ...]
) -> None:
    first, *others = flowers()
    if change.get("parameters") == []:
        change = change | {"datatype": "BYTES", "data": ["a"]}
    refused = refusal(protocol, body([first | change, *others]))
    assert (refused.status, refused.details[0].loc) == (400, loc)


def test_an_input_that_does_not_fit_the_schema_is_422_and_named_with_its_row(protocol: OpenInference) -> None:
    sent = [tensor("f1", [1, None]), *flowers(2)[1:3], {**tensor("f4", ["a", "b"]), "datatype": "BYTES"}]
    refused = refusal(protocol, body(sent))
    assert refused.kind is Kind.SCHEMA_MISMATCH
    assert [detail.loc for detail in refused.details] == [("inputs", "f4", 0), ("inputs", "f1", 1), ("inputs", "f4", 1)]


def packed(name: str, datatype: str, shape: list[int], elements: bytes) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape, "parameters": {"binary_data_size": len(elements)}}


def test_tensors_may_follow_the_json_in_binary() -> None:
    numbers, flags, texts = struct.pack("<2d", 5.1, math.nan), bytes([1, 0]), b"\x01\0\0\0a\x02\0\0\0\xc3\xb6"
    head = body([packed("f1", "FP64", [2, 1], numbers), packed("is_new", "BOOL", [2], flags), tensor("age", [1, 2])])
    head = head[:-2] + b", " + json.dumps(packed("city", "BYTES", [2], texts)).encode() + b"]}"
    request = read_infer(head + numbers + flags + texts, "churn", str(len(head)))
    assert request.prediction.rows == (
        {"f1": 5.1, "is_new": True, "age": 1, "city": "a"},
        {"f1": None, "is_new": False, "age": 2, "city": "ö"},
    )


@pytest.mark.parametrize(
    ("datatype", "elements", "more", "loc"),
    [
        ("FP64", b"1234567", b"", ("inputs", "f1", "data")),
        ("FP64", b"12345678", b"9", ("inputs",)),
        ("FP64", b"12345678" * 2, b"", ("inputs", "f1", "data")),
        ("BYTES", b"\x02\0\0\0a", b"", ("inputs", "f1", "data")),
        ("BYTES", b"\x01\0", b"", ("inputs", "f1", "data")),
        ("BYTES", b"\x01\0\0\0\xff", b"", ("inputs", "f1", "data")),
        ("TEXT", b"", b"", ("inputs", "f1", "data")),
    ],
)
def test_bytes_that_are_no_such_tensor_are_400_and_named(
    datatype: str, elements: bytes, more: bytes, loc: tuple[str | int, ...]
) -> None:
    head = body([packed("f1", datatype, [1], elements)])
    with pytest.raises(AuguryError) as refused:
        read_infer(head + elements + more, "iris", str(len(head)))
    assert (refused.value.status, refused.value.details[0].loc) == (400, loc)


@pytest.mark.parametrize("length", ["", "-1", "x", "99999", "²", "9" * 5000])
def test_a_length_of_the_json_that_is_none_is_400(length: str) -> None:
    with pytest.raises(AuguryError) as refused:
        read_infer(body(flowers()), "iris", length)
    assert refused.value.details[0].loc == ("header", "Inference-Header-Content-Length")


@given(st.binary(max_size=64), st.sampled_from(["BYTES", "BOOL", "FP16", "INT64", "FP8"]), st.integers(0, 64))
def test_whatever_bytes_follow_are_read_or_refused(elements: bytes, datatype: str, size: int) -> None:
    tensors = [{"name": "f1", "datatype": datatype, "parameters": {"binary_data_size": size}}]
    try:
        outcome = 200 if "data" in attach(tensors, elements)[0] else 0
    except AuguryError as refused:
        outcome = refused.status
    could_fit = size == len(elements) and datatype != "FP8"
    assert outcome in ((200, 400) if could_fit else (400,))


@pytest.mark.parametrize("sent", [b"[]", b"{}", b'{"inputs": []}', b'{"inputs": [1]}', b'{"inputs": {}}'])
def test_a_body_without_inputs_is_400(protocol: OpenInference, sent: bytes) -> None:
    assert refusal(protocol, sent).status == 400


def test_too_many_rows_and_a_bad_id_are_named_in_the_protocols_words(protocol: OpenInference) -> None:
    assert (refusal(protocol, body(flowers(1001)))).details[0].loc == ("inputs",)
    assert (refusal(protocol, body(flowers(), id="a\n"))).details[0].loc == ("id",)
    assert (refusal(protocol, body(flowers(), parameters={"key": 4}))).details[0].loc == ("parameters", "key")


def test_an_unknown_model_or_version_is_404(protocol: OpenInference) -> None:
    for ask in (protocol.metadata, protocol.ready):
        with pytest.raises(AuguryError) as refused:
            ask(ACME, "wine")
        assert (refused.value.status, refused.value.details[0].loc) == (404, ("path", "name"))
        with pytest.raises(AuguryError) as refused:
            ask(ClientName("other"), "iris")
        assert refused.value.status == 404
        with pytest.raises(AuguryError) as refused:
            ask(ACME, "iris", "7")
        assert (refused.value.status, refused.value.details[0].loc) == (404, ("path", "version"))
    assert refusal(protocol, body(flowers()), "7").kind is Kind.PIPELINE_UNKNOWN


def test_a_version_that_answers_can_be_named_and_one_that_stands_by_cannot(
    bench: Bench, protocol: OpenInference, tmp_path: Path
) -> None:
    stand_by(bench, "2", tmp_path / "two")
    assert refusal(protocol, body(flowers()), "2").kind is Kind.PIPELINE_UNKNOWN
    current = bench.registry.deployment(ACME, IRIS)
    canary = plan_promotion(current, IRIS, PipelineTarget(version=Version("2")), share=0.1, label="canary")
    bench.registry.carry_out(ACME, canary)
    answers = [protocol.infer(ACME, "iris", body(flowers()), version) for version in ("1", "2")]
    assert [(one["model_version"], one["parameters"]["variation"]) for one in answers] == [
        ("1", "default"),
        ("2", "canary"),
    ]
    assert protocol.metadata(ACME, "iris")["versions"] == ["1", "2"]


def test_a_model_outside_this_process_is_described_without_tensors(bench: Bench, protocol: OpenInference) -> None:
    current = bench.registry.deployment(ACME, IRIS)
    bench.registry.carry_out(ACME, plan_promotion(current, IRIS, HttpTarget(url="https://scores.example.com")))
    told = protocol.metadata(ACME, "iris")
    assert (told["platform"], told["versions"], told["inputs"], told["outputs"]) == ("augury_http", [], [], [])


def test_a_model_whose_artifact_is_broken_is_not_ready(bench: Bench, tmp_path: Path) -> None:
    def cold(name: str) -> OpenInference:
        return protocol_of(bench, ModelCache(bench.store, tmp_path / name, limit_bytes=10**9, trust=TRUST))

    assert cold("before").ready(ACME, "iris") == {"name": "iris", "ready": True}
    bench.store.put(model_prefix(ACME, IRIS, VERSION) + "manifest.json", b"{}")
    with pytest.raises(AuguryError) as refused:
        cold("after").ready(ACME, "iris")
    assert refused.value.kind is Kind.PIPELINE_BROKEN


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["FP64", "BYTES", "f1", "f2", "predict"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["inputs", "name", "shape", "data", "datatype", "parameters", "outputs", "id"]), inner
        )
    ),
    max_leaves=20,
)


@given(JSON, JSON, JSON)
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_is_read_or_refused(inputs: Any, outputs: Any, shape: Any) -> None:
    for sent in (
        {"inputs": inputs, "outputs": outputs},
        {"inputs": [tensor("f1", [1]) | {"shape": shape}]},
        {"inputs": [tensor("f1", [1]) | {"data": shape}], "parameters": outputs},
    ):
        try:
            outcome = 200 if read_infer(json.dumps(sent).encode(), "iris").prediction.rows else 0
        except AuguryError as refused:
            outcome = refused.status
        assert outcome in (200, 400, 413)
