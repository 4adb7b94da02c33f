"""The container's server beside the function on Lambda: they say the same, and the server ends in order."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import grpc
import pytest

from augury import training
from augury.cli.signatures import signer_of, trust_of
from augury.clients import NewClient
from augury.lake import RAW_PREDICTIONS
from augury.names import PipelineName
from augury.registry import HttpTarget, plan_promotion
from augury.routes import ROUTES, Function
from functions.predict.oip import inference_pb2 as messages
from functions.predict.oip.inference_pb2_grpc import GRPCInferenceServiceStub
from tests.artifacts import FLOWER, SIGNER, train_iris
from tests.container_server import MICROSERVICE, Server, fails_to_start, running
from tests.e2e.conftest import World
from tests.services import FLOWERS, Service, answer, be_silent, service

SHOP = "https://shop.example"
JSON = {"Content-Type": "application/json"}
COMPARED = (
    "content-type",
    "cache-control",
    "x-content-type-options",
    "www-authenticate",
    "retry-after",
    "vary",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
    "access-control-expose-headers",
)


@dataclass(frozen=True)
class Site:
    """A client with a pipeline, its token, and a js key that is for one page's origin."""

    world: World
    client: NewClient
    token: str
    server: Server

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture(scope="module")
def site(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    client = world.new_client()
    world.clients.set_origins(client.name, [SHOP])
    deployment, connection = world.platform.deployment, world.platform.connection
    directory = tmp_path_factory.mktemp("artifact") / "1"
    signer = signer_of(deployment, connection)
    assert signer is not None
    train_iris(client.name, directory, signer)
    training.register(
        directory, client.name, store=world.store, registry=world.registry, trust=trust_of(deployment, connection)
    )
    cache = str(tmp_path_factory.mktemp("models"))
    with running(AUGURY_GRPC_PORT="0", AUGURY_MODEL_CACHE_DIR=cache, AUGURY_PREDICTION_LOG="background") as server:
        yield Site(world, client, world.token(client), server)


def ask(url: str, method: str, target: str, body: bytes | None = None, **headers: str) -> tuple[int, Any, bytes]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    connection.request(method, target, body, {name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    answered = response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    connection.close()
    return answered


def predict(site: Site, data: Any = FLOWER, **meta: str) -> tuple[int, Any]:
    body = json.dumps({"meta": meta, "data": data}).encode()
    status, _, said = ask(site.server.url, "POST", "/predict", body, **site.bearer, Content_Type="application/json")
    return status, json.loads(said)


def tensors(**more: Any) -> list[dict[str, Any]]:
    return [{"name": name, "datatype": "FP64", "shape": [1, 1], "data": [v], **more} for name, v in FLOWER.items()]


type Asked = list[tuple[str, str, bytes | None, dict[str, str]]]
"""Requests: method, path with query, body and headers."""


def requests(site: Site) -> Asked:
    """Return a table of requests, good, bad and hostile, for all routes."""
    return [
        *asked_by_servers(site),
        *asked_by_pages(site),
        *asked_for_descriptions(site),
        *asked_for_models(site),
        *asked_for_inference(site),
        *asked_on_no_route(site),
    ]


def bodies() -> list[bytes]:
    named = {"meta": {"puid": "mine"}, "data": FLOWER}
    return [
        b"", b"{", b"[]", b"null", b'"text"', b"{}", b'{"data":[]}', b'{"data":{"f1":NaN}}', b'{"a":1,"a":2}',
        b"[" * 50 + b"]" * 50, b"\xff\xfe", b'{"data":{"f1":"\xed\xa0\x80"}}', b'{"data":1,"meta":[]}',
        json.dumps({"meta": {"puid": "\x00"}, "data": FLOWER}).encode(), json.dumps({"data": {"f1": "x"}}).encode(),
        json.dumps({"meta": {"pipeline": "../x", "puid": "p"}, "data": FLOWER}).encode(),
        json.dumps({"meta": {"pipeline": "wine", "puid": "p"}, "data": FLOWER}).encode(),
        json.dumps({"meta": {"puid": "p"}, "data": [FLOWER, {"f1": 5.1, "f2": 3.5, "f3": 1.4, "f4": 0.2}]}).encode(),
        json.dumps({"meta": {"puid": "p"}, "data": [FLOWER, {}]}).encode(), json.dumps(named).encode(),
        json.dumps({"data": [FLOWER] * 1001}).encode(), json.dumps({"data": {"f1": 1e999}}).encode(),
        json.dumps({"meta": {"puid": "p"}, "data": {**FLOWER, "x": "é" * 30_000}}).encode(),
        gzip.compress(json.dumps(named).encode()), b'{"data":{"f1":' + b"9" * 400 + b"}}",
    ]  # fmt: skip


def asked_by_servers(site: Site) -> Asked:
    named = json.dumps({"meta": {"puid": "mine"}, "data": FLOWER}).encode()
    both = site.bearer | JSON
    return [
        *(("POST", "/predict", body, both) for body in bodies()),
        ("POST", "/predict", named, site.bearer),
        ("POST", "/predict?x=%ff", named, both),
        ("POST", "/predict", b"{}", JSON),
        ("POST", "/predict", b"{}", JSON | {"Authorization": "Basic abc"}),
        ("POST", "/predict", b"{}", JSON | {"Authorization": "Bearer a.b.c"}),
        ("POST", "/predict", b"{}", JSON | {"Authorization": f"Bearer {site.token}x"}),
    ]


def asked_by_pages(site: Site) -> Asked:
    key, page, flat = site.client.js_key, {"Origin": SHOP}, urlencode(FLOWER)
    return [
        ("GET", f"/js/predict?consumer_key={key}&puid=p&{flat}", None, page),
        ("GET", f"/js/predict?consumer_key={key}&puid=p&{flat}", None, {}),
        ("GET", f"/js/predict?consumer_key={key}&puid=p&{flat}", None, {"Origin": "https://other.example"}),
        ("GET", f"/js/predict?consumer_key={key}&puid=p&{flat}", None, {"Referer": SHOP + "/x"}),
        ("GET", f"/js/predict?consumer_key={key}&puid=p&{flat}&jsonpCallback=show", None, page),
        ("GET", f"/js/predict?consumer_key={key}&puid=p&jsonpCallback=show", None, page),
        ("GET", f"/js/predict?consumer_key={key}&jsonpCallback=alert(1)", None, page),
        ("GET", f"/js/predict?consumer_key={key}&consumer_key={key}", None, page),
        ("GET", f"/js/predict?consumer_key={key}&f1=%ff", None, page),
        ("GET", f"/js/predict?consumer_key={key}&puid=p&json=" + quote(json.dumps(FLOWER)), None, page),
        ("GET", f"/js/predict?consumer_key={key}&json=" + quote("{"), None, page),
        ("GET", "/js/predict?consumer_key=nobody", None, page),
        ("GET", "/js/predict", None, page),
        ("OPTIONS", f"/js/predict?consumer_key={key}", None, page | {"Access-Control-Request-Method": "GET"}),
        ("OPTIONS", f"/js/predict?consumer_key={key}", None, page | {"Access-Control-Request-Method": "PUT"}),
        ("OPTIONS", f"/js/predict?consumer_key={key}", None, {"Access-Control-Request-Method": "GET"}),
        ("OPTIONS", "/js/predict", None, page | {"Access-Control-Request-Method": "GET"}),
    ]


def asked_for_descriptions(site: Site) -> Asked:
    bearer = site.bearer
    return [
        *(("GET", path, None, bearer) for path in ("/pipelines", "/pipelines/iris", "/pipelines/no", "/openapi.json")),
        *(("GET", path, None, {}) for path in ("/pipelines", "/pipelines/iris", "/openapi.json", "/health")),
    ]


def asked_for_models(site: Site) -> Asked:
    bearer = site.bearer
    return [
        *(("GET", f"/v2{path}", None, bearer) for path in ("", "/health/live", "/health/ready")),
        *(("GET", f"/v2/models/{path}", None, bearer) for path in ("iris", "iris/ready", "iris/versions/1", "no")),
        *(("GET", f"/v2/models/{path}", None, bearer) for path in ("iris/versions/1/ready", "iris/versions/9", "%00")),
        ("GET", "/v2/models/iris", None, {}),
    ]


def asked_for_inference(site: Site) -> Asked:
    both, infer = site.bearer | JSON, "/v2/models/iris/infer"
    packed = b"".join(struct.pack("<d", value) for value in FLOWER.values())
    head = json.dumps(
        {
            "id": "b",
            "inputs": [{**one, "data": None, "parameters": {"binary_data_size": 8}} for one in tensors()],
            "outputs": [{"name": "predict", "parameters": {"binary_data": True}}, {"name": "predict_proba"}],
        }
    ).encode()
    binary = both | {"Inference-Header-Content-Length": str(len(head))}
    return [
        ("POST", infer, json.dumps({"id": "a", "inputs": tensors()}).encode(), both),
        ("POST", "/v2/models/iris/versions/1/infer", json.dumps({"id": "a", "inputs": tensors()}).encode(), both),
        ("POST", infer, json.dumps({"inputs": tensors(shape=[2])}).encode(), both),
        ("POST", infer, json.dumps({"inputs": tensors()[:2]}).encode(), both),
        ("POST", infer, b"{", both),
        ("POST", infer, head + packed, binary),
        ("POST", infer, head + packed[:-1], binary),
        ("POST", infer, head + packed, both | {"Inference-Header-Content-Length": "x"}),
    ]


def asked_on_no_route(site: Site) -> Asked:
    bearer = site.bearer
    return [
        ("HEAD", "/health", None, {}),
        ("DELETE", "/predict", None, bearer),
        ("GET", "/predict", None, bearer),
        *(("GET", path, None, bearer) for path in ("/", "/no", "/pipelines/", "/pipelines/a/b", "/js/")),
    ]


def comparable(answered: tuple[int, Any, bytes]) -> tuple[int, dict[str, str], Any]:
    status, headers, body = answered
    content: Any = body
    if headers.get("content-type") == "application/json" and body:
        content = json.loads(body)
        if isinstance(content, dict) and isinstance(content.get("meta"), dict) and len(content["meta"]["puid"]) == 32:
            content["meta"]["puid"] = "made"
    kept = {name: headers[name] for name in COMPARED if name in headers}
    if not body and status == 204:
        kept.pop("content-type", None)  # API Gateway gives a body without a type one, even where there is none
    return status, kept, content


def test_it_answers_as_the_function_on_lambda_does(site: Site) -> None:
    table = requests(site)
    assert {(method, path.partition("?")[0]) for method, path, _, _ in table} >= {
        (row.method, row.path) for row in ROUTES if row.function is Function.PREDICT and "{" not in row.path
    }
    statuses = set()
    for method, target, body, headers in table:
        theirs = comparable(ask(site.world.platform.api_url, method, target, body, **headers))
        ours = comparable(ask(site.server.url, method, target, body, **headers))
        assert ours == theirs, (method, target, body)
        statuses.add(ours[0])
    assert statuses >= {200, 204, 400, 401, 403, 404, 413, 422}


def test_an_output_that_is_wanted_in_binary_stands_behind_the_json(site: Site) -> None:
    body = json.dumps({"inputs": tensors(), "parameters": {"binary_data_output": True}}).encode()
    for url in (site.server.url, site.world.platform.api_url):
        status, headers, said = ask(url, "POST", "/v2/models/iris/infer", body, **site.bearer)
        length = int(headers["inference-header-content-length"])
        label, probabilities = json.loads(said[:length])["outputs"]
        assert (status, headers["content-type"]) == (200, "application/octet-stream")
        assert (label["parameters"]["binary_data_size"], probabilities["parameters"]["binary_data_size"]) == (18, 24)
        assert said[length : length + 18] == b"\x0e\x00\x00\x00Iris-virginica"
        assert sum(struct.unpack("<3d", said[length + 18 :])) == pytest.approx(1)


def test_grpc_says_what_rest_says(site: Site) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{site.server.grpc_port}") as channel:
        stub = GRPCInferenceServiceStub(channel)  # type: ignore[no-untyped-call]
        token = (("authorization", f"Bearer {site.token}"),)
        assert stub.ServerLive(messages.ServerLiveRequest()).live
        assert stub.ServerReady(messages.ServerReadyRequest()).ready
        assert stub.ServerMetadata(messages.ServerMetadataRequest(), metadata=token).name == "augury"
        assert stub.ModelReady(messages.ModelReadyRequest(name="iris"), metadata=token).ready
        described = stub.ModelMetadata(messages.ModelMetadataRequest(name="iris", version="1"), metadata=token)
        assert [one.name for one in described.inputs] == list(FLOWER)
        raw, typed = (stub.ModelInfer(infer_request(is_raw), metadata=token) for is_raw in (True, False))

    _, rest = predict(site, puid="same")
    assert raw.raw_output_contents[0] == b"\x0e\x00\x00\x00Iris-virginica"
    assert typed.outputs[0].contents.bytes_contents == [b"Iris-virginica"]
    assert struct.unpack("<3d", raw.raw_output_contents[1]) == tuple(typed.outputs[1].contents.fp64_contents)
    assert max(typed.outputs[1].contents.fp64_contents) == rest["predictions"][0]["prediction"]
    assert raw.model_version == typed.model_version == "1"


@pytest.mark.parametrize(
    ("changes", "bearer", "code", "said"),
    [
        ({}, "", "UNAUTHENTICATED", "valid token"),
        ({}, "x", "UNAUTHENTICATED", "Token value not recognized"),
        ({"model_name": "wine"}, "good", "NOT_FOUND", "'wine' is not registered"),
        ({"model_version": "9"}, "good", "NOT_FOUND", "no version '9' answers"),
        ({"id": "\x00"}, "good", "INVALID_ARGUMENT", "id: a text of 1 to 128"),
    ],
)
def test_grpc_refuses_with_the_sentences_of_rest(
    site: Site, changes: dict[str, str], bearer: str, code: str, said: str
) -> None:
    request = infer_request(is_raw=False)
    for name, value in changes.items():
        setattr(request, name, value)
    metadata = (("authorization", f"Bearer {site.token if bearer == 'good' else bearer}"),) if bearer else ()
    with grpc.insecure_channel(f"127.0.0.1:{site.server.grpc_port}") as channel:
        stub = GRPCInferenceServiceStub(channel)  # type: ignore[no-untyped-call]
        with pytest.raises(grpc.RpcError) as refused:
            stub.ModelInfer(request, metadata=metadata)
    assert refused.value.code() is grpc.StatusCode[code]
    assert said in refused.value.details()


def infer_request(is_raw: bool) -> messages.ModelInferRequest:
    request = messages.ModelInferRequest(model_name="iris")
    for name, value in FLOWER.items():
        tensor = request.inputs.add(name=name, datatype="FP64", shape=[1, 1])
        if is_raw:
            request.raw_input_contents.append(struct.pack("<d", value))
        else:
            tensor.contents.fp64_contents.append(value)
    return request


def promote(site: Site, name: str, target: HttpTarget) -> None:
    site.world.registry.carry_out(site.client.name, plan_promotion(None, PipelineName(name), target))


def test_a_target_that_is_silent_holds_up_nobody_else(site: Site) -> None:
    with service() as theirs, ThreadPoolExecutor(20) as callers:
        theirs.answering = be_silent
        promote(site, "silent", HttpTarget(url=theirs.url(), timeout_s=20))
        waiting = [callers.submit(predict, site, pipeline="silent") for _ in range(20)]
        assert theirs.was_asked.wait(20)
        answered = [predict(site)[0] for _ in range(50)]
        assert not any(one.done() for one in waiting)
        theirs.is_over.set()
    assert answered == [200] * 50
    assert {one.result()[0] for one in waiting} == {502}


def test_our_own_microservice_is_a_target_like_any_other(site: Site, tmp_path: Path) -> None:
    train_iris(site.client.name, tmp_path / "iris", SIGNER)
    settings = {"AUGURY_BAKED_PIPELINE": str(tmp_path / "iris"), "AUGURY_TRUSTED_ARTIFACT_KEYS": SIGNER.public_pem()}
    with running(MICROSERVICE, **settings, AWS_ENDPOINT_URL="http://127.0.0.1:9") as baked:
        promote(site, "posted", HttpTarget(url=f"{baked.url}/predict"))
        promote(site, "got", HttpTarget(url=f"{baked.url}/predict", method="GET"))
        rows = [FLOWER, {"f1": 5.1, "f2": 3.5, "f3": 1.4, "f4": 0.2}]
        for data in (FLOWER, rows):
            ours = predict(site, data, pipeline="iris")[1]["predictions"]
            assert predict(site, data, pipeline="posted")[1]["predictions"] == ours
            assert predict(site, data, pipeline="got")[1]["predictions"] == ours
        status, refusal = predict(site, {**FLOWER, "f2": "much"}, pipeline="posted")
        assert baked.terminate() == 0
    assert (status, refusal["details"][0]["loc"]) == (422, ["data", "f2"])


def test_the_microservice_asks_the_registry_only_where_client_names_are_trusted(site: Site) -> None:
    form = urlencode({"client": site.client.name, "json": json.dumps({"data": FLOWER})})
    assert "AUGURY_TRUST_CLIENT_NAMES" in fails_to_start(MICROSERVICE)
    with running(MICROSERVICE, AUGURY_TRUST_CLIENT_NAMES="true") as server:
        status, _, said = ask(server.url, "GET", f"/predict?{form}")
        assert (status, json.loads(said)["meta"]["modelName"]) == (200, "iris")
        assert ask(server.url, "POST", "/predict", form.encode())[0] == 200
        assert ask(server.url, "POST", "/predict", form.replace(site.client.name, "nobody").encode())[0] == 404
        assert ask(server.url, "POST", "/predict", b"client=..%2Fx&json={}")[0] == 400


def test_what_is_larger_than_is_taken_is_refused_before_it_is_sent(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.server.port), timeout=20) as caller:
        caller.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n{")
        announced = received(caller, b"}")
    with socket.create_connection(("127.0.0.1", site.server.port), timeout=20) as caller:
        caller.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(9):
            caller.sendall(b"80000\r\n" + b" " * 0x80000 + b"\r\n")
        streamed = received(caller, b"}")
    for refusal in (announced, streamed):
        assert refusal.startswith(b"HTTP/1.1 413 ")
        assert b'"error_id":108' in refusal


def received(caller: socket.socket, until: bytes) -> bytes:
    answered = b""
    while until not in answered and (part := caller.recv(65_536)):
        answered += part
    return answered


def test_requests_that_are_sent_at_once_are_answered_in_order(site: Site) -> None:
    get = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", site.server.port), timeout=20) as caller:
        caller.sendall(get % b"/health" + get % b"/nothing" + get % b"/ready" + b"GET / HTTP/1.0\r\n\r\n")
        answers = b"".join(iter(lambda: caller.recv(65_536), b""))
    assert [part[:3] for part in answers.split(b"HTTP/1.1 ")[1:]] == [b"200", b"404", b"200", b"404"]


def test_sigterm_lets_what_runs_end_and_sends_the_log(site: Site) -> None:
    with running(AUGURY_PREDICTION_LOG="background") as server, service() as theirs, ThreadPoolExecutor() as pool:
        may_answer = threading.Event()

        def answer_late(handler: BaseHTTPRequestHandler, _: Service) -> None:
            may_answer.wait(20)
            answer(handler, FLOWERS)

        theirs.answering = answer_late
        promote(site, "slow", HttpTarget(url=theirs.url(), timeout_s=20))
        own = Site(site.world, site.client, site.token, server)
        assert ask(server.url, "GET", "/ready")[0] == 200
        assert predict(own, puid="before-the-end")[0] == 200
        running_still = pool.submit(predict, own, pipeline="slow", puid="while-it-ends")
        assert theirs.was_asked.wait(20)
        ended = pool.submit(server.terminate)
        while is_listening(server.port):
            pass
        may_answer.set()
        assert running_still.result()[0] == 200
        assert ended.result() == 0
    site.world.platform.flush()
    logged = [json.loads(line)["puid"] for line in site.world.lines(RAW_PREDICTIONS)]
    assert (logged.count("before-the-end"), logged.count("while-it-ends")) == (1, 1)
    assert json.loads(server.logged[-1])["message"] == "ended"
    assert not any("f1" in line or site.token in line for line in server.logged)


def is_listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"AUGURY_TABLE": "no-such-table"}, "read no-such-table: ResourceNotFoundException"),
        ({"AUGURY_PORT": "many"}, "environment variable AUGURY_PORT: "),
        ({"AUGURY_HTTP_TARGETS": "ftp://x"}, "'ftp://x' is no allowed host"),
        ({"AUGURY_TRUSTED_ARTIFACT_KEYS": "rubbish"}, "trusted key 'rubbish'"),
    ],
)
def test_what_can_not_start_says_why_in_one_line(site: Site, settings: dict[str, str], said: str) -> None:
    assert said in fails_to_start(**settings)


@pytest.mark.parametrize("setting", ["AUGURY_PORT", "AUGURY_GRPC_PORT"])
def test_a_port_that_is_taken_is_named(site: Site, setting: str) -> None:
    taken = str(site.server.port if setting == "AUGURY_PORT" else site.server.grpc_port)
    said = fails_to_start(**{setting: taken})
    assert taken in said
    assert "can't be listened on" in said
