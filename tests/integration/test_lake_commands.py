"""``augury lake``, ``client export`` and the erasures against a running platform."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from augury.aws import ObjectStore, Table
from augury.cli.app import app, main
from augury.clients import ClientAdmin
from augury.lake import client_day, client_folder
from augury.local import LocalPlatform
from augury.names import ClientName
from augury.split.plan_rows import PlanRows, PlanState
from augury.split.run_lock import RunLock

SECRET = "a-secret-of-at-least-32-characters"
KEEPER, LEAVER, DROPPER = ClientName("keeper"), ClientName("leaver"), ClientName("dropper")


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPlatform]:
    directory = tmp_path_factory.mktemp("operator")
    with LocalPlatform(port=0, state=directory / ".augury" / "local.json", runs_in_background=False) as platform:
        clients = ClientAdmin.of(platform.deployment, platform.connection)
        for name in (KEEPER, LEAVER, DROPPER):
            clients.create(name, consumer_key=f"key-of-{name}", consumer_secret=SECRET)
        with pytest.MonkeyPatch.context() as patched:
            patched.chdir(directory)
            for name in (KEEPER, LEAVER):
                lines = b"".join(b'{"n":%d,"event_id":"an-order-%08d"}\n' % (n, n) for n in range(3))
                keys = ("--key", f"key-of-{name}", "--secret", SECRET)
                run("events", "send", name, *keys, stdin=lines)
            platform.flush()
            yield platform


@pytest.fixture
def store(platform: LocalPlatform) -> ObjectStore:
    return ObjectStore(platform.connection.s3(), platform.deployment.bucket)


def run(*arguments: str, exit_code: int = 0, stdin: bytes | None = None) -> Result:
    outcome = CliRunner().invoke(app, ["--profile", "local", *arguments], input=stdin)
    assert outcome.exit_code == exit_code, (outcome.output, outcome.exception)
    return outcome


def run_json(*arguments: str, exit_code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", exit_code=exit_code).stdout)


def days() -> tuple[str, ...]:
    today = datetime.now(UTC).date()
    return ("--from", str(today - timedelta(days=1)), "--to", str(today))


def events_of(store: ObjectStore, client: ClientName) -> list[int]:
    bodies = [store.get(summary.key) for summary in store.list(client_folder(client) + "events/")]
    return sorted(json.loads(line)["n"] for body in bodies for line in gzip.decompress(body).splitlines())


def test_a_folder_is_looked_through_and_the_exit_code_tells(platform: LocalPlatform, store: ObjectStore) -> None:
    folder = client_day(DROPPER, date(2026, 11, 23))
    assert "Nothing is wrong." in run("lake", "check", DROPPER).stdout
    store.put(folder + "good.csv", b"n\n1\n")
    assert "only NDJSON is queried" in run("lake", "check", DROPPER).stdout
    store.put(folder + "bad.ndjson", b'{"n":1}\n{"n":\n')
    shown = run("lake", "check", DROPPER, exit_code=1).stdout
    assert "2026/11/23/bad.ndjson" in shown
    assert "line 2" in shown
    assert "2 files with 3 rows. 1 thing is wrong." in shown
    report = run_json("lake", "check", DROPPER, "--from", "2026-11-23", exit_code=1)
    assert (report["files"], report["rows"], report["ok"]) == (2, 3, False)
    assert {found["severity"]: found["place"] for found in report["findings"]} == {"wrong": "line 2", "note": None}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_the_calendar_is_one_line_of_error(
    platform: LocalPlatform, day: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["augury", "--profile", "local", "events", "split", "--from", day])
    with pytest.raises(SystemExit, match="1"):
        main()
    assert "a day is out of range" in capsys.readouterr().err


def test_an_event_is_looked_for_then_erased_and_the_account_stays_right(
    platform: LocalPlatform, store: ObjectStore
) -> None:
    arguments = ("events", "erase", KEEPER, "an-order-00000001")
    planned = run_json(*arguments, "--dry-run")
    assert (planned["erased"], sum(planned["lines"].values())) == (False, 2)
    assert events_of(store, KEEPER) == [0, 1, 2]
    shown = run(*arguments, "--yes").stdout
    assert "erased" in shown
    assert events_of(store, KEEPER) == [0, 2]
    platform.flush()
    assert events_of(store, KEEPER) == [0, 2]
    assert run_json("events", "check", *days())["adds_up"]
    assert run_json(*arguments, "--yes")["lines"] == {}


def test_no_is_taken_for_an_answer(platform: LocalPlatform, store: ObjectStore) -> None:
    run("events", "erase", KEEPER, "an-order-00000002", exit_code=1, stdin=b"n\n")
    assert 2 in events_of(store, KEEPER)


def test_a_client_is_exported_deleted_and_erased(platform: LocalPlatform, store: ObjectStore, tmp_path: Path) -> None:
    report = run_json("client", "export", LEAVER, "--out", str(tmp_path / "out"))
    written = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert {"client.json", "registry.json", "export.json"} < written
    assert report["files"] == len(written) - 1
    about = (tmp_path / "out" / "client.json").read_text()
    assert f"key-of-{LEAVER}" in about
    assert SECRET not in about
    alive = run("client", "erase", LEAVER, "--yes", exit_code=1)
    assert "end it first" in str(alive.exception)
    run("client", "delete", LEAVER, "--yes")
    assert run_json("client", "erase", LEAVER, "--dry-run")["removed"]
    run("client", "erase", LEAVER, "--yes")
    assert not list(store.list(client_folder(LEAVER)))
    platform.flush()
    assert not list(store.list(client_folder(LEAVER)))
    assert run_json("events", "check", *days())["adds_up"]
    assert events_of(store, KEEPER)


def test_who_never_was_has_nothing(platform: LocalPlatform, tmp_path: Path) -> None:
    for command in (("export", "nobody", "--out", str(tmp_path)), ("erase", "nobody", "--yes")):
        assert "never was a client 'nobody'" in str(run("client", *command, exit_code=1).exception)
    assert "which is not empty" in str(run("events", "erase", KEEPER, "", "--yes", exit_code=1).exception)
    one_day = run("events", "erase", KEEPER, "x", "--from", "2026-11-23", exit_code=1)
    assert "both --from and --to" in str(one_day.exception)


def test_an_erasure_is_refused_while_the_split_in_bulk_is_at_work(platform: LocalPlatform, store: ObjectStore) -> None:
    table = Table(platform.connection.dynamodb(), platform.deployment.table)
    plans, lock = PlanRows(table), RunLock(table, "another run", 60)
    plans.record("a-plan", "split/plans/a-plan.json.gz")
    refused = run("events", "erase", KEEPER, "an-order-00000002", "--yes", exit_code=1)
    assert "unfinished plan, a-plan" in str(refused.exception)
    (row,) = plans.unfinished()
    plans.advance(row, PlanState.ABANDONED)
    lock.acquire()
    refused = run("events", "erase", KEEPER, "an-order-00000002", "--yes", exit_code=1)
    assert "run by another run" in str(refused.exception)
    lock.release()
    assert 2 in events_of(store, KEEPER)
    run("events", "erase", KEEPER, "an-order-00000002", "--yes")
    assert 2 not in events_of(store, KEEPER)
