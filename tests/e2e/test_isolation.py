"""Two clients with pipelines of the same names, on the function and on the container's server at once."""

from __future__ import annotations

import importlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pandas as pd
import pytest

from augury import training
from augury.artifacts import DataWindow, LocalSigner, Signer
from augury.cli.signatures import signer_of, trust_of
from augury.clients import NewClient
from augury.frames import join_feedback, read_feedback, read_predictions
from augury.lake import RAW_FEEDBACK, RAW_PREDICTIONS
from augury.names import PipelineName, Version
from functions.predict.oip import inference_pb2 as messages
from functions.predict.oip.inference_pb2_grpc import GRPCInferenceServiceStub
from tests.artifacts import DEFINITION, FLOWER
from tests.container_server import Server, running
from tests.e2e.conftest import World
from tests.e2e.test_container_server import ask, infer_request, tensors

SHARED, OWN = PipelineName("iris"), PipelineName("orchids")
PUID = "order-17"


@dataclass(frozen=True)
class Tenant:
    """A client whose classes are its own words, so that nothing of it can be taken for another's."""

    client: NewClient
    token: str
    word: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def classes(self) -> set[str]:
        return {f"{self.word}-{species}" for species in ("setosa", "versicolor", "virginica")}


@dataclass(frozen=True)
class House:
    """The two clients, and the two fronts that they share."""

    world: World
    server: Server
    cache: Path
    tenants: tuple[Tenant, Tenant]

    @property
    def fronts(self) -> tuple[str, str]:
        return self.world.platform.api_url, self.server.url

    @property
    def pairs(self) -> tuple[tuple[Tenant, Tenant], tuple[Tenant, Tenant]]:
        first, second = self.tenants
        return (first, second), (second, first)


def trained(client: NewClient, word: str, pipeline: PipelineName, directory: Path, signer: Signer) -> Path:
    events = importlib.import_module("training.iris_xgboost").example_events()
    renamed = [{**event, "name": event["name"].replace("Iris", word)} for event in events]
    training.train(
        training.load_definition(DEFINITION),
        pd.DataFrame(renamed),
        client=client.name,
        pipeline=pipeline,
        version=Version("1"),
        directory=directory,
        data_window=DataWindow(),
        signer=signer,
    )
    return directory


@pytest.fixture(scope="module")
def house(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give both a pipeline of one name, and the second one more that the first has not."""
    deployment, connection = world.platform.deployment, world.platform.connection
    signer = signer_of(deployment, connection)
    assert isinstance(signer, LocalSigner)
    tenants = []
    for word, pipelines in (("Rose", [SHARED]), ("Tulip", [SHARED, OWN])):
        client = world.new_client()
        for pipeline in pipelines:
            directory = trained(client, word, pipeline, tmp_path_factory.mktemp(word) / pipeline, signer)
            training.register(
                directory,
                client.name,
                store=world.store,
                registry=world.registry,
                trust=trust_of(deployment, connection),
            )
        tenants.append(Tenant(client, world.token(client), word))
    cache = tmp_path_factory.mktemp("models")
    with running(
        AUGURY_GRPC_PORT="0", AUGURY_MODEL_CACHE_DIR=str(cache), POWERTOOLS_METRICS_DISABLED="false"
    ) as server:
        yield House(world, server, cache, (tenants[0], tenants[1]))


def predict(url: str, tenant: Tenant, **meta: str) -> tuple[int, Any]:
    body = json.dumps({"meta": meta, "data": FLOWER}).encode()
    status, _, said = ask(url, "POST", "/predict", body, **tenant.bearer, Content_Type="application/json")
    return status, json.loads(said)


def classes_of(answer: Mapping[str, Any]) -> set[str]:
    return {item["predictedClass"] for item in answer["predictions"]}


def test_each_is_answered_by_its_own_model_in_turn(house: House) -> None:
    for url in house.fronts:
        for tenant in house.tenants * 3:
            status, answer = predict(url, tenant, pipeline=SHARED)
            assert (status, classes_of(answer)) == (200, tenant.classes)
            _, _, said = ask(url, "GET", f"/js/predict?consumer_key={tenant.client.js_key}&f1=1&f2=2.7&f3=5.3&f4=1.9")
            assert classes_of(json.loads(said)) == tenant.classes


def test_what_another_has_is_not_there(house: House) -> None:
    first, second = house.tenants
    for url in house.fronts:
        assert predict(url, second, pipeline=OWN)[0] == 200
        status, theirs = predict(url, first, pipeline=OWN)
        _, nobodys = predict(url, first, pipeline="no-such")
        assert status == 404
        assert json.dumps(theirs).replace(OWN, "no-such") == json.dumps(nobodys)
        for path in (f"/pipelines/{OWN}", f"/v2/models/{OWN}", f"/v2/models/{OWN}/ready"):
            assert ask(url, "GET", path, None, **second.bearer)[0] == 200
            assert ask(url, "GET", path, None, **first.bearer)[0] == 404
        body = json.dumps({"inputs": tensors()}).encode()
        assert ask(url, "POST", f"/v2/models/{OWN}/infer", body, **first.bearer)[0] == 404


def test_a_client_that_is_named_in_what_is_asked_changes_nothing(house: House) -> None:
    for url in house.fronts:
        for tenant, other in house.pairs:
            body = {"client": other.client.name, "meta": {"client": other.client.name}, "data": FLOWER}
            hostile = f"/predict?client={other.client.name}&consumer_key={other.client.js_key}"
            status, _, said = ask(url, "POST", hostile, json.dumps(body).encode(), **tenant.bearer)
            assert (status, classes_of(json.loads(said))) == (200, tenant.classes)
            status, *_ = ask(url, "POST", hostile, json.dumps(body).encode())
            assert status == 401


@pytest.mark.parametrize("path", ["/pipelines", f"/pipelines/{SHARED}", "/openapi.json", f"/v2/models/{SHARED}"])
def test_what_is_told_of_pipelines_is_of_ones_own(house: House, path: str) -> None:
    for url in house.fronts:
        for tenant, other in house.pairs:
            status, _, said = ask(url, "GET", path, None, **tenant.bearer)
            text = said.decode()
            assert status == 200
            assert str(SHARED) in text
            assert other.word not in text
            assert f'"{other.client.name}"' not in text
            assert (str(OWN) in text) <= (tenant is house.tenants[1])


def test_grpc_tells_them_apart_too(house: House) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{house.server.grpc_port}") as channel:
        stub = GRPCInferenceServiceStub(channel)  # type: ignore[no-untyped-call]
        for tenant in house.tenants:
            token = (("authorization", f"Bearer {tenant.token}"),)
            described = stub.ModelMetadata(messages.ModelMetadataRequest(name=SHARED), metadata=token)
            answered = stub.ModelInfer(infer_request(is_raw=False), metadata=token)
            assert [list(one.shape) for one in described.outputs] == [[-1, 1], [-1, 3]]
            assert answered.outputs[0].contents.bytes_contents[0].decode() in tenant.classes
        token = (("authorization", f"Bearer {house.tenants[0].token}"),)
        asking = {stub.ModelMetadata: messages.ModelMetadataRequest, stub.ModelReady: messages.ModelReadyRequest}
        for call, request in asking.items():
            with pytest.raises(grpc.RpcError) as refused:
                call(request(name=OWN), metadata=token)
            assert refused.value.code() is grpc.StatusCode.NOT_FOUND


def test_the_cache_keeps_them_apart_whatever_is_done_to_it(house: House) -> None:
    for tenant in house.tenants:
        assert predict(house.server.url, tenant, pipeline=SHARED)[0] == 200
    copies = [next((house.cache / tenant.client.name / SHARED).iterdir()) for tenant in house.tenants]
    assert {path.name for path in house.cache.iterdir()} == {tenant.client.name for tenant in house.tenants}
    first, second = copies
    shutil.rmtree(first)
    shutil.copytree(second, first)
    with running(AUGURY_MODEL_CACHE_DIR=str(house.cache)) as again:
        for tenant in house.tenants:
            status, answer = predict(again.url, tenant, pipeline=SHARED)
            assert (status, classes_of(answer)) == (200, tenant.classes)


def test_logs_and_feedback_of_one_puid_are_each_ones_own(house: House) -> None:
    today = datetime.now(UTC).date()
    platform = house.world.platform
    for reward, tenant in enumerate(house.tenants):
        assert all(predict(url, tenant, puid=PUID, pipeline=SHARED)[0] == 200 for url in house.fronts)
        told = json.dumps({"puid": PUID, "reward": reward}).encode()
        assert ask(platform.api_url, "POST", "/feedback", told, **tenant.bearer)[0] == 200
    assert house.server.terminate() == 0
    platform.flush()
    raw = [json.loads(line) for line in house.world.lines(RAW_PREDICTIONS) if PUID.encode() in line]
    assert sorted(line["client"] for line in raw) == sorted(t.client.name for t in house.tenants for _ in house.fronts)
    assert len([line for line in house.world.lines(RAW_FEEDBACK) if PUID.encode() in line]) == 2
    for reward, tenant in enumerate(house.tenants):
        of_one = platform.connection, platform.deployment.bucket, tenant.client.name, today, today
        joined = join_feedback(read_predictions(*of_one), read_feedback(*of_one))
        mine = joined[joined["puid"] == PUID]
        assert list(mine["reward"]) == [reward] * 2
        said = {item["predictedClass"] for row in joined["predictions"].dropna() for item in row}
        assert said == tenant.classes
    documents = [json.loads(line) for line in house.server.logged if "PredictedRows" in line]
    of_calls = [one for one in documents if one.get("predicted_class")]
    words = {tenant.client.name: tenant.classes for tenant in house.tenants}
    assert {one["client"] for one in of_calls} == set(words)
    assert all(one["predicted_class"] in words[one["client"]] for one in of_calls)
    assert not any(tenant.token in line for line in house.server.logged for tenant in house.tenants)
