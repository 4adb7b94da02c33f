"""``augury events`` against a running platform: sent, imported, checked."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from augury.aws import ObjectStore
from augury.cli.app import app
from augury.clients import ClientAdmin
from augury.lake import client_events
from augury.local import LocalPlatform
from augury.names import ClientName

KEY, SECRET = "sender", "a-secret-of-at-least-32-characters"
SENDER = ClientName("sender")
DAY = "2025-03-01"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPlatform]:
    directory = tmp_path_factory.mktemp("operator")
    with LocalPlatform(port=0, state=directory / ".augury" / "local.json", runs_in_background=False) as platform:
        clients = ClientAdmin.of(platform.deployment, platform.connection)
        clients.create(SENDER, consumer_key=KEY, consumer_secret=SECRET)
        for name in ("importer", "refusing", "reader"):
            clients.create(ClientName(name))
        with pytest.MonkeyPatch.context() as patched:
            patched.chdir(directory)
            yield platform


@pytest.fixture
def store(platform: LocalPlatform) -> ObjectStore:
    return ObjectStore(platform.connection.s3(), platform.deployment.bucket)


def run(*arguments: str, exit_code: int = 0, stdin: bytes | None = None) -> Result:
    environment = {"AUGURY_CONSUMER_KEY": KEY, "AUGURY_CONSUMER_SECRET": SECRET}
    outcome = CliRunner().invoke(app, ["--profile", "local", "events", *arguments], input=stdin, env=environment)
    assert outcome.exit_code == exit_code, (outcome.output, outcome.exception)
    return outcome


def run_json(*arguments: str, exit_code: int = 0, stdin: bytes | None = None) -> Any:
    return json.loads(run(*arguments, "--json", exit_code=exit_code, stdin=stdin).stdout)


def events_of(store: ObjectStore, client: str) -> list[dict[str, Any]]:
    bodies = [store.get(summary.key) for summary in store.list(client_events(ClientName(client)))]
    return [json.loads(line) for body in bodies for line in gzip.decompress(body).splitlines()]


def range_of_now() -> tuple[str, ...]:
    today = datetime.now(UTC).date()
    return ("--from", str(today - timedelta(days=1)), "--to", str(today))


def test_a_file_is_sent_in_batches_and_each_event_is_found_with_its_id(
    platform: LocalPlatform, store: ObjectStore, tmp_path: Path
) -> None:
    path = tmp_path / "events.ndjson.gz"
    path.write_bytes(gzip.compress(b"".join(b'{"file":%d}\n' % n for n in range(1_234))))
    report = run_json("send", "sender", str(path))
    assert (report["accepted"], report["rejected"], report["requests"]) == (1_234, 0, 3)
    platform.flush()
    found = [event for event in events_of(store, "sender") if "file" in event]
    assert sorted(event["file"] for event in found) == list(range(1_234))
    assert all(event["_event_id"] == event["event_id"] for event in found)


def test_an_array_is_sent_from_the_standard_input(platform: LocalPlatform, store: ObjectStore) -> None:
    shown = run("send", "sender", "-", stdin=b'[{"stdin": 1}, {"stdin": 2}]').stdout
    assert "accepted" in shown
    platform.flush()
    assert {event["stdin"] for event in events_of(store, "sender") if "stdin" in event} == {1, 2}


def test_rejected_lines_are_named_and_kept_in_a_file(platform: LocalPlatform, tmp_path: Path) -> None:
    lines = b'{"ok":1}\nnot json\n{"_event_id":"mine"}\n{"ok":2}\n[]\n'
    rejects = tmp_path / "rejects.ndjson"
    report = run_json("send", "sender", "--rejects", str(rejects), exit_code=1, stdin=lines)
    assert (report["accepted"], report["rejected"]) == (2, 3)
    assert sorted((entry["line"], entry["error_id"]) for entry in report["rejections"]) == [(2, 38), (3, 106), (5, 100)]
    assert b"not json\n" in rejects.read_bytes()
    assert run("send", "sender", "-", exit_code=1, stdin=lines).stdout.count("line ") == 3


def test_the_same_ids_sent_twice_are_duplicates_that_the_check_counts(platform: LocalPlatform) -> None:
    lines = b"".join(b'{"twice":%d,"event_id":"sent-twice-%06d"}\n' % (n, n) for n in range(10))
    for _ in range(2):
        run("send", "sender", stdin=lines)
    platform.flush()
    account = run_json("check", *range_of_now(), "--client", "sender")
    assert account["adds_up"]
    assert account["total"]["duplicates"] == 10


def test_wrong_credentials_and_missing_ones_say_so(platform: LocalPlatform, tmp_path: Path) -> None:
    wrong = run("send", "sender", "--secret", "x" * 40, exit_code=1, stdin=b"{}")
    assert "POST /token answered 401" in str(wrong.exception)
    other = run("send", "reader", exit_code=1, stdin=b"{}")
    assert "is of client 'sender', and not of 'reader'" in str(other.exception)
    missing = CliRunner().invoke(app, ["--profile", "local", "events", "send", "sender"], env={})
    assert "AUGURY_CONSUMER_KEY" in str(missing.exception)


def test_an_api_that_is_not_there_is_undelivered_and_nothing_is_lost(platform: LocalPlatform, tmp_path: Path) -> None:
    rejects = tmp_path / "undelivered.ndjson"
    options = ("--url", "http://127.0.0.1:9", "--tries", "1", "--rejects", str(rejects))
    report = run_json("send", "sender", *options, exit_code=1, stdin=b'{"n":1}\n{"n":2}\n')
    assert (report["accepted"], report["undelivered"], report["first_undelivered_line"]) == (0, 2, 1)
    kept = [json.loads(line) for line in rejects.read_bytes().splitlines()]
    assert [event["n"] for event in kept] == [1, 2]
    assert run_json("send", "sender", str(rejects))["accepted"] == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.json", b'[{"n":1,"zip":"007"},{"n":2.5}]'), ("b.ndjson", b'{"n":1,"zip":"007"}\n{"n":2.5}\n'),
     ("c.csv", b"n,zip\n1,007\n2.5,\n")],
)  # fmt: skip
def test_an_imported_file_is_read_back_for_training(
    platform: LocalPlatform, tmp_path: Path, name: str, content: bytes
) -> None:
    from augury.frames import read_events

    path, day = tmp_path / name, date(2025, 1, ord(name[0]) - ord("a") + 1)
    path.write_bytes(content)
    imported = run_json("import", "reader", str(path), "--date", str(day))
    assert (imported["outcome"], imported["events"]) == ("imported", 2)
    frame = read_events(platform.connection, platform.deployment.bucket, ClientName("reader"), day, day).frame
    assert sorted(frame["n"]) == [1, 2.5]
    assert frame["zip"].dropna().tolist() == ["007"]


def test_importing_again_changes_nothing(platform: LocalPlatform, store: ObjectStore, tmp_path: Path) -> None:
    path = tmp_path / "again.csv"
    path.write_bytes(b"n\n1\n2\n")
    assert "import: imported" in run("import", "importer", str(path), "--date", DAY).stdout.lower()
    before = list(store.list(client_events(ClientName("importer"))))
    assert "there already" in run("import", "importer", str(path), "--date", DAY).stdout
    assert list(store.list(client_events(ClientName("importer")))) == before


def test_a_bad_row_imports_nothing_until_it_may_be_skipped(
    platform: LocalPlatform, store: ObjectStore, tmp_path: Path
) -> None:
    path, rejects = tmp_path / "bad.ndjson", tmp_path / "report.ndjson"
    path.write_bytes(b'{"n":1}\n{"n":1,"n":2}\n{"n":3,"client":"other"}\n')
    refused = run("import", "refusing", str(path), "--date", DAY, exit_code=1)
    assert "line 2: An object names a key twice" in refused.stdout
    assert "bad.ndjson: 2 rows are no events: nothing was imported" in str(refused.exception)
    assert not events_of(store, "refusing")
    options = ("--date", DAY, "--skip-invalid", "--rejects", str(rejects))
    report = run_json("import", "refusing", str(path), *options)
    assert [refusal["row"] for refusal in report["refusals"]] == [2, 3]
    assert [event["n"] for event in events_of(store, "refusing")] == [1]
    assert [json.loads(line)["row"] for line in rejects.read_bytes().splitlines()] == [2, 3]


def test_a_file_that_breaks_off_imports_nothing(platform: LocalPlatform, store: ObjectStore, tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_bytes(b'[{"n":1},{"n":')
    assert "within element 2" in str(run("import", "reader", str(path), "--date", DAY, exit_code=1).exception)
    assert not [event for event in events_of(store, "reader") if event["_received_at"].startswith(DAY)]


def test_importing_for_nobody_says_how_to_make_the_client(platform: LocalPlatform, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"n\n1\n")
    assert "there is no client 'nobody'" in str(
        run("import", "nobody", str(path), "--date", DAY, exit_code=1).exception
    )


def test_a_lost_object_is_named_and_the_exit_code_tells(platform: LocalPlatform, store: ObjectStore) -> None:
    platform.flush()
    run("send", "sender", stdin=b'{"lost":1}')
    platform.flush()
    assert "It adds up." in run("check", *range_of_now(), "--hours").stdout
    (lost,) = [key for key in keys(store) if b'"lost"' in gzip.decompress(store.get(key))]
    store._client.delete_object(Bucket=store.bucket, Key=lost)
    shown = run("check", *range_of_now(), exit_code=1).stdout
    assert "1 missing" in shown
    assert "1 in logs/events." in shown


def keys(store: ObjectStore) -> list[str]:
    return [summary.key for summary in store.list(client_events(SENDER))]
