"""What a client is told of its pipelines."""

from __future__ import annotations

import pytest

from augury.errors import AuguryError, Kind
from augury.lake import model_prefix
from augury.names import ClientName, PipelineName, Version
from augury.registry import HttpTarget, plan_promotion
from augury.serving import PipelineCatalogue
from tests.artifacts import ACME, IRIS, TRUST, VERSION
from tests.unit.serving.conftest import Bench


@pytest.fixture
def catalogue(bench: Bench) -> PipelineCatalogue:
    return PipelineCatalogue(bench.registry, bench.store, TRUST)


def test_a_client_sees_its_pipelines_and_who_answers(catalogue: PipelineCatalogue) -> None:
    (iris,) = catalogue.all(ACME)["pipelines"]
    assert (iris["name"], iris["default"], iris["revision"]) == ("iris", True, 1)
    assert iris["variations"] == [{"label": "default", "share": 1.0, "kind": "pipeline", "version": "1"}]


def test_one_is_described_with_what_it_expects_and_how_good_it_is(catalogue: PipelineCatalogue) -> None:
    (version,) = catalogue.one(ACME, "iris")["versions"]
    assert version["answers"] is True
    assert [field["name"] for field in version["inputs"]] == ["f1", "f2", "f3", "f4"]
    assert version["classes"] == ("Iris-setosa", "Iris-versicolor", "Iris-virginica")
    assert version["metrics"]["accuracy"] > 0.9
    assert (version["lane"], version["kind"]) == ("plan", "classification")


def test_shadows_and_addresses_are_not_told(bench: Bench, catalogue: PipelineCatalogue) -> None:
    target = HttpTarget(url="https://inside.example.com")
    for options in ({"shadow": True, "label": "hidden"}, {"share": 0.5, "label": "theirs"}):
        current = bench.registry.deployment(ACME, IRIS)
        bench.registry.carry_out(ACME, plan_promotion(current, IRIS, target, **options))  # type: ignore[arg-type]
    told = str(catalogue.one(ACME, "iris")) + str(catalogue.all(ACME))
    assert "theirs" in told
    assert "hidden" not in told
    assert "inside.example.com" not in told


def test_a_version_that_does_not_answer_is_listed_without_its_schema(
    bench: Bench, catalogue: PipelineCatalogue
) -> None:
    bench.registry.add_version(ACME, IRIS, Version("2"), manifest_sha256="x", metrics={"accuracy": 0.5})
    first, second = catalogue.one(ACME, "iris")["versions"]
    assert (first["answers"], second["answers"]) == (True, False)
    assert "inputs" not in second


def test_a_broken_artifact_leaves_the_rest_to_be_seen(bench: Bench, catalogue: PipelineCatalogue) -> None:
    bench.store.put(model_prefix(ACME, IRIS, VERSION) + "manifest.json", b"{}")
    (version,) = catalogue.one(ACME, "iris")["versions"]
    assert "inputs" not in version
    assert version["metrics"]


@pytest.mark.parametrize("name", ["wine", "../iris", "IRIS", ""])
def test_an_unknown_pipeline_is_404(catalogue: PipelineCatalogue, name: str) -> None:
    with pytest.raises(AuguryError) as refused:
        catalogue.one(ACME, name)
    assert refused.value.kind is Kind.PIPELINE_UNKNOWN


def test_two_clients_with_pipelines_of_one_name_see_their_own(bench: Bench, catalogue: PipelineCatalogue) -> None:
    other = ClientName("other")
    assert catalogue.all(other) == {"pipelines": []}
    bench.registry.register(other, PipelineName("iris"), Version("theirs"), manifest_sha256="x", metrics={})
    assert [one["version"] for one in catalogue.one(other, "iris")["versions"]] == ["theirs"]
    assert [one["version"] for one in catalogue.one(ACME, "iris")["versions"]] == ["1"]
