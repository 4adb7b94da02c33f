"""One DynamoDB table with a partition key ``pk`` and a sort key ``sk``, both text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from augury.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Item = dict[str, Any]
"""An item's attributes: text, numbers, booleans, null, lists and maps, ``pk`` and ``sk`` among them.

DynamoDB has one type of number: what is whole comes back as an int.
"""

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


@dataclass(frozen=True, slots=True)
class Write:
    """One conditional put of a transaction.

    Parameters
    ----------
    item : Item
        Attributes, ``pk`` and ``sk`` among them.
    must_be_new : bool
        Refuse the write where an item with that key exists.
    expected : mapping, optional
        Attributes that the stored item must have with these values.
    """

    item: Item
    must_be_new: bool = False
    expected: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """The removal of one item in a transaction; removing what is not there changes nothing.

    Parameters
    ----------
    pk, sk : str
        The item's keys.
    expected : mapping, optional
        Attributes that the stored item must have with these values; it must then be there.
    """

    pk: str
    sk: str
    expected: Mapping[str, Any] | None = None


class Table:
    """Items of one table. Reads are consistent unless said otherwise.

    Parameters
    ----------
    client : DynamoDBClient
        boto3 client, from :class:`augury.aws.connection.Connection`.
    name : str
        Name of the table.
    """

    def __init__(self, client: DynamoDBClient, name: str) -> None:
        self._client = client
        self.name = name

    def get(self, pk: str, sk: str) -> Item | None:
        """Return an item, or None where there is none.

        Raises
        ------
        AwsUnavailable
            DynamoDB did not answer.
        """
        with translated(f"read {self.name}"):
            answer = self._client.get_item(
                TableName=self.name, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
            )
        return _item_from_wire(answer["Item"]) if "Item" in answer else None

    def query(self, pk: str, sk_prefix: str = "") -> Iterator[Item]:
        """Yield the items of a partition whose sort key starts with a prefix, in the order of sort keys."""
        condition = "pk = :pk AND begins_with(sk, :sk)" if sk_prefix else "pk = :pk"
        values: dict[str, Any] = {":pk": {"S": pk}} | ({":sk": {"S": sk_prefix}} if sk_prefix else {})
        with translated(f"query {self.name}"):
            for page in self._client.get_paginator("query").paginate(
                TableName=self.name,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ConsistentRead=True,
            ):
                yield from map(_item_from_wire, page["Items"])

    def put(self, item: Item, *, must_be_new: bool = False, expected: Mapping[str, Any] | None = None) -> None:
        """Write an item whole.

        Raises
        ------
        ConditionFailed
            An item with that key exists though it must be new, or lacks an expected value.
        AwsUnavailable
            DynamoDB did not take it.
        """
        with translated(f"write {self.name}"):
            self._client.put_item(**self._put_arguments(Write(item, must_be_new, expected)))

    def put_if_older(self, item: Item, attribute: str, than: float) -> None:
        """Write an item whole, where there is none yet or the stored one's attribute is below a number.

        Raises
        ------
        ConditionFailed
            The stored item is as new as that.
        AwsUnavailable
            DynamoDB did not take it.
        """
        with translated(f"write {self.name}"):
            self._client.put_item(
                TableName=self.name,
                Item=_item_to_wire(item),
                ConditionExpression="attribute_not_exists(pk) OR #attribute < :than",
                ExpressionAttributeNames={"#attribute": attribute},
                ExpressionAttributeValues={":than": _serialize(_with_decimals(than))},
            )

    def add(self, pk: str, sk: str, counts: Mapping[str, int], fixed: Mapping[str, Any]) -> dict[str, int]:
        """Add to an item's counts, set its fixed attributes, and return the counts that it has now.

        The item is made where it is missing. A call that is repeated because its answer was lost counts twice.

        Parameters
        ----------
        pk, sk : str
            The item's keys.
        counts : mapping of str to int
            What to add, by attribute; a missing attribute counts as 0.
        fixed : mapping
            Attributes to set, by name.

        Raises
        ------
        AwsUnavailable
            DynamoDB did not take it.
        """
        names = [*counts, *fixed]
        values = map(_serialize, map(_with_decimals, [*counts.values(), *fixed.values()]))
        added = ", ".join(f"#{i} :{i}" for i in range(len(counts)))
        settled = ", ".join(f"#{i} = :{i}" for i in range(len(counts), len(names)))
        with translated(f"write {self.name}"):
            answer = self._client.update_item(
                TableName=self.name,
                Key={"pk": {"S": pk}, "sk": {"S": sk}},
                UpdateExpression=f"ADD {added}" + (f" SET {settled}" if settled else ""),
                ExpressionAttributeNames={f"#{i}": name for i, name in enumerate(names)},
                ExpressionAttributeValues={f":{i}": value for i, value in enumerate(values)},
                ReturnValues="UPDATED_NEW",
            )
        now = _item_from_wire(answer["Attributes"])
        return {name: now[name] for name in counts}

    def transact(self, writes: Sequence[Write | Removal]) -> None:
        """Write and remove all items or none.

        Raises
        ------
        ConditionFailed
            The condition of one write did not hold; nothing was written.
        AwsUnavailable
            DynamoDB did not take it.
        """
        with translated(f"write {self.name}"):
            self._client.transact_write_items(TransactItems=[self._transaction_item(write) for write in writes])

    def _transaction_item(self, write: Write | Removal) -> Any:
        if isinstance(write, Removal):
            key = {"pk": {"S": write.pk}, "sk": {"S": write.sk}}
            return {"Delete": {"TableName": self.name, "Key": key, **_condition(write.expected or {})}}
        return {"Put": self._put_arguments(write)}

    def _put_arguments(self, write: Write) -> Any:
        arguments: dict[str, Any] = {"TableName": self.name, "Item": _item_to_wire(write.item)}
        if write.must_be_new:
            arguments["ConditionExpression"] = "attribute_not_exists(pk)"
        elif write.expected:
            arguments |= _condition(write.expected)
        return arguments


def _condition(expected: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that have a write refused unless the stored item has these values."""
    if not expected:
        return {}
    return {
        "ConditionExpression": " AND ".join(f"#{i} = :{i}" for i in range(len(expected))),
        "ExpressionAttributeNames": {f"#{i}": name for i, name in enumerate(expected)},
        "ExpressionAttributeValues": {f":{i}": _serialize(value) for i, value in enumerate(expected.values())},
    }


def _item_to_wire(item: Item) -> dict[str, Any]:
    return {name: _serialize(_with_decimals(value)) for name, value in item.items()}


def _item_from_wire(wire: Mapping[str, Any]) -> Item:
    return {name: _without_decimals(_deserialize(value)) for name, value in wire.items()}


def _with_decimals(value: Any) -> Any:
    """Turn floats into the decimals that DynamoDB's serializer insists on."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {key: _with_decimals(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_with_decimals(inner) for inner in value]
    return value


def _without_decimals(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _without_decimals(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_decimals(inner) for inner in value]
    return value
