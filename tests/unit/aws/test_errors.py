"""What a failed call to AWS means."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from augury.aws import AwsUnavailable, ConditionFailed, Table, Write
from augury.aws.errors import translated


def cancelled(*reasons: str) -> ClientError:
    response: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
    }
    return ClientError(response, "TransactWriteItems")


@pytest.mark.parametrize(
    ("reasons", "failed"),
    [
        (("ConditionalCheckFailed",), (0,)),
        (("None", "ConditionalCheckFailed", "None", "ConditionalCheckFailed"), (1, 3)),
        (("ThrottlingError", "ConditionalCheckFailed"), (1,)),
    ],
)
def test_a_failed_condition_says_which_writes_it_was(reasons: tuple[str, ...], failed: tuple[int, ...]) -> None:
    with pytest.raises(ConditionFailed) as raised, translated("write"):
        raise cancelled(*reasons)
    assert raised.value.failed == failed


@pytest.mark.parametrize(
    "reasons",
    [("ThrottlingError", "None"), ("None", "ProvisionedThroughputExceeded"), ("TransactionConflict",), ()],
)
def test_a_throttled_transaction_is_no_failed_condition(reasons: tuple[str, ...]) -> None:
    cause = next((reason for reason in reasons if reason != "None"), "no reason")
    with pytest.raises(AwsUnavailable, match=cause), translated("write"):
        raise cancelled(*reasons)


def test_the_embedded_table_says_which_writes_it_was_too(table: Table) -> None:
    table.put({"pk": "A", "sk": "taken"})
    writes = [Write({"pk": "A", "sk": sk}, must_be_new=True) for sk in ("new", "taken")]
    with pytest.raises(ConditionFailed) as raised:
        table.transact(writes)
    assert raised.value.failed == (1,)
