"""Firehose's prefix expressions: how a key below ``!{timestamp:yyyy}/`` is spelled.

The rules are those of "Understand custom prefixes for Amazon S3 objects"
(https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html).
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

DEFAULT_TIMESTAMP = "!{timestamp:yyyy/MM/dd/HH/}"
"""What Firehose appends to a prefix without a timestamp expression ("Semantic rules" of the page above)."""

_EXPRESSION = re.compile(r"!\{(?P<namespace>[^:{}]*):(?P<value>[^{}]*)\}")
_ALPHANUMERIC = string.ascii_letters + string.digits
_RANDOM_STRING_LENGTH = 11

# java.time.format.DateTimeFormatter: how a letter is printed depends on how often it is repeated. The values are
# strftime's, one field each.
_DATE_FIELDS: dict[str, dict[int, str]] = {
    "y": {2: "%y", 4: "%Y"},
    "u": {2: "%y", 4: "%Y"},
    "M": {2: "%m", 3: "%b", 4: "%B"},
    "d": {2: "%d"},
    "D": {3: "%j"},
    "H": {2: "%H"},
    "h": {2: "%I"},
    "m": {2: "%M"},
    "s": {2: "%S"},
}
_DATE_TOKEN = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<field>(?P<letter>[A-Za-z])(?P=letter)*)|(?P<text>[^A-Za-z'])")
_RESERVED_IN_PATTERNS = "[]{}#"


class InvalidPrefix(ValueError):
    """A prefix that Firehose refuses, or that this stand-in does not evaluate; the message says why."""


@dataclass(frozen=True, slots=True)
class _Moment:
    arrived: datetime
    error_output_type: str


type _Part = Callable[[_Moment], str]


class Prefix:
    """A prefix expression, checked once and evaluated for every object.

    Parameters
    ----------
    expression : str
        Text with ``!{timestamp:…}`` and ``!{firehose:…}`` in it.
    is_error_prefix : bool
        Whether ``!{firehose:error-output-type}`` may stand in it.

    Raises
    ------
    InvalidPrefix
        An expression is malformed, not allowed here, or not imitated.

    Examples
    --------
    >>> Prefix("raw.!{timestamp:yyyy}/!{timestamp:MM-dd'T'HH}/").evaluate(datetime(2026, 11, 23, 9, tzinfo=UTC))
    'raw.2026/11-23T09/'
    """

    def __init__(self, expression: str, *, is_error_prefix: bool = False) -> None:
        self.expression = expression
        self._is_error_prefix = is_error_prefix
        self._parts = tuple(self._parse())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Prefix) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    def __repr__(self) -> str:
        return f"Prefix({self.expression!r})"

    def evaluate(self, arrived: datetime, error_output_type: str = "") -> str:
        """Return the prefix of one object.

        Parameters
        ----------
        arrived : datetime
            When the oldest record of the object arrived, with its zone; evaluated in UTC.
        error_output_type : str
            What ``!{firehose:error-output-type}`` becomes.
        """
        moment = _Moment(arrived.astimezone(UTC), error_output_type)
        return "".join(part(moment) for part in self._parts)

    @property
    def _identity(self) -> tuple[str, bool]:
        return self.expression, self._is_error_prefix

    def _parse(self) -> Iterator[_Part]:
        end = 0
        for match in _EXPRESSION.finditer(self.expression):
            yield self._text(self.expression[end : match.start()])
            yield self._expression(match["namespace"], match["value"])
            end = match.end()
        yield self._text(self.expression[end:])

    def _text(self, text: str) -> _Part:
        if "!{" in text:
            raise InvalidPrefix(f"{self.expression!r}: the sequence !{{ can only appear in !{{namespace:value}}")
        return lambda _: text

    def _expression(self, namespace: str, value: str) -> _Part:
        match namespace, value:
            case "timestamp", pattern:
                parts = _date_parts(pattern)
                return lambda moment: "".join(part(moment) for part in parts)
            case "firehose", "random-string":
                return lambda _: "".join(secrets.choice(_ALPHANUMERIC) for _ in range(_RANDOM_STRING_LENGTH))
            case "firehose", "error-output-type" if self._is_error_prefix:
                return lambda moment: moment.error_output_type
            case "firehose", "error-output-type":
                raise InvalidPrefix("Prefix cannot contain !{firehose:error-output-type}")
        raise InvalidPrefix(f"!{{{namespace}:{value}}} is not an expression of a stream without dynamic partitioning")


def parse_prefixes(prefix: str | None, error_prefix: str | None) -> tuple[Prefix, Prefix]:
    """Return a stream's prefix and error prefix, as a pair that Firehose accepts.

    Parameters
    ----------
    prefix, error_prefix : str, optional
        ``Prefix`` and ``ErrorOutputPrefix`` of the S3 destination; missing or empty means Firehose's default.

    Raises
    ------
    InvalidPrefix
        The pair breaks one of Firehose's rules; the texts are Firehose's where they are known.

    Examples
    --------
    >>> prefix, _ = parse_prefixes("logs/", None)
    >>> prefix.evaluate(datetime(2026, 11, 23, 9, tzinfo=UTC))
    'logs/2026/11/23/09/'
    >>> parse_prefixes("!{timestamp:yyyy}/", None)
    Traceback (most recent call last):
    ...
    augury.local.prefix.InvalidPrefix: ErrorOutputPrefix cannot be null or empty when Prefix contains expressions
    """
    prefix, error_prefix = prefix or "", error_prefix or ""
    evaluated, has_expressions = Prefix(_with_timestamp(prefix)), "!{" in prefix
    if has_expressions and not error_prefix:
        raise InvalidPrefix("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions")
    if "!{" in error_prefix and "!{firehose:error-output-type}" not in error_prefix:
        raise InvalidPrefix("ErrorOutputPrefix must contain !{firehose:error-output-type} when it contains expressions")
    default_error_prefix = f"{prefix}!{{firehose:error-output-type}}/{DEFAULT_TIMESTAMP}"
    return evaluated, Prefix(error_prefix or default_error_prefix, is_error_prefix=True)


def _with_timestamp(prefix: str) -> str:
    return prefix if "!{timestamp:" in prefix else prefix + DEFAULT_TIMESTAMP


def _date_parts(pattern: str) -> tuple[_Part, ...]:
    parts, end = [], 0
    for match in _DATE_TOKEN.finditer(pattern):
        if match.start() != end:
            break
        parts.append(_date_part(match))
        end = match.end()
    if end != len(pattern) or not pattern:
        raise InvalidPrefix(f"!{{timestamp:{pattern}}} is not a date pattern")
    return tuple(parts)


def _date_part(match: re.Match[str]) -> _Part:
    if (field := match["field"]) is not None:
        date_format = _date_format(field)
        return lambda moment: moment.arrived.strftime(date_format)
    if (text := match["text"]) is not None:
        if text in _RESERVED_IN_PATTERNS:
            raise InvalidPrefix(f"{text} is reserved in date patterns; quote it")
        return lambda _: text
    quoted = match["quoted"].replace("''", "'") or "'"  # two quotes are one, inside quotes and out
    return lambda _: quoted


def _date_format(field: str) -> str:
    formats = _DATE_FIELDS.get(field[0], {})
    if len(field) not in formats:
        # Y, for one, is the year of the week: right on most days and wrong at New Year.
        raise InvalidPrefix(f"{field} in a date pattern is not evaluated by the local Firehose; use yyyy, MM, dd, HH")
    return formats[len(field)]
