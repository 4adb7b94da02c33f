"""Two clients with pipelines of the same name and version never see anything of each other's.

Each client's models answer with classes that begin with its own name, so that what is told to the wrong one shows. One
name is the beginning of the other, which keys and prefixes must not mix up.
"""

from __future__ import annotations

import json
import shutil
import struct
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import grpc
import pandas as pd
import pytest

from augury.analysis.variations import variation_figures
from augury.artifacts import DataWindow
from augury.aws import ObjectStore
from augury.cli.signatures import signer_of, trust_of
from augury.clients import NewClient
from augury.frames.predictions import feedback_lines, prediction_lines
from augury.lake import RAW_PREDICTIONS, model_prefix
from augury.names import ClientName, PipelineName, Version
from augury.registry import PipelineTarget, plan_promotion
from augury.training import Definition, add_version, load_definition, register, train
from augury.training.folds import Folds
from functions.predict.oip import inference_pb2 as messages
from functions.predict.oip.inference_pb2_grpc import GRPCInferenceServiceStub
from tests.artifacts import DEFINITION, FLOWER
from tests.container_server import Server, running
from tests.e2e.conftest import Answer, World
from tests.e2e.two_functions import TREES, two_functions
from training.iris_xgboost import example_events

IRIS, HISTOGRAMS = PipelineName("iris"), PipelineName("trees")
SHOP, SHOP_2 = ClientName("shop"), ClientName("shop-2")
FIRST, ONLY_ONES_VERSION = Version("1"), Version("2")
CALLS = 60

type Call = Callable[[], Answer]


@dataclass(frozen=True)
class Tenant:
    """A client, and how it asks at one address."""

    world: World
    client: NewClient
    token: str
    url: str

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        sent = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        answer = self.world.http.request(method, self.url + path, body=sent, headers=headers)
        return Answer(answer.status, answer.headers, answer.data.decode())

    def predict(self, data: Any = FLOWER, **meta: Any) -> Answer:
        return self.call("POST", "/predict", {"meta": meta, "data": data})

    def from_page(self, **parameters: Any) -> Answer:
        return self.call(
            "GET", f"/js/predict?{urlencode({'consumer_key': self.client.js_key, **FLOWER, **parameters})}"
        )

    def infer(self, path: str = "iris") -> Answer:
        flower = [{"name": name, "datatype": "FP64", "shape": [1, 1], "data": [x]} for name, x in FLOWER.items()]
        return self.call("POST", f"/v2/models/{path}/infer", {"inputs": flower})

    def at(self, url: str) -> Tenant:
        return Tenant(self.world, self.client, self.token, url)

    def owns(self, answer: Answer) -> bool:
        """Tell whether an answer names this client's classes, and nobody else's."""
        assert answer.status == 200, answer.text
        own = answer.text.count(f'"{self.client.name}:')
        return own > 0 and own == answer.text.count(":Iris-")


@pytest.fixture(scope="module")
def tenants(world: World, tmp_path_factory: pytest.TempPathFactory) -> list[Tenant]:
    place = tmp_path_factory.mktemp("pipelines")
    (place / "trees.py").write_text(TREES)
    definitions = {IRIS: load_definition(DEFINITION), HISTOGRAMS: load_definition(place / "trees.py")}
    made = []
    for name in (SHOP, SHOP_2):
        client = world.clients.create(name)
        for pipeline, definition in definitions.items():
            publish(world, name, pipeline, definition, place / name / pipeline)
        made.append(Tenant(world, client, world.token(client), world.platform.api_url))
    second = place / SHOP_2 / "second"
    publish(world, SHOP_2, IRIS, definitions[IRIS], second, ONLY_ONES_VERSION)
    current = world.registry.deployment(SHOP_2, IRIS)
    change = plan_promotion(current, IRIS, PipelineTarget(version=ONLY_ONES_VERSION), share=0.5, label="canary")
    world.registry.carry_out(SHOP_2, change)
    return made


def publish(
    world: World,
    client: ClientName,
    pipeline: PipelineName,
    definition: Definition,
    directory: Path,
    version: Version = FIRST,
) -> None:
    events = pd.DataFrame(example_events())
    events["name"] = f"{client}:" + events["name"]
    deployment, connection = world.platform.deployment, world.platform.connection
    train(
        definition,
        events,
        client=client,
        pipeline=pipeline,
        version=version,
        directory=directory,
        data_window=DataWindow(),
        folds=Folds(2),
        signer=signer_of(deployment, connection),
    )
    add = register if version == FIRST else add_version
    add(directory, client, store=world.store, registry=world.registry, trust=trust_of(deployment, connection))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def server(world: World, tenants: list[Tenant], models: Path) -> Iterator[Server]:
    assert tenants
    settings = {"AUGURY_GRPC_PORT": "0", "AUGURY_PREDICTION_LOG": "background"}
    with running(**settings, AUGURY_MODEL_CACHE_DIR=str(models)) as server:
        yield server


@pytest.fixture(params=["function", "container"])
def callers(request: pytest.FixtureRequest, tenants: list[Tenant]) -> list[Tenant]:
    """Return the clients, as they ask the function on Lambda and as they ask the container's server."""
    if request.param == "function":
        return tenants
    server: Server = request.getfixturevalue("server")
    return [tenant.at(server.url) for tenant in tenants]


def test_all_routes_at_once_answer_each_client_from_its_own_models(callers: list[Tenant]) -> None:
    def calls(tenant: Tenant) -> list[Call]:
        return [
            tenant.predict,
            tenant.from_page,
            tenant.infer,
            lambda: tenant.infer("iris/versions/1"),
            lambda: tenant.predict([FLOWER, FLOWER], pipeline="iris", key="same"),
            lambda: tenant.predict(pipeline="trees"),
        ]

    asked = [(tenant, call) for _ in range(CALLS // 6) for pair in zip(*map(calls, callers), strict=True)
             for tenant, call in zip(callers, pair, strict=True)]  # fmt: skip
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: one[1](), asked))
    for (tenant, _), answer in zip(asked, answers, strict=True):
        assert tenant.owns(answer), answer.text


def test_metadata_is_of_the_own_pipelines_alone(callers: list[Tenant]) -> None:
    one, other = callers
    for path in ("/pipelines/iris", "/pipelines/trees", "/openapi.json", "/v2/models/iris", "/v2/models/trees"):
        told = [tenant.call("GET", path).text for tenant in callers]
        assert f"{SHOP}:Iris-" in told[0]
        assert f"{SHOP_2}" not in told[0]
        assert f"{SHOP_2}:Iris-" in told[1]
        assert f"{SHOP}:Iris-" not in told[1]
    listed = [tenant.call("GET", "/pipelines").json["pipelines"] for tenant in callers]
    assert [[len(pipeline["variations"]) for pipeline in pipelines] for pipelines in listed] == [[1, 1], [2, 1]]
    assert one.call("GET", "/v2/models/iris").json["versions"] == ["1"]
    assert sorted(other.call("GET", "/v2/models/iris").json["versions"]) == ["1", "2"]


def test_a_version_that_only_the_other_has_is_404(callers: list[Tenant]) -> None:
    one, other = callers
    assert other.infer("iris/versions/2").status == 200
    assert one.infer("iris/versions/2").status == 404
    assert one.call("GET", "/v2/models/iris/versions/2").status == 404


def test_naming_another_client_changes_nothing(callers: list[Tenant]) -> None:
    one, _ = callers
    for answer in (
        one.predict(client=SHOP_2),
        one.predict({**FLOWER, "client": SHOP_2}),
        one.call("POST", "/predict", {**FLOWER, "client": SHOP_2, "consumer_key": "x"}),
        one.call("POST", f"/predict?client={SHOP_2}", {"data": FLOWER, "client": SHOP_2}),
        one.from_page(client=SHOP_2),
    ):
        assert one.owns(answer)
    for name in (f"../{SHOP_2}/iris", f"{SHOP_2}/iris", f"../../{SHOP_2}/models/iris", f"{SHOP_2}#iris"):
        assert one.predict(pipeline=name).status == 404
        assert one.from_page(pipeline=name).status == 404
        assert one.call("GET", f"/pipelines/{name.replace('/', '%2F').replace('#', '%23')}").status == 404


def test_grpc_tells_each_client_of_its_own_models(tenants: list[Tenant], server: Server) -> None:
    request = messages.ModelInferRequest(model_name="iris")
    for name, value in FLOWER.items():
        request.inputs.add(name=name, datatype="FP64", shape=[1, 1])
        request.raw_input_contents.append(struct.pack("<d", value))
    with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel, ThreadPoolExecutor(8) as pool:
        stub = GRPCInferenceServiceStub(channel)  # type: ignore[no-untyped-call]

        def ask(tenant: Tenant) -> tuple[bytes, list[str]]:
            token = (("authorization", f"Bearer {tenant.token}"), ("client", SHOP))
            label = stub.ModelInfer(request, metadata=token).raw_output_contents[0]
            described = stub.ModelMetadata(messages.ModelMetadataRequest(name="iris"), metadata=token)
            return label, sorted(described.versions)

        asked = tenants * (CALLS // 2)
        versions = {SHOP: ["1"], SHOP_2: ["1", "2"]}
        for tenant, (label, described) in zip(asked, pool.map(ask, asked), strict=True):
            assert label[4:] == f"{tenant.client.name}:Iris-virginica".encode()
            assert described == versions[ClientName(tenant.client.name)]


def test_a_puid_of_both_is_logged_and_rewarded_to_each_alone(callers: list[Tenant], world: World) -> None:
    puid = f"of-both-{callers[0].url.rpartition(':')[2]}"
    for tenant, reward in zip(callers, (1, -1), strict=True):
        assert tenant.owns(tenant.predict(puid=puid))
        feedback = Tenant(world, tenant.client, tenant.token, world.platform.api_url)
        assert feedback.call("POST", "/feedback", {"puid": puid, "reward": reward}).status == 200
    lines = _wait_for_lines(world, puid)
    today = datetime.now(UTC).date()
    for tenant, reward in zip(callers, (1, -1), strict=True):
        name = ClientName(tenant.client.name)
        where = world.platform.connection, world.store.bucket, name, today - timedelta(days=1), today
        (line,) = (line for line in prediction_lines(*where) if line["puid"] == puid)
        assert {one["predictedClass"].partition(":")[0] for one in line["predictions"]} == {name}
        figures = variation_figures("iris", prediction_lines(*where), feedback_lines(*where))
        rewards = [one.reward.mean for one in figures if one.reward is not None]
        assert rewards
        assert set(rewards) == {reward}
        assert {label.partition(":")[0] for one in figures for label in one.classes} == {name}
    assert sorted(line["client"] for line in lines) == [SHOP, SHOP_2]


def _wait_for_lines(world: World, puid: str) -> list[dict[str, Any]]:
    """Return both clients' lines of a puid, once the background has sent them."""
    give_up_at = time.monotonic() + 60
    while time.monotonic() < give_up_at:
        world.platform.flush()
        lines = [line for line in map(json.loads, world.lines(RAW_PREDICTIONS)) if line["puid"] == puid]
        if len(lines) >= 2:
            return lines
    raise AssertionError("the lines are not there")


def test_local_copies_lie_apart_and_another_clients_copy_is_not_taken(
    tenants: list[Tenant], server: Server, models: Path, tmp_path: Path
) -> None:
    assert all(tenant.owns(tenant.at(server.url).predict(pipeline="trees")) for tenant in tenants)
    assert {copy.name for copy in models.iterdir()} == {SHOP, SHOP_2}
    (own,), (others,) = (list((models / name / HISTOGRAMS).iterdir()) for name in (SHOP, SHOP_2))
    shutil.copytree(others, tmp_path / own.relative_to(models))
    with running(AUGURY_MODEL_CACHE_DIR=str(tmp_path)) as misled:
        assert all(tenant.owns(tenant.at(misled.url).predict(pipeline="trees")) for tenant in tenants)


def test_another_clients_artifact_in_the_place_of_ones_own_is_refused(
    world: World, tenants: list[Tenant], tmp_path: Path
) -> None:
    own, others = (model_prefix(name, HISTOGRAMS, FIRST) for name in (SHOP, SHOP_2))
    kept = {one.key: world.store.get(one.key) for one in world.store.list(own)}
    for one in world.store.list(others):
        world.store.put(own + one.key.removeprefix(others), world.store.get(one.key))
    try:
        with running(AUGURY_MODEL_CACHE_DIR=str(tmp_path)) as server:
            refused, answered = (tenant.at(server.url).predict(pipeline="trees") for tenant in tenants)
            assert (refused.status, refused.json["error_id"]) == (503, 123)
            assert SHOP_2 not in refused.text
            assert tenants[1].owns(answered)
    finally:
        _put_back(world.store, kept)


def _put_back(store: ObjectStore, kept: dict[str, bytes]) -> None:
    for key, body in kept.items():
        store.put(key, body)


def test_the_heavy_function_scores_each_clients_rows_by_its_own_model(
    tenants: list[Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    with two_functions(monkeypatch) as pair, ThreadPoolExecutor(4) as pool:
        asked = tenants * 10
        for tenant, answer in zip(asked, pool.map(lambda one: pair.ask(one.client, **FLOWER), asked), strict=True):
            assert tenant.owns(answer)
        told = [json.loads(call.content) for call in pair.lambda_api.asked]
    assert sorted({one["client"] for one in told}) == [SHOP, SHOP_2]
