"""Which variation answers a caller, always the same one for the same key; and which are shown the call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
        Those that answer, at least one of them with a ratio above 0; ratios are normalised by their sum.
    client : ClientName
        The calling client.
    pipeline : PipelineName
        The pipeline that was asked for.
    key : str
        The caller's sticky key, else the prediction's id.
    """
    if len(variations) == 1:
        return variations[0]
    total = sum(variation.ratio for variation in variations)
    point = _point(f"{client}/{pipeline}/{key}")
    upper, chosen = 0.0, variations[0]
    for variation in variations:
        if variation.ratio > 0:
            # Rounding may leave the sum of all shares below 1: the last one that has a share takes the rest.
            chosen = variation
            upper += variation.ratio / total
            if point < upper:
                break
    return chosen


def choose_shadows(
    variations: Sequence[Variation], client: ClientName, pipeline: PipelineName, key: str
) -> Iterator[Variation]:
    """Yield the shadows that are shown a call.

    Each draws for itself, from another point than the answer's, so that what a shadow of half the calls sees is a fair
    half of what every variation answers.
    """
    for variation in variations:
        if _point(f"{client}/{pipeline}/{key}/{variation.label}") < variation.ratio:
            yield variation


def _point(text: str) -> float:
    """Return a text's place in [0, 1), from the first 53 bits of its SHA-256."""
    digest = sha256(text.encode("utf-8", "surrogatepass")).digest()
    return (int.from_bytes(digest[:8]) >> 11) / 2**53
