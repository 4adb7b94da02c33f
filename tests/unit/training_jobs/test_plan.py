"""Requests, and the jobs that they become."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.lake import client_folder
from augury.names import ClientName, Version
from augury.training.container import read_hyperparameters
from augury.training_jobs import InvalidTraining, Stage, TrainingRequest, plan_job, read_request, role_name
from augury.training_jobs.sources import named, read_source

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)
VERSIONS = st.from_regex(r"[a-z0-9](?!.*\.\.)[a-z0-9.-]{0,62}", fullmatch=True)


def asked(**changes: Any) -> dict[str, Any]:
    told = {"client": "acme", "pipeline": "iris", "definition": "iris.py", "source": "x = 1", "days": 7}
    return {name: value for name, value in {**told, **changes}.items() if value is not None}


def stage(*clients: str) -> Stage:
    return Stage("prod", "lake", "arn:aws:kms:eu-west-1:1:key/k", "arn:aws:iam::1:role/", frozenset(clients))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"client": "../x"}, "client: "),
        ({"definition": "../iris.py"}, "definition: "),
        ({"definition": "iris.sh"}, "definition: "),
        ({"source": "é" * 70_000}, "source: Value error, the file has more than 128 KiB"),
        ({"days": None}, "give days, or first and last"),
        ({"first": "2026-11-01"}, "give days, or first and last, not both"),
        ({"days": None, "first": "2026-11-02", "last": "2026-11-01"}, "first not after last"),
        ({"data": "example"}, "leave days, first and last out"),
        ({"data": "s3://elsewhere"}, "data: "),
        ({"role": "arn:aws:iam::1:role/admin"}, "role: Extra inputs"),
        ({"folds": 1}, "folds: "),
    ],
)
def test_what_can_not_be_trained_is_refused_by_the_name_of_its_field(wrong: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidTraining, match=re.escape(reason)):
        read_request(asked(**wrong))


def test_days_end_with_the_utc_day_on_which_it_starts() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=timezone(timedelta(hours=-5)))

    told = plan_job(read_request(asked()), stage("acme"), late).hyperparameters

    assert (told["first"], told["last"]) == (str(date(2026, 11, 18)), str(date(2026, 11, 24)))


def test_a_client_without_a_role_does_not_train() -> None:
    with pytest.raises(InvalidTraining, match="client 'acme' does not train on stage 'prod': add it"):
        plan_job(read_request(asked()), stage("acme-2"), AT)


@given(client=NAMES, pipeline=NAMES, version=VERSIONS | st.none(), stage_name=st.sampled_from(["dev", "prod"]))
def test_every_name_becomes_one_that_sagemaker_and_iam_take(
    client: str, pipeline: str, version: str | None, stage_name: str
) -> None:
    there = Stage(stage_name, "lake", "key", "arn:aws:iam::1:role/", frozenset({client}))
    plan = plan_job(read_request(asked(client=client, pipeline=pipeline, version=version)), there, AT)

    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", plan.job)
    assert plan.job.startswith(f"augury-{stage_name}-")
    assert re.fullmatch(r"[\w+=,.@-]{1,64}", role_name(stage_name, ClientName(client)))
    told = plan.as_json()["job"]
    uris = (told["DefinitionUri"], told["OutputUri"], told["CheckpointUri"])
    assert all(uri.startswith(f"s3://lake/{client_folder(ClientName(client))}") for uri in uris)


@given(clients=st.sets(NAMES, min_size=2, max_size=2))
def test_two_clients_never_share_a_role(clients: set[str]) -> None:
    one, other = map(ClientName, clients)

    assert role_name("prod", one) != role_name("prod", other)


def test_two_jobs_of_one_version_have_different_names() -> None:
    request = read_request(asked(version="1"))

    names = {plan_job(request, stage("acme"), AT + timedelta(seconds=s)).job for s in range(3)}

    assert len(names) == 3


@given(
    st.fixed_dictionaries(
        {
            "folds": st.integers(2, 20),
            "seed": st.integers(0, 2**31),
            "tune": st.none() | st.integers(1, 100),
            "fold_kind": st.none() | st.sampled_from(["stratified", "plain", "time", "grouped"]),
            "fold_by": st.none() | st.text(min_size=1, max_size=20).filter(lambda text: '"' not in text),
            "examples": st.booleans(),
        }
    )
)
def test_the_container_reads_what_the_plan_tells_it(options: dict[str, Any]) -> None:
    request = TrainingRequest.model_validate(asked(**options))
    told = plan_job(request, stage("acme"), AT).hyperparameters

    read = read_hyperparameters(Path("missing"), [f"--{name}={value}" for name, value in told.items()])

    assert (read.client, read.pipeline, read.version) == ("acme", "iris", Version("20261123-093000"))
    assert {name: getattr(read, name) for name in options} == options


@pytest.mark.parametrize(
    ("name", "source", "reason"),
    [
        ("iris.py", "def", "is no Python: invalid syntax, line 1"),
        ("iris.py", "NAME = str(1)", "write NAME as a text"),
        ("iris.py", "NAME = 'No Name'", "define NAME"),
        ("Iris.py", "", "define NAME"),
    ],
)
def test_a_definition_whose_name_is_not_known_without_running_it_is_refused(
    name: str, source: str, reason: str
) -> None:
    with pytest.raises(InvalidTraining, match=reason):
        named(Path(name), source)


def test_a_file_that_is_not_there_or_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "iris.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidTraining, match="can't be read as text"):
        read_source(tmp_path / "iris.py")
    with pytest.raises(InvalidTraining, match="there is no pipeline definition"):
        read_source(tmp_path / "other.py")


def test_the_plan_fits_what_step_functions_carries() -> None:
    largest = read_request(asked(source="\x00" * 40_000))

    assert len(json.dumps(largest.model_dump(mode="json"))) < 256 * 1024
