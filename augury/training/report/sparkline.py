"""Small histograms: bars of a few pixels, drawn by hand because a figure each would weigh a thousand times as much."""

from __future__ import annotations

from collections.abc import Sequence

from augury.training.report.markup import Markup, tag

_WIDTH, _HEIGHT = 120, 26


def sparkline(counts: Sequence[int]) -> Markup:
    """Return a histogram of counts as a small SVG; nothing where there are none.

    Examples
    --------
    >>> sparkline([1, 2])  # doctest: +NORMALIZE_WHITESPACE
    '<svg viewBox="0 0 120 26" width="120" height="26" class="spark" aria-hidden="true"><rect x="0.0" y="13.0"
    width="59.0" height="13.0"></rect><rect x="60.0" y="0.0" width="59.0" height="26.0"></rect></svg>'
    """
    if not counts:
        return Markup("")
    step = _WIDTH / max(len(counts), 2)
    bars = [_bar(place * step, step - 1, count / max(counts)) for place, count in enumerate(counts) if count]
    box = {"viewBox": f"0 0 {_WIDTH} {_HEIGHT}", "width": str(_WIDTH), "height": str(_HEIGHT), "class": "spark"}
    return tag("svg", *bars, **box, **{"aria-hidden": "true"})


def _bar(left: float, width: float, share: float) -> Markup:
    height = max(1.0, round(share * _HEIGHT, 1))
    return tag("rect", x=round(left, 1), y=round(_HEIGHT - height, 1), width=round(width, 1), height=height)
