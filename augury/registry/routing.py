"""Which variation answers a caller: always the same one for the same key."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from augury.names import ClientName, PipelineName
from augury.registry.deployments import Variation


def choose_variation(
    variations: Sequence[Variation], client: ClientName, pipeline: PipelineName, key: str
) -> Variation:
    """Return the variation whose share of the line from 0 to 1 holds the key's point.

    Shares lie in stored order, so that a canary that grows at the end keeps the callers that it has.

    Parameters
    ----------
    variations : sequence of Variation
        At least one; ratios are normalised by their sum.
    client : ClientName
        The calling client.
    pipeline : PipelineName
        The pipeline that was asked for.
    key : str
        The caller's sticky key, else the prediction's id.
    """
    point = _point(client, pipeline, key) * sum(variation.ratio for variation in variations)
    upper = 0.0
    for variation in variations:
        upper += variation.ratio
        if point < upper:
            return variation
    return variations[-1]


def _point(client: ClientName, pipeline: PipelineName, key: str) -> float:
    """Return the key's place in [0, 1), from the first 53 bits of its SHA-256."""
    digest = sha256(f"{client}/{pipeline}/{key}".encode("utf-8", "surrogatepass")).digest()
    return (int.from_bytes(digest[:8]) >> 11) / 2**53
