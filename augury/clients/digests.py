"""What is kept of secrets: one item each, apart from the key that they belong to.

Functions that authenticate calls read keys, and have no right to read these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from augury.clients.partitions import SECRET

if TYPE_CHECKING:
    from augury.aws import Item, Table

_NO_SECRET = "none"  # noqa: S105 - an id that no secret has


def digest_address(key: str, secret_id: str) -> tuple[str, str]:
    """Return the partition and sort key under which a secret's digest is kept."""
    return f"{SECRET}{key}", secret_id


def digest_item(key: str, secret_id: str, digest: str) -> Item:
    """Return a digest as a table item."""
    pk, sk = digest_address(key, secret_id)
    return {"pk": pk, "sk": sk, "digest": digest}


def read_digests(table: Table, key: str, secret_ids: tuple[str, ...]) -> dict[str, str]:
    """Return the digests of some of a key's secrets, by id.

    The table is asked at least once, so that a caller does not learn from the time whether there is such a key.

    Raises
    ------
    AwsUnavailable
        The table did not answer.
    """
    items = {one: table.get(*digest_address(key, one)) for one in secret_ids or (_NO_SECRET,)}
    return {one: item["digest"] for one, item in items.items() if item}
