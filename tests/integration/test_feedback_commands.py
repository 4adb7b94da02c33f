"""``augury feedback`` and ``augury variations`` on a running platform."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from augury.aws import ObjectStore
from augury.cli.app import app
from augury.lake import raw_predictions_hour
from augury.local import LocalPlatform


@pytest.fixture(scope="module", autouse=True)
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPlatform]:
    directory = tmp_path_factory.mktemp("operator")
    with (
        pytest.MonkeyPatch.context() as patch,
        LocalPlatform(port=0, state=directory / ".augury" / "local.json", runs_in_background=False) as platform,
    ):
        patch.chdir(directory)
        patch.setenv("COLUMNS", "200")
        augury("client", "create", "acme")
        yield platform


def augury(*arguments: str) -> str:
    outcome = CliRunner().invoke(app, ["--profile", "local", *arguments], catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout


def answered(puid: str, variation: str, at: datetime, **fields: Any) -> bytes:
    line = {
        "client": "acme",
        "puid": puid,
        "row": 0,
        "pipeline": "iris",
        "variation": variation,
        "shadow": False,
        "predictions": [{"prediction": 0.9, "predictedClass": "Iris-setosa", "confidence": 0.9}],
        "error": None,
        "latency_ms": 2.5,
        "time": at.isoformat(timespec="milliseconds"),
    }
    return json.dumps({**line, **fields}).encode() + b"\n"


def test_what_was_told_is_seen_beside_its_variation(platform: LocalPlatform) -> None:
    at = datetime.now(UTC)
    store = ObjectStore(platform.connection.s3(), platform.deployment.bucket)
    lines = [answered("one", "default", at), answered("two", "canary", at), answered("two", "new", at, shadow=True)]
    store.put(raw_predictions_hour(at) + "1.gz", gzip.compress(b"".join(lines)))
    told = json.loads(augury("feedback", "acme", "one", "--reward", "1", "--truth", "01", "--json"))
    assert (told["client"], told["puid"], told["reward"], told["truth"]) == ("acme", "one", 1, "01")

    day = f"{at:%Y-%m-%d}"
    found = json.loads(augury("variations", "acme", "iris", "--from", day, "--to", day, "--json"))["variations"]
    assert [(one["variation"], one["shadow"], one["calls"]) for one in found] == [
        ("canary", False, 1),
        ("default", False, 1),
        ("new", True, 1),
    ]
    assert [one["reward"] and one["reward"]["mean"] for one in found] == [None, 1, None]

    table = augury("variations", "acme", "iris", "--from", day, "--to", day)
    assert "new (shadow)" in table
    assert "Iris-setosa 1" in table
    assert "1 (0.2065 to 1) of 1" in table


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("feedback", "nobody", "p", "--reward", "1"), "there is no client 'nobody'"),
        (("feedback", "acme", "p"), "send a reward, a truth or both"),
        (("feedback", "acme", "p", "--reward", "nan"), "--reward must be a finite number"),
        (("feedback", "acme", "a\nb", "--truth", "x"), "puid: a text of 1 to 128 printable characters"),
        (("variations", "acme", "iris", "--from", "2026-11-23", "--to", "2026-11-22"), "before it begins"),
    ],
)
def test_a_mistake_is_said_and_not_traced(arguments: tuple[str, ...], said: str) -> None:
    outcome = CliRunner().invoke(app, ["--profile", "local", *arguments])
    assert outcome.exit_code == 1
    assert said in str(outcome.exception)
