"""Which fields of what is asked stay out of the prediction log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from augury.names import ClientName, PipelineName

MASKED = "***"
"""What the log has in the place of a masked value, whatever its type; nothing of the value can be told from it."""

_RULE = re.compile(r"(?:(?P<client>[^\s/:]+)/(?P<pipeline>[^\s/:]+):)?(?P<path>[^\s:]+)")

type Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    path: Path
    client: ClientName | None = None
    pipeline: PipelineName | None = None

    def holds_for(self, client: ClientName, pipeline: PipelineName) -> bool:
        return (self.client or client) == client and (self.pipeline or pipeline) == pipeline


class Masks:
    """Replaces the values of some fields.

    Parameters
    ----------
    rules : iterable
        From :meth:`parse`; none unless given.

    Examples
    --------
    >>> masks = Masks.parse("email, acme/iris:owner.phone")
    >>> row = {"email": "a@b", "owner": {"name": "x", "phone": 1}}
    >>> masks.masked(ClientName("acme"), PipelineName("iris"), [row])
    [{'email': '***', 'owner': {'name': 'x', 'phone': '***'}}]
    >>> masks.masked(ClientName("acme"), PipelineName("wine"), [row])
    [{'email': '***', 'owner': {'name': 'x', 'phone': 1}}]
    """

    def __init__(self, rules: Iterable[_Rule] = ()) -> None:
        self._rules = tuple(rules)

    @classmethod
    def parse(cls, text: str | None) -> Masks:
        """Return the masks of a setting.

        Parameters
        ----------
        text : str or None
            Names of fields, apart by blanks or commas: of every client's pipelines, or of one as
            ``client/pipeline:field``. Dots lead into objects, also those of an array.

        Raises
        ------
        ValueError
            An entry is none of this; the message quotes it.
        """
        return cls(map(_rule, filter(None, re.split(r"[\s,]+", text or ""))))

    def masked(
        self, client: ClientName, pipeline: PipelineName, rows: Sequence[Mapping[str, Any]]
    ) -> Sequence[Mapping[str, Any]]:
        """Return rows as they may be logged; the given ones stay as they are."""
        paths = [rule.path for rule in self._rules if rule.holds_for(client, pipeline)]
        return [_without(row, paths) for row in rows] if paths else rows


def _rule(entry: str) -> _Rule:
    match = _RULE.fullmatch(entry)
    if match is None or not all(match["path"].split(".")):
        raise ValueError(f"masked field {entry!r}: write field, object.field or client/pipeline:field")
    path = tuple(match["path"].split("."))
    if match["client"] is None:
        return _Rule(path)
    return _Rule(path, ClientName(match["client"]), PipelineName(match["pipeline"]))


def _without(row: Mapping[str, Any], paths: Iterable[Path]) -> Mapping[str, Any]:
    for path in paths:
        row = _masked(row, path)
    return row


def _masked(value: Any, path: Path) -> Any:
    if isinstance(value, list):
        return [_masked(inner, path) for inner in value]
    if not isinstance(value, Mapping):
        return value
    # A flat record may spell the whole path as one name.
    found = {".".join(path): MASKED} if ".".join(path) in value else {}
    if len(path) > 1 and path[0] in value:
        found[path[0]] = _masked(value[path[0]], path[1:])
    return {**value, **found}
