"""Matplotlib figures as SVG that takes its colours from the page, so that they suit a light and a dark one."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from augury.training.report.markup import Markup, tag

# Matplotlib wants colours, the page has variables: these stand for them until the SVG is written.
INK, MUTED, LINE, ACCENT = "#010101", "#010102", "#010103", "#010104"
SERIES = ("#010104", "#010105", "#010106", "#010107", "#010108", "#010109")
"""Colours of lines that belong together; the first is the accent."""

_VARIABLES: Mapping[str, str] = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    LINE: "var(--line)",
    **{colour: f"var(--series-{place})" for place, colour in enumerate(SERIES)},
}
_STYLE: dict[Any, Any] = {
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.labelsize": 9,
    "axes.grid": True,
    "axes.axisbelow": True,
    "font.family": "sans-serif",
    "font.size": 9,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "legend.labelcolor": INK,
    "lines.linewidth": 1.8,
    "svg.fonttype": "none",  # text stays text: small, sharp, and to be searched
    "text.color": INK,
    "text.parse_math": False,  # a class may well be called "$5"
    "xtick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.color": LINE,
    "ytick.labelcolor": MUTED,
}


def figure(name: str, draw: Callable[[Axes], None], width: float = 4.8, height: float = 3.6) -> Markup:
    """Return a drawing as a figure of the page.

    Parameters
    ----------
    name : str
        What tells its inner identifiers from those of the page's other figures.
    draw : callable
        Draws on the axes that it is given.
    width, height : float
        Size in inches.
    """
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the reader's fonts have them
        drawing = Figure(figsize=(width, height), layout="constrained")
        draw(drawing.add_subplot())
        written = io.StringIO()
        drawing.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return tag("figure", Markup(_themed(written.getvalue())))


def _themed(svg: str) -> str:
    svg = svg[svg.index("<svg") :]
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, variable)
    return svg
