"""One DynamoDB table."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augury.aws import AwsUnavailable, ConditionFailed, Removal, Table, Write

FRACTIONS = st.floats(-1e6, 1e6).map(lambda number: round(number, 6))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text() | FRACTIONS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1), inner, max_size=3),
    max_leaves=8,
)


def item(pk: str = "A", sk: str = "1", **attributes: Any) -> dict[str, Any]:
    return {"pk": pk, "sk": sk, **attributes}


def test_an_item_comes_back_with_its_types(table: Table) -> None:
    written = item(n=7, ratio=0.1, text="ü", flag=True, nothing=None, list=[1, 2.5, {"a": []}])
    table.put(written)
    read = table.get("A", "1")
    assert read == written
    assert isinstance(read["n"], int)


def test_a_missing_item_is_none(table: Table) -> None:
    assert table.get("A", "1") is None


def test_a_query_yields_a_partition_in_order(table: Table) -> None:
    for sk in ("B#2", "A#1", "B#1"):
        table.put(item(sk=sk))
    table.put(item(pk="other", sk="B#3"))
    assert [found["sk"] for found in table.query("A")] == ["A#1", "B#1", "B#2"]
    assert [found["sk"] for found in table.query("A", "B#")] == ["B#1", "B#2"]


def test_a_query_goes_over_every_page(table: Table) -> None:
    for number in range(30):
        table.put(item(sk=f"{number:03d}", padding="x" * 100_000))
    assert len(list(table.query("A"))) == 30


def test_a_new_item_does_not_replace_one(table: Table) -> None:
    table.put(item(n=1), must_be_new=True)
    with pytest.raises(ConditionFailed):
        table.put(item(n=2), must_be_new=True)
    assert table.get("A", "1") == item(n=1)


def test_an_expected_value_must_be_there(table: Table) -> None:
    table.put(item(revision=1))
    table.put(item(revision=2), expected={"revision": 1})
    for expected in ({"revision": 1}, {"revision": 2, "status": "x"}):
        with pytest.raises(ConditionFailed):
            table.put(item(revision=3), expected=expected)
    assert table.get("A", "1") == item(revision=2)


def test_a_transaction_is_all_or_nothing(table: Table) -> None:
    table.put(item(sk="taken"))
    with pytest.raises(ConditionFailed):
        table.transact([Write(item(sk="new")), Write(item(sk="taken"), must_be_new=True)])
    assert table.get("A", "new") is None


def test_a_transaction_removes_too(table: Table) -> None:
    table.put(item(sk="old"))
    table.transact([Write(item(sk="new")), Removal("A", "old"), Removal("A", "never there")])
    assert [found["sk"] for found in table.query("A")] == ["new"]


def test_counts_add_up_and_come_back(table: Table) -> None:
    assert table.add("A", "1", {"n": 2, "m": 0}, {"delete_after": 7}) == {"n": 2, "m": 0}
    assert table.add("A", "1", {"n": 3, "m": 1}, {"delete_after": 8}) == {"n": 5, "m": 1}
    assert table.get("A", "1") == item(n=5, m=1, delete_after=8)


def test_an_item_is_written_over_an_older_one_only(table: Table) -> None:
    table.put_if_older(item(at=10), "at", 10)
    with pytest.raises(ConditionFailed):
        table.put_if_older(item(at=11), "at", 10)
    table.put_if_older(item(at=12), "at", 11)
    assert table.get("A", "1") == item(at=12)


def test_a_missing_table_is_a_fault_of_the_deployment(table: Table) -> None:
    table.name = "missing"
    with pytest.raises(AwsUnavailable, match="missing"):
        table.get("A", "1")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.dictionaries(st.text(min_size=1).filter(lambda name: name not in ("pk", "sk")), VALUES, max_size=4))
def test_every_json_like_value_survives(table: Table, attributes: dict[str, Any]) -> None:
    table.put({"pk": "A", "sk": "1", **attributes})
    assert table.get("A", "1") == {"pk": "A", "sk": "1", **attributes}
