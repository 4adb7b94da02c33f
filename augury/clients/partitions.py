"""How the table's partitions are called: who may read which is granted by these names.

A function that serves clients may look up credentials and public keys, but no digest of a secret: those lie in
partitions of their own.
"""

from __future__ import annotations

from typing import Final

CLIENTS: Final = "CLIENTS"
"""The one partition of all clients' records, by name."""

CLIENT: Final = "CLIENT#"
"""Start of a client's own partition, which names its keys; its pipelines are there too."""

CREDENTIAL: Final = "KEY#"
"""Start of the partition of one key: what it may do, and for whom."""

SECRET: Final = "SECRET#"  # noqa: S105 - the name of a partition
"""Start of the partition with the digests of one key's secrets."""

USED: Final = "USED#"
"""Start of the partition that says when a key was last used."""

QUOTA: Final = "QUOTA#"
"""Start of the partition with the daily counts of one client."""

SIGNING: Final = "SIGNING"
"""The partition of the public keys that verify tokens."""
