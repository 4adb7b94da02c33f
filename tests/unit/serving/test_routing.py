"""Which variation answers a client's request, in whose place, and who is shown it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from augury.artifacts import load, save
from augury.aws import AwsUnavailable, FunctionInvoker, ObjectStore, Table
from augury.aws.connection import Connection
from augury.errors import AuguryError, Kind
from augury.lake import model_prefix
from augury.names import ClientName, Version
from augury.registry import (
    HttpTarget,
    LambdaTarget,
    PipelineDeployment,
    PipelineTarget,
    Registry,
    Target,
    plan_promotion,
    plan_rollback,
)
from augury.serving import ModelCache, PipelineDirectory, PredictionEngine, PredictRequest, Served, ShadowCalls
from augury.serving.targets import AllowedHosts, Connections, HttpServices, LambdaFunctions, Services
from augury.training import register
from tests.artifacts import ACME, FLOWER, IRIS, SIGNER, TRUST, trained_iris
from tests.services import Service, answering, be_silent, service


@dataclass
class Stage:
    """An engine on a clock that is stepped; what is read in the background is read at once."""

    registry: Registry
    store: ObjectStore
    connections: Connections
    now: float = 1_000.0
    logged: list[Served] = field(default_factory=list)
    shadows_failed: list[tuple[str, Kind]] = field(default_factory=list)
    prepared: list[str] = field(default_factory=list)
    engine: PredictionEngine = field(init=False)
    shadows: ShadowCalls = field(init=False)
    models: ModelCache = field(init=False)

    def start(self, directory: Path, connection: Connection) -> None:
        self.models = ModelCache(self.store, directory / "models", limit_bytes=10**9, trust=TRUST)
        self.shadows = ShadowCalls()
        self.engine = PredictionEngine(
            PipelineDirectory(
                self.registry, ttl_s=5, prepare=self._prepare, now=lambda: self.now, submit=lambda call: call()
            ),
            self.models,
            self.logged.append,
            services=Services(LambdaFunctions(FunctionInvoker(connection)), HttpServices(self.connections)),
            shadows=self.shadows,
            on_shadow_failed=lambda _, shadow, error: self.shadows_failed.append((shadow.label, error.kind)),
        )

    def _prepare(self, client: ClientName, version: Any) -> None:
        self.prepared.append(version.version)
        self.models.get(client, version)

    def add(self, label: str, directory: Path) -> PipelineTarget:
        """Publish the Iris artifact anew as another version that answers nothing yet."""
        artifact = load(trained_iris().directory, TRUST)
        manifest = artifact.manifest.model_copy(update={"version": Version(label)})
        save(directory / label, manifest, artifact.files, SIGNER)
        register(directory / label, ACME, store=self.store, registry=self.registry, trust=TRUST)
        self.carry_out(plan_rollback(self.current(), list(self.registry.revisions(ACME, IRIS)), None))
        return PipelineTarget(version=Version(label))

    def current(self) -> PipelineDeployment:
        deployment = self.registry.deployment(ACME, IRIS)
        assert deployment is not None
        return deployment

    def carry_out(self, change: Any) -> None:
        self.registry.carry_out(ACME, change)

    def promote(self, target: Target, **options: Any) -> None:
        self.carry_out(plan_promotion(self.current(), IRIS, target, **options))

    def ask(self, key: str = "k", variation: str | None = None, *, rows: int = 1) -> Any:
        request = PredictRequest(rows=(FLOWER,) * rows, single=rows == 1, puid=f"p-{key}", key=key)
        return self.engine.predict(ACME, request, variation=variation).as_json()

    def refusal(self, **words: Any) -> AuguryError:
        with pytest.raises(AuguryError) as refused:
            self.ask(**words)
        return refused.value


@pytest.fixture
def stage(table: Table, store: ObjectStore, tmp_path: Path, aws: Connection) -> Iterator[Stage]:
    registry = Registry(table)
    register(trained_iris().directory, ACME, store=store, registry=registry, trust=TRUST)
    stage = Stage(registry, store, Connections(AllowedHosts.parse("http://127.0.0.1:*")))
    stage.start(tmp_path, aws)
    yield stage
    stage.shadows.drain(within_s=20)
    stage.connections.close()


@pytest.fixture
def remote() -> Iterator[Service]:
    with service() as running:
        yield running


def keys_of(stage: Stage, count: int = 60) -> dict[str, str]:
    return {key: stage.ask(key)["meta"]["variation"] for key in (f"user-{n}" for n in range(count))}


def test_a_canary_keeps_its_callers_while_it_grows_and_a_rollback_takes_them_back(stage: Stage, tmp_path: Path) -> None:
    second = stage.add("2", tmp_path)
    seen = []
    for share in (0.2, 0.5, 1.0):
        stage.promote(second, share=share, label="canary")
        stage.now += 10
        seen.append({key for key, label in keys_of(stage).items() if label == "canary"})
    assert seen[0]
    assert seen[0] < seen[1] < seen[2] == set(keys_of(stage))
    stage.carry_out(plan_rollback(stage.current(), list(stage.registry.revisions(ACME, IRIS)), None))
    stage.now += 10
    assert {key for key, label in keys_of(stage).items() if label == "canary"} == seen[1]


def test_a_change_is_loaded_before_it_answers_and_answers_within_twice_the_time(stage: Stage, tmp_path: Path) -> None:
    second = stage.add("2", tmp_path)
    stage.ask()
    stage.promote(second)
    stage.now += 6
    stage.ask()
    assert (stage.logged[-1].reply.version, stage.prepared) == ("1", ["2"])
    stage.ask()
    assert stage.logged[-1].reply.version == "2"


def test_after_a_long_sleep_the_first_request_sees_the_change(stage: Stage, tmp_path: Path) -> None:
    second = stage.add("2", tmp_path)
    stage.ask()
    stage.promote(second)
    stage.now += 3_600
    stage.ask()
    assert stage.logged[-1].reply.version == "2"


def test_what_is_known_answers_while_the_registry_is_away(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.ask()

    def away(*_: object) -> None:
        raise AwsUnavailable("the table")

    for read in ("get", "query"):
        monkeypatch.setattr(stage.registry._table, read, away)
    for _ in range(3):
        stage.now += 100
        assert stage.ask()["meta"]["variation"] == "default"
    with pytest.raises(AuguryError) as refused:
        stage.engine.predict(ACME, PredictRequest(rows=(FLOWER,), single=True, pipeline="never-seen"))
    assert refused.value.kind is Kind.UNAVAILABLE


def test_a_client_cannot_choose_its_variation_and_an_operator_can(stage: Stage, tmp_path: Path) -> None:
    stage.promote(stage.add("2", tmp_path), share=1e-9, label="canary")
    assert stage.ask()["meta"]["variation"] == "default"
    assert stage.ask(variation="canary")["meta"]["variation"] == "canary"
    assert stage.refusal(variation="none").kind is Kind.PIPELINE_UNKNOWN


def test_a_service_answers_in_the_shape_of_every_prediction(stage: Stage, remote: Service) -> None:
    stage.promote(HttpTarget(url=remote.url()), label="theirs")
    assert stage.ask() == {
        "meta": {"puid": "p-k", "modelName": "theirs", "variation": "theirs"},
        "predictions": [{"prediction": 0.75, "predictedClass": "a", "confidence": 0.75}],
        "custom": None,
    }
    line = json.loads(next(stage.logged[-1].lines()))
    assert (line["lane"], line["target"], line["version"]) == ("http", f"http://127.0.0.1:{remote.port}", None)
    assert json.loads(remote.asked[0].form["json"][0]) == {"meta": {"puid": "p-k", "key": "k"}, "data": FLOWER}


@pytest.mark.parametrize(
    ("behaviour", "kind", "status"),
    [
        (answering(b"", 500), Kind.TARGET_FAILED, 502),
        (answering(b"<html>"), Kind.TARGET_FAILED, 502),
        (be_silent, Kind.TARGET_TIMED_OUT, 504),
    ],
    ids=["error", "malformed", "silent"],
)
def test_a_failing_service_is_502_or_504_and_named(
    stage: Stage, remote: Service, behaviour: Callable[..., None], kind: Kind, status: int
) -> None:
    remote.answering = behaviour
    stage.promote(HttpTarget(url=remote.url(), timeout_s=0.2), label="theirs")
    error = stage.refusal()
    assert (error.kind, error.status) == (kind, status)
    assert error.details[0].loc == ("target", f"http://127.0.0.1:{remote.port}")
    assert stage.logged == []


def test_data_that_a_service_refuses_is_422_in_its_words(stage: Stage, remote: Service) -> None:
    remote.answering = answering(b'{"details":[{"loc":["data","f1"],"msg":"a colour is expected"}]}', 422)
    stage.promote(HttpTarget(url=remote.url()), label="theirs", fallbacks=[PipelineTarget(version=Version("1"))])
    error = stage.refusal()
    assert (error.kind, [(one.loc, one.msg) for one in error.details]) == (
        Kind.SCHEMA_MISMATCH,
        [(("data", "f1"), "a colour is expected")],
    )


def test_in_a_cascade_the_next_target_answers_for_one_that_fails(stage: Stage, remote: Service) -> None:
    remote.answering = answering(b"", 500)
    missing = HttpTarget(url="http://127.0.0.2:1")
    stage.promote(HttpTarget(url=remote.url()), fallbacks=[missing, PipelineTarget(version=Version("1"))])
    assert stage.ask()["predictions"][0]["predictedClass"] == "Iris-virginica"
    assert (stage.logged[-1].reply.target, len(remote.asked)) == ("1", 1)


def test_a_broken_version_is_answered_for_too(stage: Stage, tmp_path: Path) -> None:
    second = stage.add("2", tmp_path)
    stage.store.put(model_prefix(ACME, IRIS, second.version) + "manifest.json", b"{}")
    stage.promote(second, fallbacks=[PipelineTarget(version=Version("1"))])
    assert stage.ask()
    assert stage.logged[-1].reply.version == "1"


def test_where_all_of_a_cascade_fail_the_first_ones_failure_is_told_with_the_others_words(stage: Stage) -> None:
    stage.promote(HttpTarget(url="https://a.example.com"), fallbacks=[HttpTarget(url="https://b.example.com")])
    error = stage.refusal()
    assert error.kind is Kind.TARGET_FAILED
    assert [detail.loc[1] for detail in error.details] == ["https://a.example.com", "https://b.example.com"]


def test_a_service_that_keeps_failing_is_left_alone_and_others_are_not(stage: Stage, remote: Service) -> None:
    remote.answering = answering(b"", 500)
    stage.promote(HttpTarget(url=remote.url()), label="theirs")
    told = [stage.refusal().details[0].msg for _ in range(8)]
    assert len(remote.asked) == 5
    assert "left alone" in told[-1]


def test_a_shadow_is_shown_the_call_and_only_logged(stage: Stage, tmp_path: Path) -> None:
    stage.promote(stage.add("2", tmp_path), shadow=True, label="next")
    answer = stage.ask(rows=2)
    assert stage.shadows.drain(within_s=20)
    assert answer["meta"]["variation"] == "default"
    lines = [json.loads(line) for served in stage.logged for line in served.lines()]
    assert [(line["variation"], line["version"], line["shadow"]) for line in lines] == [
        ("default", "1", False), ("default", "1", False), ("next", "2", True), ("next", "2", True),
    ]  # fmt: skip
    assert {line["puid"] for line in lines} == {"p-k"}


def test_a_failing_shadow_is_not_felt(stage: Stage, remote: Service) -> None:
    remote.answering = answering(b"", 500)
    stage.promote(HttpTarget(url=remote.url()), shadow=True, label="theirs")
    assert stage.ask()["meta"]["variation"] == "default"
    assert stage.shadows.drain(within_s=20)
    assert stage.shadows_failed == [("theirs", Kind.TARGET_FAILED)]
    assert len(stage.logged) == 1


def test_a_shadow_that_hangs_does_not_hold_the_answer(stage: Stage, remote: Service) -> None:
    remote.answering = be_silent
    stage.promote(HttpTarget(url=remote.url(), timeout_s=20), shadow=True, label="theirs")
    for _ in range(5):
        assert stage.ask()["meta"]["variation"] == "default"
    assert not stage.shadows.drain(within_s=0)
    remote.is_over.set()


def test_what_an_operator_asks_of_a_variation_is_not_shown_to_shadows(stage: Stage, remote: Service) -> None:
    stage.promote(HttpTarget(url=remote.url()), shadow=True, label="theirs")
    stage.ask(variation="default")
    assert stage.shadows.drain(within_s=20)
    assert remote.asked == []


def test_a_function_that_cannot_be_called_is_502(stage: Stage) -> None:
    stage.promote(LambdaTarget(function="nobody", alias="live"), label="theirs")
    error = stage.refusal()
    assert (error.kind, error.details[0].loc) == (Kind.TARGET_FAILED, ("target", "lambda:nobody:live"))


class BlockedStore(ObjectStore):
    """A store that holds back the files of one version until it is let go."""

    def __init__(self, store: ObjectStore, prefix: str) -> None:
        super().__init__(store._client, store.bucket)
        self._prefix = prefix
        self.is_asked, self.may_go = threading.Event(), threading.Event()

    def open(self, key: str) -> Any:
        if key.startswith(self._prefix):
            self.is_asked.set()
            self.may_go.wait(20)
        return super().open(key)


def test_a_cold_model_that_loads_slowly_answers_in_the_end_and_holds_up_no_other(
    stage: Stage, tmp_path: Path, aws: Connection
) -> None:
    stage.promote(stage.add("2", tmp_path), share=1e-9, label="cold")
    stage.store = blocked = BlockedStore(stage.store, model_prefix(ACME, IRIS, Version("2")))
    stage.start(tmp_path / "anew", aws)
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(stage.ask(variation="cold"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert blocked.is_asked.wait(20)
    assert stage.ask()["meta"]["variation"] == "default"
    assert answers == []
    blocked.may_go.set()
    for thread in threads:
        thread.join()
    assert [answer["meta"]["variation"] for answer in answers] == ["cold"] * 3


def test_no_request_fails_while_deployments_change_under_many_threads(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = stage.add("2", tmp_path)
    stage.ask()
    answered: list[str] = []
    is_over = threading.Event()

    def keep_asking(number: int) -> None:
        while not is_over.is_set():
            answered.append(stage.ask(f"user-{number}")["meta"]["variation"])

    threads = [threading.Thread(target=keep_asking, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for share in (0.01, 0.5, 1.0):
        stage.promote(second, share=share, label="canary")
        stage.now += 10
        stage.ask()
    stage.carry_out(plan_rollback(stage.current(), list(stage.registry.revisions(ACME, IRIS)), 1))
    stage.now += 10
    stage.ask()
    is_over.set()
    for thread in threads:
        thread.join()
    assert len(stage.logged) == len(answered) + 5, "each request was answered"
