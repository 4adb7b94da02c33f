"""Binning of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from augury.plans import AnyStep, Bins, Spread

type Names = Sequence[str]


def k_bins_discretizer(discretizer: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the step that numbers each column's bins and, if they are one-hot, the one that makes columns of them."""
    if discretizer.encode == "ordinal":
        return [
            _bins(field, output, edges)
            for field, output, edges in zip(inputs, outputs, discretizer.bin_edges_, strict=True)
        ]
    steps: list[AnyStep] = []
    begin = 0
    for field, edges, width in zip(inputs, discretizer.bin_edges_, discretizer.n_bins_.tolist(), strict=True):
        number = f"{outputs[begin]}#bin"
        steps += [_bins(field, number, edges), Spread(field=number, outputs=tuple(outputs[begin : begin + width]))]
        begin += width
    return steps


def _bins(field: str, output: str, edges: Any) -> Bins:
    # What lies beyond the outer edges belongs to the outer bins.
    return Bins(field=field, output=output, edges=tuple(edges[1:-1].tolist()))
