"""A client's OpenAPI document, judged by a JSON Schema validator of version 2020-12."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import openapi_spec_validator
import pytest

from augury.artifacts import Manifest
from augury.names import ClientName
from augury.schema import Field, FieldType, InputSchema
from augury.serving import PipelineCatalogue
from augury.serving.api_document import AnsweringPipeline, client_document
from augury.serving.open_inference.inputs import read_infer
from tests.artifacts import ACME, FLOWER, TRUST, trained_iris
from tests.unit.serving.conftest import Bench

CITY = Field(name="city", type=FieldType.TEXT, nullable=True, categories=("Bonn", "Köln"), examples=("Köln",))
AGE = Field(name="age", type=FieldType.NUMBER, integral=True, minimum=18, maximum=80)

AGE_OR_NULL = Field(name="age", type=FieldType.NUMBER, nullable=True)
EXAMPLE_OF = {
    FieldType.NUMBER: 2.5,
    FieldType.BOOLEAN: True,
    FieldType.TEXT: "7",
    FieldType.ARRAY: ["a", 1],
    FieldType.OBJECT: {"a": [1]},
    FieldType.ANY: 7,
}


def manifest(*fields: Field) -> Manifest:
    return trained_iris().manifest.model_copy(update={"inputs": InputSchema(fields=fields)})


def pipeline(name: str, *manifests: Manifest, is_default: bool = False) -> AnsweringPipeline:
    return AnsweringPipeline(name, is_default, manifests)


def is_valid(document: dict[str, Any], request: Any) -> bool:
    content = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
    schema = content["schema"] | {"components": document["components"]}
    return bool(jsonschema.Draft202012Validator(schema).is_valid(request))


def examples(document: dict[str, Any]) -> dict[str, Any]:
    content = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
    return {name: example["value"] for name, example in content.get("examples", {}).items()}


@pytest.fixture
def document() -> dict[str, Any]:
    iris = pipeline("iris", trained_iris().manifest, is_default=True)
    return client_document("1", [iris, pipeline("churn", manifest(CITY, AGE))])


def test_each_pipelines_example_fits_its_own_request(document: dict[str, Any]) -> None:
    given = examples(document)
    assert set(given) == {"iris", "churn"}
    assert given["churn"] == {"meta": {"pipeline": "churn"}, "data": {"city": "Köln", "age": 18}}
    assert all(is_valid(document, example) for example in given.values())


@pytest.mark.parametrize(
    ("request_body", "fits"),
    [
        ({"data": FLOWER}, True),
        ({"data": [FLOWER, FLOWER]}, True),
        ({"data": FLOWER | {"more": "ignored"}}, True),
        ({"data": {"f1": 1}}, False),
        ({"data": FLOWER | {"f1": "1"}}, False),
        ({"data": FLOWER | {"f1": None}}, False),
        ({"data": []}, False),
        ({"meta": {"pipeline": "churn"}, "data": {"age": 200}}, True),
        ({"meta": {"pipeline": "churn"}, "data": {"age": 30, "city": None}}, True),
        ({"meta": {"pipeline": "churn"}, "data": {"city": "Bonn"}}, False),
        ({"data": {"age": 30}}, False),
        ({"meta": {"pipeline": "wine"}, "data": FLOWER}, False),
    ],
)
def test_a_request_fits_the_document_where_the_service_takes_it(
    document: dict[str, Any], request_body: Any, fits: bool
) -> None:
    assert is_valid(document, request_body) is fits


def test_it_is_an_openapi_document(document: dict[str, Any]) -> None:
    openapi_spec_validator.validate(document)


def test_what_training_saw_is_told_and_constrains_nothing(document: dict[str, Any]) -> None:
    fields = document["components"]["schemas"]["churn-record"]["properties"]
    assert fields["age"] == {"type": "number", "description": "in training: whole numbers from 18 to 80"}
    assert fields["city"]["description"] == "in training: one of Bonn, Köln"
    assert fields["city"]["type"] == ["string", "null"]


def test_a_row_has_to_fit_every_version_that_may_answer_it() -> None:
    document = client_document("1", [pipeline("churn", manifest(AGE), manifest(CITY, AGE), is_default=True)])
    assert is_valid(document, examples(document)["churn"])
    assert not is_valid(document, {"data": {"age": 30, "city": 4}})


def test_a_pipeline_outside_this_process_takes_any_object() -> None:
    assert is_valid(client_document("1", [pipeline("theirs", is_default=True)]), {"data": {"anything": [1]}})


def test_a_client_without_pipelines_has_a_document_too(bench: Bench) -> None:
    catalogue = PipelineCatalogue(bench.registry, bench.store, TRUST)
    assert examples(catalogue.document(ClientName("other"))) == {}
    assert set(examples(catalogue.document(ACME))) == {"iris"}


def test_the_examples_of_tensors_say_what_those_of_rows_do() -> None:
    fields = [
        Field(name=kind.name.lower(), type=kind, nullable=True, integral=kind is FieldType.NUMBER, examples=(value,))
        for kind, value in EXAMPLE_OF.items()
    ]
    whole, missing = Field(name="whole", type=FieldType.NUMBER, integral=True, minimum=18), AGE_OR_NULL
    document = client_document("1", [pipeline("theirs"), pipeline("all", manifest(*fields, whole, missing))])
    row = examples(document)["all"]["data"]
    infer = document["paths"]["/v2/models/{name}/versions/{version}/infer"]["post"]
    tensors = infer["requestBody"]["content"]["application/json"]["examples"]["all"]["value"]
    assert read_infer(json.dumps(tensors).encode(), "all").prediction.rows == (row,)
    assert [parameter["example"] for parameter in infer["parameters"]] == ["all", "1"]
