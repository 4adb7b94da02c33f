"""HTML that is built, not glued: every text is escaped unless it is markup already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_MOST_CHARACTERS = 60


class Markup(str):
    """Text that is HTML."""

    __slots__ = ()


type Content = str | Markup
"""Plain text, which is escaped, or markup, which is not."""


def tag(name: str, *children: Content, **attributes: str | float) -> Markup:
    """Return an element.

    Parameters
    ----------
    name : str
        Name of the element.
    *children : str or Markup
        What it holds.
    **attributes : str or float
        Its attributes; an underscore at the end of a name is dropped.

    Examples
    --------
    >>> tag("td", "<script>", class_='a"b')
    '<td class="a&quot;b">&lt;script&gt;</td>'
    """
    said = "".join(f' {key.rstrip("_")}="{escape(str(value))}"' for key, value in attributes.items())
    return Markup(f"<{name}{said}>{''.join(map(markup, children))}</{name}>")


def markup(content: Content) -> Markup:
    """Return a text as markup, escaped unless it is."""
    return content if isinstance(content, Markup) else Markup(escape(content))


def joined(parts: Iterable[Content]) -> Markup:
    """Return pieces one behind the other."""
    return Markup("".join(map(markup, parts)))


def table(header: Sequence[Content], rows: Iterable[Sequence[Content]], **attributes: str) -> Markup:
    """Return a table with a header, in a box that scrolls if it is wide."""
    head = tag("tr", *(tag("th", name) for name in header))
    body = (tag("tr", *(tag("td", cell) for cell in row)) for row in rows)
    return tag("div", tag("table", tag("thead", head), tag("tbody", *body), **attributes), class_="wide")


def definitions(pairs: Iterable[tuple[Content, Content]]) -> Markup:
    """Return names and what stands for them."""
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs))


def section(title: str, *children: Content) -> Markup:
    """Return a titled part of the page."""
    return tag("section", tag("h2", title), *children)


def shortened(text: str, most: int = _MOST_CHARACTERS) -> str:
    """Return a text, cut with an ellipsis if it is long.

    Examples
    --------
    >>> shortened("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def number(value: float) -> str:
    """Return a number as a person would write it: three places, fewer for a large one.

    Examples
    --------
    >>> [number(value) for value in (0.95333, 1.0, 57.09, 1234.5678, 0.0000123, 0, 1e300)]
    ['0.953', '1.000', '57.09', '1,234.6', '1.23e-05', '0.000', '1e+300']
    """
    size = abs(value)
    if size >= 1e9 or 0 < size < 5e-4:
        return f"{value:.3g}"
    return f"{value:,.1f}" if size >= 1000 else f"{value:.2f}" if size >= 10 else f"{value:.3f}"
