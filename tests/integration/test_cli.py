"""The command line against a running platform."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from augury.cli.app import app, main
from augury.local import LocalPlatform
from tests.artifacts import DEFINITION

SECRET = "a-secret-of-at-least-32-characters"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("operator")
    state = directory / ".augury" / "local.json"
    with LocalPlatform(port=0, state=state, runs_in_background=False):
        yield directory


@pytest.fixture(autouse=True)
def in_directory(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(directory)


def run(*arguments: str) -> str:
    outcome = CliRunner().invoke(app, ["--profile", "local", *arguments], catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout


def refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    monkeypatch.setattr("sys.argv", ["augury", "--profile", "local", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    return " ".join(shown.err.split())


def test_a_client_is_made_and_its_secret_shown_once() -> None:
    made = json.loads(run("client", "create", "shown-once", "--json"))
    assert set(made) == {"name", "js_key", "consumer_key", "consumer_secret"}
    assert made["name"] == "shown-once"
    listed = run("client", "list", "--json")
    assert "shown-once" in {client["name"] for client in json.loads(listed)}
    assert made["consumer_secret"] not in listed


def test_people_see_tables() -> None:
    created = run("client", "create", "people", "--js-key", "js-of-people", "--consumer-secret", SECRET)
    assert "js-of-people" in created
    assert "won't be shown again" in created
    assert "people" in run("client", "list")


def test_a_secret_is_printed_whole_on_the_narrowest_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    secret = "s" * 256
    key = "k" * 128
    created = run("client", "create", "narrowest", "--consumer-key", key, "--consumer-secret", secret)
    assert secret in created
    assert key in created
    assert key in run("keys", "list", "narrowest")
    assert key in run("client", "show", "narrowest")


def test_a_client_is_shown_with_its_keys_quota_and_data() -> None:
    made = json.loads(run("client", "create", "shown", "--events-per-day", "100", "--allow", "events", "--json"))
    run("client", "update", "shown", "--events-per-second", "5", "--origin", "https://shop.example")
    shown = json.loads(run("client", "show", "shown", "--json"))
    assert (shown["name"], shown["events_per_second"], shown["events_per_day"]) == ("shown", 5, 100)
    js, oauth = sorted(shown["keys"], key=lambda key: str(key["scope"]), reverse=True)
    assert (js["key"], js["origins"], js["allows"]) == (made["js_key"], ["https://shop.example"], ["events"])
    assert (oauth["key"], oauth["last_used_at"], oauth["status"]) == (made["consumer_key"], None, "live")
    assert [one["prefix"] for one in shown["data"]["prefixes"]] == ["clients/shown/events/", "clients/shown/models/"]
    assert made["consumer_secret"] not in json.dumps(shown)
    assert (
        json.loads(run("client", "update", "shown", "--no-quota", "--any-origin", "--json"))["events_per_day"] is None
    )


def test_a_secret_is_rotated_shown_once_and_the_old_one_revoked() -> None:
    made = json.loads(run("client", "create", "rotating", "--json"))
    rotated = json.loads(run("keys", "rotate", "rotating", "--scope", "all", "--grace", "1h", "--json"))
    assert rotated["consumer_key"] == made["consumer_key"]
    assert rotated["old_until"].endswith("Z")
    listed = run("keys", "list", "rotating", "--json")
    assert rotated["consumer_secret"] not in listed
    [oauth] = [key for key in json.loads(listed) if key["scope"] == "all"]
    old, new = oauth["secrets"]
    assert (old["status"], old["expires_at"], new["expires_at"]) == ("live", rotated["old_until"], None)
    run("keys", "revoke", "rotating", made["consumer_key"], "--secret-id", old["secret_id"], "--yes")
    [oauth] = [key for key in json.loads(run("keys", "list", "rotating", "--json")) if key["scope"] == "all"]
    assert [one["secret_id"] for one in oauth["secrets"]] == [new["secret_id"]]


def test_a_js_key_is_rotated_to_one_of_the_operators_own() -> None:
    made = json.loads(run("client", "create", "paged", "--json"))
    shown = run("keys", "rotate", "paged", "--scope", "js", "--key", "paged-js-2", "--expires", "90d")
    assert "paged-js-2" in shown
    keys = {key["key"]: key for key in json.loads(run("keys", "list", "paged", "--json"))}
    assert keys[made["js_key"]]["expires_at"] is not None
    assert keys["paged-js-2"]["status"] == "live"


def test_a_client_is_deleted_after_a_question_and_it_is_said_what_remains(directory: Path) -> None:
    run("client", "create", "leaving")
    asked = CliRunner().invoke(app, ["--profile", "local", "client", "delete", "leaving"], input="n\n")
    assert asked.exit_code == 1
    assert "leaving" in run("client", "list")
    said = run("client", "delete", "leaving", "--yes")
    assert "clients/leaving/events/" in said
    assert "0 objects" in said
    assert "leaving" not in {client["name"] for client in json.loads(run("client", "list", "--json"))}


def test_a_taken_name_is_one_line_of_error(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    run("client", "create", "taken")
    assert "client 'taken' exists" in refused(capsys, monkeypatch, "client", "create", "taken")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("client", "create", "../x"), "lower-case letters"),
        (("client", "create", "short", "--consumer-secret", "abc"), "at least 32 characters"),
        (("client", "create", "odd", "--origin", "shop.example"), "origin 'shop.example' must be like"),
        (("client", "create", "odd", "--expires", "soon"), "--expires must be a duration"),
        (("client", "show", "nobody"), "there is no client 'nobody'"),
        (("client", "delete", "nobody", "--yes"), "there is no client 'nobody'"),
        (("client", "update", "nobody", "--any-origin", "--origin", "https://a.example"), "exclude each other"),
        (("keys", "list", "nobody"), "there is no client 'nobody'"),
        (("keys", "rotate", "nobody", "--scope", "js"), "there is no client 'nobody'"),
        (("keys", "rotate", "nobody", "--scope", "js", "--secret", SECRET), "a js key has no secret"),
        (("keys", "rotate", "nobody", "--scope", "all", "--origin", "https://a.example"), "only a js key has origins"),
        (("keys", "rotate", "nobody", "--scope", "all", "--grace", "-1"), "--grace must be a duration"),
        (("keys", "revoke", "nobody", "key", "--yes"), "there is no client 'nobody'"),
        (("lake", "check", "nobody"), "there never was a client 'nobody'"),
        (("events", "split", "--from", "2026-11-01", "--client", "nobody"), "there never was a client 'nobody'"),
        (("events", "erase", "nobody", "an-event-of-theirs"), "there never was a client 'nobody'"),
        (("pipeline", "list", "nobody"), "there is no client 'nobody'"),
        (("pipeline", "train", "missing.py", "--client", "nobody"), "there is no client 'nobody'"),
        (("pipeline", "register", "nobody", "."), "there is no client 'nobody'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    assert said in refused(capsys, monkeypatch, *arguments)


def test_without_a_platform_it_says_how_to_start_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "augury local up" in refused(capsys, monkeypatch, "client", "list")


def test_training_without_events_says_so(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    run("client", "create", "eventless")
    arguments = (
        "pipeline",
        "train",
        str(DEFINITION),
        "--client",
        "eventless",
        "--from",
        "2026-11-01",
        "--to",
        "2026-11-02",
    )
    assert "has no events from 2026-11-01 to 2026-11-02" in refused(capsys, monkeypatch, *arguments)


def test_registering_something_else_than_an_artifact_names_the_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run("client", "create", "careless")
    assert "manifest.json" in refused(capsys, monkeypatch, "pipeline", "register", "careless", str(tmp_path))


def test_help_and_version_are_there() -> None:
    assert "augury 0." in CliRunner().invoke(app, ["--version"]).stdout
    for group in ((), ("client",), ("keys",), ("pipeline",), ("local",), ("demo",)):
        outcome = CliRunner().invoke(app, [*group, "--help"])
        assert outcome.exit_code == 0
        assert "Usage" in outcome.stdout


def test_a_secret_is_printed_whole_in_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    words = run("client", "create", "narrow").split()
    (secret,) = (word for word in words if word.startswith("augury_sk_"))
    assert len(secret) == len("augury_sk_") + 43 + 1 + 8


def test_without_a_region_it_says_what_to_set(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    said = refused(capsys, monkeypatch, "--profile", "aws", "client", "list")
    assert "set AWS_REGION" in said
