"""From a client's request to its answer."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from augury.artifacts import ArtifactRefused, digests, load, save
from augury.errors import AuguryError, Kind
from augury.lake import model_prefix
from augury.names import ClientName, Version
from augury.serving import ModelCache, PipelineDirectory, PredictionEngine, PredictRequest
from augury.serving.engine import AT_ONCE_ROWS
from augury.serving.models import Model
from augury.training import register
from augury.waiting import MustWait, no_waiting
from tests.artifacts import ACME, FLOWER, IRIS, SIGNER, TRUST, VERSION, trained_iris
from tests.unit.serving.conftest import Bench


def ask(*rows: dict[str, Any], **words: str) -> PredictRequest:
    return PredictRequest(rows=rows or (FLOWER,), single=len(rows) < 2, **words)


def refusal(bench: Bench, request: PredictRequest, client: ClientName = ACME) -> AuguryError:
    with pytest.raises(AuguryError) as refused:
        bench.engine.predict(client, request)
    return refused.value


def test_the_originals_flower_is_what_the_original_said(bench: Bench) -> None:
    answer = bench.engine.predict(ACME, ask()).as_json()
    assert [p["predictedClass"] for p in answer["predictions"]] == ["Iris-virginica", "Iris-versicolor", "Iris-setosa"]
    assert [p["prediction"] for p in answer["predictions"]] == pytest.approx(
        [0.993977, 0.00350009, 0.00252304], abs=1e-3
    )
    assert all(p["confidence"] == p["prediction"] for p in answer["predictions"])
    assert answer["meta"]["modelName"] == "iris"
    assert answer["meta"]["variation"] == "default"
    assert answer["custom"] is None


def test_several_rows_are_answered_in_order(bench: Bench) -> None:
    small = {"f1": 5.1, "f2": 3.5, "f3": 1.4, "f4": 0.2}
    answer = bench.engine.predict(ACME, ask(FLOWER, small)).as_json()
    assert [row[0]["predictedClass"] for row in answer["predictions"]] == ["Iris-virginica", "Iris-setosa"]


def test_the_callers_puid_is_echoed_and_else_one_is_made(bench: Bench) -> None:
    assert bench.engine.predict(ACME, ask(puid="mine")).puid == "mine"
    made = {bench.engine.predict(ACME, ask()).puid for _ in range(3)}
    assert len(made) == 3
    assert all(len(puid) == 32 for puid in made)


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"f2": 2.7, "f3": 5.3, "f4": 1.9}, [("data", "f1")]),
        ({**FLOWER, "f1": None}, [("data", "f1")]),
        ({**FLOWER, "f2": "2.7"}, [("data", "f2")]),
        ({**FLOWER, "f3": True, "f4": [1]}, [("data", "f3"), ("data", "f4")]),
        ({}, [("data", name) for name in ("f1", "f2", "f3", "f4")]),
    ],
)
def test_a_row_that_does_not_fit_is_422_and_names_each_field(
    bench: Bench, row: dict[str, Any], named: list[tuple[str, str]]
) -> None:
    error = refusal(bench, PredictRequest(rows=(row,), single=True))
    assert (error.kind, error.status) == (Kind.SCHEMA_MISMATCH, 422)
    assert [detail.loc for detail in error.details] == named
    assert bench.logged == []


def test_nothing_is_predicted_twice_where_the_log_waits(bench: Bench) -> None:
    directory = PipelineDirectory(bench.registry, ttl_s=60)
    engine = PredictionEngine(directory, bench.models, bench.logged.append, log_waits=True)
    engine.predict(ACME, ask())
    hits = bench.models.counts.hits
    with no_waiting(), pytest.raises(MustWait):
        engine.predict(ACME, ask())
    assert (bench.models.counts.hits, len(bench.logged)) == (hits, 1)


class Overflowing:
    """A scorer whose second row is more than a number."""

    def score(self, rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
        return [[1.0], [math.inf], [math.nan]][: len(rows)]


def test_a_row_that_is_answered_with_no_number_is_422_and_never_null() -> None:
    manifest = trained_iris().manifest.model_copy(update={"kind": "regression", "classes": None})
    model = Model(manifest, Overflowing(), 1)
    assert model.predict([FLOWER], single=True)[0][0]["prediction"] == 1
    with pytest.raises(AuguryError) as refused:
        model.predict([FLOWER] * 3, single=False)
    assert (refused.value.kind, refused.value.details[0].loc) == (Kind.SCHEMA_MISMATCH, ("data", 1))


def test_many_rows_are_answered_where_nobody_else_waits_for_them(bench: Bench) -> None:
    few, many = ask(*[FLOWER] * AT_ONCE_ROWS), ask(*[FLOWER] * (AT_ONCE_ROWS + 1))
    bench.engine.predict(ACME, few)
    with no_waiting():
        assert len(bench.engine.predict(ACME, few).predictions) == AT_ONCE_ROWS
        with pytest.raises(MustWait):
            bench.engine.predict(ACME, many)


def test_a_request_of_a_thousand_bad_rows_gets_an_answer_of_bounded_size(bench: Bench) -> None:
    error = refusal(bench, PredictRequest(rows=({},) * 1_000, single=False))
    assert len(error.as_json()["details"]) == 100


def test_an_answer_that_lambda_could_not_give_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("augury.serving.models.MAX_PREDICTIONS", 8)
    assert len(bench.engine.predict(ACME, ask(FLOWER, FLOWER)).predictions) == 2
    error = refusal(bench, ask(FLOWER, FLOWER, FLOWER))
    assert (error.status, error.details[0].msg) == (413, "3 rows; send at most 2")


def test_among_several_rows_the_place_of_the_bad_one_is_named(bench: Bench) -> None:
    error = refusal(bench, ask(FLOWER, {**FLOWER, "f1": "x"}))
    assert [detail.loc for detail in error.details] == [("data", 1, "f1")]


def test_fields_that_the_pipeline_does_not_read_are_ignored(bench: Bench) -> None:
    plain = bench.engine.predict(ACME, ask())
    more = bench.engine.predict(ACME, ask({**FLOWER, "name": "Iris-setosa", "colour": "blue"}))
    assert more.predictions == plain.predictions


@pytest.mark.parametrize("name", ["wine", "../iris", "", "IRIS"])
def test_an_unknown_pipeline_is_404(bench: Bench, name: str) -> None:
    error = refusal(bench, ask(pipeline=name))
    assert (error.kind, error.status) == (Kind.PIPELINE_UNKNOWN, 404)
    assert error.details[0].loc == ("meta", "pipeline")


def test_a_client_without_pipelines_is_404_and_sees_no_other_clients(bench: Bench) -> None:
    other = ClientName("other")
    assert refusal(bench, ask(), other).kind is Kind.NO_DEFAULT_PIPELINE
    assert refusal(bench, ask(pipeline="iris"), other).kind is Kind.PIPELINE_UNKNOWN


def test_each_answered_row_is_logged_with_what_was_asked_and_said(bench: Bench) -> None:
    answer = bench.engine.predict(ACME, ask(FLOWER, FLOWER, puid="p", key="user-1"))
    lines = [json.loads(line) for line in bench.logged[0].lines()]
    assert [line["row"] for line in lines] == [0, 1]
    first = lines[0]
    assert (first["client"], first["puid"], first["pipeline"], first["version"]) == ("acme", "p", "iris", "1")
    assert (first["variation"], first["lane"], first["input"]) == ("default", "plan", FLOWER)
    assert first["predictions"] == answer.predictions[0]
    assert first["latency_ms"] > 0
    assert first["time"].endswith("+00:00")


def prefix() -> str:
    return model_prefix(ACME, IRIS, VERSION)


@pytest.mark.parametrize("file", ["model.onnx", "plan.json", "manifest.json"])
def test_a_tampered_artifact_is_503_for_its_pipeline(bench: Bench, file: str) -> None:
    bench.store.put(prefix() + file, bench.store.get(prefix() + file) + b" ")
    error = refusal(bench, ask())
    assert (error.kind, error.status) == (Kind.PIPELINE_BROKEN, 503)
    assert file in str(error.__cause__)
    assert "tmp" not in json.dumps(error.as_json())


@pytest.mark.parametrize("signature", [None, b"forged"])
def test_an_artifact_that_nobody_trusted_signed_is_503(bench: Bench, signature: bytes | None) -> None:
    if signature is None:
        bench.store._client.delete_object(Bucket=bench.store.bucket, Key=prefix() + "manifest.sig")
    else:
        bench.store.put(prefix() + "manifest.sig", signature)
    error = refusal(bench, ask())
    assert error.kind is Kind.PIPELINE_BROKEN
    assert "manifest.sig" in str(error.__cause__)
    assert "sig" not in json.dumps(error.as_json())


def test_an_unsigned_artifact_is_neither_published_nor_registered(bench: Bench, tmp_path: Path) -> None:
    artifact = load(trained_iris().directory, TRUST)
    manifest = artifact.manifest.model_copy(update={"version": Version("2")})
    save(tmp_path / "2", manifest, artifact.files)
    with pytest.raises(ArtifactRefused, match=r"manifest\.sig: is missing"):
        register(tmp_path / "2", ACME, store=bench.store, registry=bench.registry, trust=TRUST)
    assert list(bench.store.list(model_prefix(ACME, IRIS, Version("2")))) == []
    assert bench.registry.version(ACME, IRIS, Version("2")) is None


def test_a_model_that_onnx_runtime_refuses_is_503(bench: Bench, tmp_path: Path) -> None:
    artifact = load(trained_iris().directory, TRUST)
    files = {**artifact.files, "model.onnx": b"not a model"}
    manifest = artifact.manifest.model_copy(update={"version": Version("2"), "files": digests(files)})
    save(tmp_path / "2", manifest, files, SIGNER)
    register(tmp_path / "2", ACME, store=bench.store, registry=bench.registry, trust=TRUST)
    assert refusal(bench, ask()).kind is Kind.PIPELINE_BROKEN


def test_a_damaged_local_copy_is_fetched_again(bench: Bench, tmp_path: Path) -> None:
    bench.engine.predict(ACME, ask())
    (plan,) = (tmp_path / "models").rglob("plan.json")
    plan.write_bytes(b"{}")
    bench.models._models.clear()
    assert bench.engine.predict(ACME, ask())


def test_an_artifact_registered_under_another_name_is_refused(bench: Bench) -> None:
    iris, thief = trained_iris(), ClientName("thief")
    stolen = model_prefix(thief, IRIS, VERSION)
    for summary in list(bench.store.list(prefix())):
        bench.store.put(stolen + summary.key.removeprefix(prefix()), bench.store.get(summary.key))
    bench.registry.register(thief, IRIS, VERSION, manifest_sha256=iris.manifest_sha256, metrics={})
    error = refusal(bench, ask(), thief)
    assert error.kind is Kind.PIPELINE_BROKEN
    assert "another client" in str(error.__cause__)


def test_a_loaded_model_answers_while_s3_is_away(bench: Bench) -> None:
    bench.engine.predict(ACME, ask())
    bench.store.bucket = "gone"
    assert bench.engine.predict(ACME, ask())


def of_version(version: Version, directory: Path) -> Path:
    """Return the Iris artifact, made anew as another version."""
    artifact = load(trained_iris().directory, TRUST)
    save(directory, artifact.manifest.model_copy(update={"version": version}), artifact.files, SIGNER)
    return directory


def test_a_model_that_gave_way_is_fetched_again(bench: Bench, tmp_path: Path) -> None:
    register(of_version(Version("2"), tmp_path / "2"), ACME, store=bench.store, registry=bench.registry, trust=TRUST)
    first, second = (bench.registry.version(ACME, IRIS, Version(label)) for label in ("1", "2"))
    assert first is not None
    assert second is not None
    roomy = ModelCache(bench.store, tmp_path / "roomy", limit_bytes=10**9, trust=TRUST)
    tight = ModelCache(bench.store, tmp_path / "tight", limit_bytes=1, trust=TRUST)

    kept, gone = roomy.get(ACME, first), tight.get(ACME, first)
    for models in (roomy, tight):
        models.get(ACME, second)
    assert roomy.get(ACME, first) is kept
    assert tight.get(ACME, first) is not gone
    assert tight.get(ACME, first).predict([FLOWER], single=True) == gone.predict([FLOWER], single=True)


def test_it_is_known_which_version_and_revision_answered(bench: Bench) -> None:
    bench.engine.predict(ACME, ask())
    (served,) = bench.logged
    assert (served.reply.version, served.revision, served.reply.target) == ("1", 1, "1")
