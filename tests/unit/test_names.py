"""Names that become part of keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.lake import client_events, model_prefix, split_output_key
from augury.names import ClientName, InvalidName, PipelineName, Version


@pytest.mark.parametrize("name", ["a", "acme", "acme-2", "0", "a" * 63])
def test_a_plain_name_is_taken(name: str) -> None:
    assert ClientName(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "-acme", "acme-", "Acme", "ac me", "acme/", "..", "../acme", "acme\n", "a\x00b", "%2e%2e", "a" * 64, "ümlaut"],
)
def test_a_name_that_could_leave_its_folder_is_refused(name: str) -> None:
    with pytest.raises(InvalidName, match="lower-case letters"):
        ClientName(name)


@pytest.mark.parametrize("value", [None, 1, ["acme"], b"acme"])
def test_what_is_no_text_is_no_name(value: object) -> None:
    with pytest.raises(InvalidName):
        ClientName(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("label", ["", ".", "..", "1..2", "-1", "A", "1/2", "1\n"])
def test_a_version_that_could_leave_its_folder_is_refused(label: str) -> None:
    with pytest.raises(InvalidName):
        Version(label)


@given(st.text())
def test_whatever_is_accepted_stays_in_its_clients_folder(text: str) -> None:
    try:
        client = ClientName(text)
    except InvalidName:
        return
    prefix = f"clients/{text}/"
    keys = [client_events(client), model_prefix(client, PipelineName("p"), Version("1"))]
    assert all(key.startswith(prefix) and "/../" not in key and key.count("//") == 0 for key in keys)


def test_split_output_keys_depend_on_the_source_alone() -> None:
    from datetime import date

    client, day = ClientName("acme"), date(2026, 11, 23)
    first, again = (split_output_key(client, day, "logs/events.2026/11/23/09/a.gz") for _ in range(2))
    other = split_output_key(client, day, "logs/events.2026/11/23/09/b.gz")

    assert first == again != other
    assert first.startswith("clients/acme/events/2026/11/23/augury-")
