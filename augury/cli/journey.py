"""The steps of the demo. Each looks at what came of it, and fails the demo where that is not what it should be."""

from __future__ import annotations

import gzip
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from rich.progress import track

from augury.aws import ObjectStore, Table
from augury.cli import training
from augury.cli.api import ApiClient
from augury.cli.examples import DEFINITION, iris_events
from augury.cli.signatures import signer_of, trust_of
from augury.cli.training_summary import summary
from augury.clients import ClientAdmin
from augury.events import caller_fields
from augury.lake import RAW_EVENTS, RAW_PREDICTIONS, client_events
from augury.local import LocalPlatform
from augury.names import ClientName
from augury.registry import Registry

if TYPE_CHECKING:
    from augury.cli.demo import Narrator

_CLIENT = ClientName("demo")
_BATCH = 25
_FLOWER = {"f1": 1, "f2": 2.7, "f3": 5.3, "f4": 1.9}
_SPECIES = "Iris-virginica"
_LEAST_CONFIDENCE = 0.9
_PATIENCE_S = 30.0


class DemoFailed(ValueError):
    """A step's result is not what it should be."""


class Journey:
    """The demo's way through the platform.

    Parameters
    ----------
    platform : LocalPlatform
        The running platform.
    narrator : Narrator
        Tells each step.
    scratch : Path
        Directory for the artifact.
    """

    def __init__(self, platform: LocalPlatform, narrator: Narrator, scratch: Path) -> None:
        self._platform = platform
        self._narrator = narrator
        self._scratch = scratch
        deployment, connection = platform.deployment, platform.connection
        self._table = Table(connection.dynamodb(), deployment.table)
        self._store = ObjectStore(connection.s3(), deployment.bucket)
        self._events = iris_events()

    def run(self) -> None:
        """Go all the way.

        Raises
        ------
        DemoFailed
            A step's result is not what it should be.
        """
        say, step = self._narrator.say, self._narrator.step
        say(f"HTTP API [cyan]{self._platform.api_url}[/], AWS [cyan]{self._platform.aws_endpoint_url}[/]")
        with step("Create a client"):
            client = ClientAdmin.of(self._platform.deployment, self._platform.connection).create(_CLIENT)
            say(f"client [bold]{client.name}[/] with js key {client.js_key},")
            say(f"consumer key {client.consumer_key} and a secret")
            api = ApiClient(self._platform.api_url, client)
        with step(f"Send {len(self._events)} Iris events"):
            self._send(api)
        with step("See them in S3, as Firehose laid them"):
            raw = self._see(RAW_EVENTS, "raw event")
        with step("See them split by client"):
            self._check_split(raw, self._see(client_events(_CLIENT), "event of the client"))
        with step("Train training/iris_xgboost.py on the client's events"):
            artifact = self._train()
        with step("Register the pipeline"):
            trust = trust_of(self._platform.deployment, self._platform.connection)
            registered = training.register(artifact, _CLIENT, self._store, Registry(self._table), trust)
            say(f"pipeline [bold]{registered.pipeline}[/] answers as revision {registered.revision}")
        with step("Predict over HTTP"):
            say(orjson.dumps(_FLOWER).decode())
            self._predict("POST /predict", api.predict)
            self._predict("GET /js/predict", api.predict_js)
        with step("See the predictions in the log"):
            logged = self._wait_for(RAW_PREDICTIONS, 2, "logged prediction")
            for line in logged:
                say(f"[dim]{line.decode()[:76]}…[/]")

    def _send(self, api: ApiClient) -> None:
        by_oauth, by_page = self._events[0::2], self._events[1::2]
        accepted = sum(api.send_events(batch) for batch in _batches(by_oauth, _BATCH))
        _expect(accepted, len(by_oauth), "events accepted by POST /events")
        self._narrator.say(f"{accepted} by OAuth: POST /events, {_BATCH} at a time")
        for event in track(by_page, "   one by one", transient=True, console=self._narrator.console):
            api.send_js_event(event)
        self._narrator.say(f"{len(by_page)} as a page does: GET /js/event/new, one by one, each field as text")

    def _see(self, prefix: str, what: str) -> list[bytes]:
        lines = self._wait_for(prefix, len(self._events), what)
        found = Counter(_content(orjson.loads(line)) for line in lines)
        _expect(found, Counter(map(_content, self._events)), f"content of each {what}")
        keys = [summary.key for summary in self._store.list(prefix)]
        self._narrator.say(f"{len(lines)} lines, objects: {len(keys)}")
        for key in keys[:3]:
            self._narrator.say(f"[dim]{key}[/]")
        return lines

    def _check_split(self, raw: list[bytes], split: list[bytes]) -> None:
        _expect(Counter(split), Counter(raw), "split lines, against the raw ones")
        self._narrator.say("each line is byte for byte the raw one")

    def _train(self) -> Path:
        deployment, (first, last) = self._platform.deployment, training.last_two_days()
        version, directory = training.version_of_now(), self._scratch / "artifact"
        job = training.Job(_CLIENT, version, directory, signer_of(deployment, self._platform.connection))
        connection = self._platform.connection
        outcome = training.train_on_events(connection, deployment.bucket, DEFINITION, first, last, job)
        self._narrator.console.print(summary(outcome))
        if not outcome.parity.agrees:
            raise DemoFailed("the plan does not agree with the fitted pipeline")
        return outcome.directory

    def _predict(self, route: str, predict: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        began = time.perf_counter()
        answer = predict(_FLOWER)
        milliseconds = (time.perf_counter() - began) * 1000
        best = answer["predictions"][0]
        said = f"{best['predictedClass']} {best['prediction']:.4f}"
        if best["predictedClass"] != _SPECIES or best["prediction"] <= _LEAST_CONFIDENCE:
            raise DemoFailed(f"{route} says {said}, and not {_SPECIES} above {_LEAST_CONFIDENCE}")
        self._narrator.say(f"{route:15} -> [bold green]{said}[/] in {milliseconds:.1f} ms")

    def _wait_for(self, prefix: str, count: int, what: str) -> list[bytes]:
        """Return the lines below a prefix once there are enough: Firehose delivers every 2 s here."""
        give_up_at = time.monotonic() + _PATIENCE_S
        with self._narrator.console.status(f"waiting for {count} lines below {prefix}"):
            while len(lines := self._lines(prefix)) < count and time.monotonic() < give_up_at:
                time.sleep(0.2)
        _expect(len(lines), count, f"number of each {what}")
        return lines

    def _lines(self, prefix: str) -> list[bytes]:
        bodies = [self._store.get(summary.key) for summary in self._store.list(prefix)]
        return [line for body in bodies for line in gzip.decompress(body).splitlines()]


def _batches(events: list[dict[str, Any]], size: int) -> Iterable[list[dict[str, Any]]]:
    return (events[start : start + size] for start in range(0, len(events), size))


def _content(event: dict[str, Any]) -> bytes:
    return orjson.dumps(caller_fields(event), option=orjson.OPT_SORT_KEYS)


def _expect(found: object, expected: object, what: str) -> None:
    if found != expected:
        raise DemoFailed(f"{what}: expected {expected}, found {found}")
