"""Who answers, by the command line and over HTTP: canary, rollback, services, shadows, and clients that stay apart."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3
from typer.testing import CliRunner

from augury.artifacts import load, save
from augury.aws import ObjectStore
from augury.cli.app import app
from augury.cli.signatures import signer_of
from augury.lake import RAW_PREDICTIONS
from augury.local import LocalPlatform
from tests.artifacts import FLOWER, TRUST, trained_iris
from tests.services import answering, service

PATIENCE_S = 10.0


def augury(*arguments: str) -> str:
    outcome = CliRunner().invoke(app, ["--profile", "local", *arguments], catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout


def refusal(*arguments: str) -> str:
    outcome = CliRunner().invoke(app, ["--profile", "local", *arguments])
    assert outcome.exit_code == 1
    return str(outcome.exception)


@dataclass
class Caller:
    """A client, over HTTP."""

    name: str
    api_url: str
    token: str
    http: urllib3.PoolManager

    def get(self, path: str) -> tuple[int, Any]:
        answer = self.http.request("GET", self.api_url + path, headers={"Authorization": f"Bearer {self.token}"})
        return answer.status, json.loads(answer.data)

    def ask(self, key: str = "k", **meta: str) -> tuple[int, Any]:
        body = json.dumps({"meta": {"key": key, **meta}, "data": FLOWER}).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        answer = self.http.request("POST", f"{self.api_url}/predict", body=body, headers=headers)
        return answer.status, json.loads(answer.data)

    def variation(self, key: str = "k") -> str:
        status, answer = self.ask(key)
        assert status == 200, answer
        return str(answer["meta"]["variation"])

    def ask_until(self, holds: Callable[[], bool]) -> int:
        """Ask until something holds, and return how many answers that took; each of them must be one."""
        began, asked = time.monotonic(), 0
        while not holds():
            assert time.monotonic() - began < PATIENCE_S, "the change took longer than it may"
            asked += 1
        return asked

    def ask_until_settled(self, keys: list[str]) -> None:
        """Ask for some keys until each variation that has a share of the calls answers one, and no other does."""
        deployment = json.loads(augury("pipeline", "list", self.name, "--json"))[0]
        wanted = {one["label"] for one in deployment["variations"] if one["ratio"]}
        self.ask_until(lambda: {self.variation(key) for key in keys} == wanted)


@contextmanager
def constant_load(caller: Caller, callers: int = 4) -> Iterator[list[int]]:
    """Ask all the time while it lasts, and give the statuses of the answers."""
    statuses: list[int] = []
    is_over = threading.Event()

    def keep_asking(number: int) -> None:
        while not is_over.is_set():
            statuses.append(caller.ask(f"load-{number}-{len(statuses) % 100}")[0])

    threads = [threading.Thread(target=keep_asking, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


@dataclass
class World:
    """A platform with an operator's directory."""

    platform: LocalPlatform
    directory: Path

    def client(self, name: str) -> Caller:
        made = json.loads(augury("client", "create", name, "--json"))
        http = urllib3.PoolManager(retries=False, timeout=30, maxsize=8)
        form = {"client_id": made["consumer_key"], "client_secret": made["consumer_secret"]}
        fields = {"grant_type": "client_credentials", **form}
        answer = http.request("POST", f"{self.platform.api_url}/token", fields=fields, encode_multipart=False)
        return Caller(name, self.platform.api_url, json.loads(answer.data)["access_token"], http)

    def add(self, client: Caller, version: str, *options: str) -> None:
        """Register the Iris artifact anew, as another client's and version, signed with the platform's key."""
        trained = load(trained_iris().directory, TRUST)
        manifest = trained.manifest.model_copy(update={"client": client.name, "version": version})
        directory = self.directory / f"{client.name}-{version}"
        save(directory, manifest, trained.files, signer_of(self.platform.deployment, self.platform.connection))
        augury("pipeline", "register", client.name, str(directory), *options)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("operator")
    with LocalPlatform(0, state=directory / ".augury" / "local.json", runs_in_background=False) as platform:
        yield World(platform, directory)


@pytest.fixture(autouse=True)
def in_directory(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world.directory)


@pytest.fixture(scope="module")
def acme(world: World) -> Caller:
    """A client with version 1 that answers and version 2 that stands by."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(world.directory)
        acme = world.client("acme")
        world.add(acme, "1")
        world.add(acme, "2", "--standby")
    return acme


def test_a_canary_grows_is_promoted_and_rolled_back_without_one_failed_request(
    acme: Caller, record_testsuite_property: Callable[[str, object], None]
) -> None:
    keys = [f"user-{n}" for n in range(30)]
    callers: list[set[str]] = []
    with constant_load(acme) as statuses:
        assert {acme.variation(key) for key in keys} == {"default"}
        for ratio in ("0.2", "0.5", "1"):
            augury("pipeline", "promote", "acme", "iris", "2", "--ratio", ratio, "--label", "canary", "--why", "a try")
            acme.ask_until_settled(keys)
            callers.append({key for key in keys if acme.variation(key) == "canary"})
        shown = augury("pipeline", "rollback", "acme", "iris", "--to", "1", "--why", "enough")
        acme.ask_until(lambda: acme.variation() == "default")
    record_testsuite_property("requests while deployments changed", len(statuses))
    assert set(statuses) == {200}
    assert callers[0] <= callers[1] <= callers[2] == set(keys)
    assert "canary" in shown
    revisions = json.loads(augury("pipeline", "show", "acme", "iris", "--json"))["revisions"]
    assert [one["reason"] for one in revisions[1:]] == ["a try"] * 3 + ["enough"]
    assert revisions[-1]["restores"] == 1
    assert all(one["changed_by"] and one["changed_at"] for one in revisions)


def test_a_dry_run_shows_the_change_and_makes_none(acme: Caller) -> None:
    before = augury("pipeline", "show", "acme", "iris", "--json")
    shown = augury("pipeline", "promote", "acme", "iris", "2", "--ratio", "0.25", "--dry-run")
    assert "Nothing was changed." in shown
    assert "75%" in shown
    planned = json.loads(augury("pipeline", "promote", "acme", "iris", "2", "--ratio", "0.25", "--dry-run", "--json"))
    assert planned["done"] is False
    assert planned["shares"] == {"default": {"before": 1.0, "after": 0.75}, "2": {"before": None, "after": 0.25}}
    assert augury("pipeline", "show", "acme", "iris", "--json") == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["promote", "acme", "iris", "9"], "no version '9'; registered: 1, 2"),
        (["promote", "acme", "iris", "2", "--ratio", "2"], "above 0 and up to 1"),
        (["promote", "acme", "iris", "https://user@example.com"], "no address of a target"),
        (["promote", "acme", "iris", "lambda:f", "--ratio", "0.5"], "--label"),
        (["rollback", "acme", "wine"], "no pipeline 'wine'; it has iris"),
        (["rollback", "acme", "iris", "--to", "99"], "no revision 99"),
        (["withdraw", "acme", "iris", "default"], "the only one that answers"),
        (["show", "acme", "wine"], "no pipeline 'wine'"),
        (["default", "acme", "wine"], "no pipeline 'wine'"),
        (["list", "nobody"], "there is no client 'nobody'"),
    ],
)
def test_a_change_that_cannot_be_made_is_said_in_one_line(acme: Caller, arguments: list[str], message: str) -> None:
    assert message in refusal("pipeline", *arguments)


def test_people_see_variations_versions_and_revisions(acme: Caller) -> None:
    shown = augury("pipeline", "show", "acme", "iris")
    for word in ("default", "100%", "Versions of iris", "accuracy", "plan", "version 1 registered"):
        assert word in shown
    assert "iris (default)" in augury("pipeline", "list", "acme")


def test_an_operator_asks_a_variation_that_clients_cannot_choose(acme: Caller) -> None:
    augury("pipeline", "promote", "acme", "iris", "2", "--ratio", "0.000001", "--label", "hidden")
    asked = json.dumps({"meta": {"variation": "hidden"}, "data": FLOWER})
    assert json.loads(augury("predict", "acme", asked))["meta"]["variation"] == "default"
    answer = json.loads(augury("predict", "acme", asked, "--variation", "hidden"))
    assert answer["meta"]["variation"] == "hidden"
    assert answer["predictions"][0]["predictedClass"] == "Iris-virginica"
    assert acme.ask(variation="hidden")[1]["meta"]["variation"] == "default"
    augury("pipeline", "withdraw", "acme", "iris", "hidden")


def test_two_clients_with_pipelines_of_one_name_stay_apart(world: World, acme: Caller) -> None:
    other = world.client("other")
    assert other.ask(pipeline="iris")[0] == 404
    assert other.get("/pipelines") == (200, {"pipelines": []})
    assert other.get("/pipelines/iris")[0] == 404
    world.add(other, "theirs")
    assert other.ask(pipeline="iris")[0] == 200
    (theirs,) = other.get("/pipelines/iris")[1]["versions"]
    assert theirs["version"] == "theirs"
    assert [one["version"] for one in acme.get("/pipelines/iris")[1]["versions"]] == ["1", "2"]
    world.platform.flush()
    store = ObjectStore(world.platform.connection.s3(), world.platform.deployment.bucket)
    bodies = [gzip.decompress(store.get(one.key)) for one in store.list(RAW_PREDICTIONS)]
    logged = {(line["client"], line["version"]) for body in bodies for line in map(json.loads, body.splitlines())}
    assert ("other", "theirs") in logged
    assert logged <= {("other", "theirs"), ("acme", "1"), ("acme", "2")}


def test_a_pipeline_is_described_to_its_client(acme: Caller) -> None:
    status, described = acme.get("/pipelines/iris")
    assert status == 200
    answering_one = next(one for one in described["versions"] if one["answers"])
    assert [field["name"] for field in answering_one["inputs"]] == ["f1", "f2", "f3", "f4"]
    assert answering_one["metrics"]["accuracy"] > 0.9
    for path in ("/pipelines/wine", "/pipelines/..%2Firis", "/pipelines/IRIS"):
        status, error = acme.get(path)
        assert (status, error["error_id"]) == (404, 120)


def test_a_service_answers_fails_and_is_answered_for(world: World) -> None:
    beta = world.client("beta")
    with service() as remote:
        augury("pipeline", "promote", "beta", "scores", remote.url(), "--label", "theirs")
        status, answer = beta.ask()
        assert (status, answer["meta"]["modelName"]) == (200, "theirs")
        assert answer["predictions"] == [{"prediction": 0.75, "predictedClass": "a", "confidence": 0.75}]
        assert remote.asked[0].form["client"] == ["beta"]
        remote.answering = answering(b"a stack trace", 500)
        status, error = beta.ask()
        assert (status, error["error_id"], error["details"][0]["loc"]) == (
            502, 131, ["target", f"http://127.0.0.1:{remote.port}"],
        )  # fmt: skip
        with service() as other:
            augury("pipeline", "promote", "beta", "scores", remote.url(), "--fallback", other.url())
            beta.ask_until(lambda: beta.ask()[0] == 200)


def test_a_host_that_is_not_allowed_is_not_called(world: World) -> None:
    gamma = world.client("gamma")
    augury("pipeline", "promote", "gamma", "scores", "https://169.254.169.254/latest", "--label", "theirs")
    status, error = gamma.ask()
    assert (status, error["details"][0]["msg"]) == (502, "its host is not on the operator's list")


def test_a_shadow_is_logged_and_not_answered(world: World, acme: Caller) -> None:
    with service() as remote:
        augury("pipeline", "promote", "acme", "iris", remote.url(), "--shadow", "--label", "shown")
        acme.ask_until(lambda: acme.variation() == "default" and bool(remote.asked))
    assert "shown" not in json.dumps(acme.get("/pipelines/iris")[1])
    augury("pipeline", "withdraw", "acme", "iris", "shown")


def _failed(*arguments: str) -> str:
    outcome = CliRunner().invoke(app, ["--profile", "local", *arguments])
    assert outcome.exit_code == 1
    return outcome.stdout


def test_the_rows_of_a_file_are_answered_like_a_request(world: World, acme: Caller) -> None:
    rows, out = world.directory / "rows.csv", world.directory / "scores.ndjson"
    rows.write_text("f1,f2,f3,f4\n1,2.7,5.3,1.9\n")
    told = json.loads(augury("predict", "acme", "--file", str(rows), "--out", str(out), "--json"))
    assert told == {"out": str(out), "rows": 1, "refused": 0, "resumed_at": 0}
    predictions = json.loads(out.read_text())["predictions"]
    assert predictions == acme.ask()[1]["predictions"]
    artifact = ("--artifact", str(world.directory / "acme-1"))
    augury("predict", "acme", "--file", str(rows), "--out", str(out), *artifact)
    assert json.loads(out.read_text())["predictions"] == predictions


def test_a_file_with_rows_that_do_not_fit_ends_with_exit_code_1(world: World, acme: Caller) -> None:
    rows, out = world.directory / "rows.ndjson", world.directory / "scores.csv"
    rows.write_text('{"f1":1,"f2":2.7,"f3":5.3,"f4":1.9}\n{}\n')
    said = _failed("predict", "acme", "--file", str(rows), "--out", str(out))
    assert "2 rows are in" in said
    assert "1 have no prediction" in said
    assert len(out.read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "a JSON argument, or --file with --out"),
        (["--file", "rows.csv"], "--file needs --out"),
        (["{}", "--file", "rows.csv", "--out", "o.csv"], "takes no JSON argument"),
        (["--file", "rows.csv", "--out", "o.csv", "--artifact", ".", "--variation", "x"], "leave out"),
        (["--file", "rows.csv", "--out", "o.csv", "--artifact", "."], "manifest.json"),
        (["--file", "rows.csv", "--out", "o.csv", "--pipeline", "wine"], "no pipeline 'wine'"),
        (["--file", "rows.csv", "--out", "o.csv", "--variation", "x"], "has variations default"),
        (["--file", "rows.csv", "--out", "o.txt"], "must end with"),
    ],
)
def test_a_batch_that_cannot_be_is_said_in_one_line(
    world: World, acme: Caller, arguments: list[str], message: str
) -> None:
    (world.directory / "rows.csv").write_text("f1,f2,f3,f4\n1,2.7,5.3,1.9\n")
    assert message in refusal("predict", acme.name, *arguments)
