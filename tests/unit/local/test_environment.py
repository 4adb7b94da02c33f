from __future__ import annotations

import os

import pytest

from augury.local.environment import environment


def test_variables_last_as_long_as_the_block_and_the_old_ones_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUGURY_STAGE", "production")
    monkeypatch.delenv("AUGURY_TABLE", raising=False)
    before = dict(os.environ)

    with environment({"AUGURY_STAGE": "local", "AUGURY_TABLE": "t"}):
        assert (os.environ["AUGURY_STAGE"], os.environ["AUGURY_TABLE"]) == ("local", "t")

    assert dict(os.environ) == before


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "AUGURY_BUCKET"])
def test_nothing_of_the_operators_own_account_is_seen_inside(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "theirs")

    with environment({}):
        assert name not in os.environ

    assert os.environ[name] == "theirs"


def test_proxies_are_kept_away_from_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "example.com")

    with environment({}):
        assert os.environ["NO_PROXY"] == "example.com,127.0.0.1,localhost"


def test_the_environment_comes_back_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(os.environ)

    with pytest.raises(ValueError, match="inside"), environment({"AUGURY_STAGE": "local"}):
        raise ValueError("inside")

    assert dict(os.environ) == before
