"""Names that become part of keys and paths, checked once, at their only constructor."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class InvalidName(ValueError):
    """A name that could not be part of a key: the message says which rule it breaks."""


class _Name(str):
    """Text that matches its class's pattern. A bad one raises :class:`InvalidName`."""

    __slots__ = ()
    _what: ClassVar[str]
    _rule: ClassVar[str]
    _pattern: ClassVar[re.Pattern[str]]

    def __new__(cls, value: str) -> Self:
        if not isinstance(value, str) or not cls._pattern.fullmatch(value):
            raise InvalidName(f"{cls._what} {value!r} is not valid: {cls._rule}")
        return super().__new__(cls, value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(), serialization=core_schema.to_string_ser_schema()
        )


class ClientName(_Name):
    """Name of a client (tenant).

    Examples
    --------
    >>> ClientName("acme-2")
    'acme-2'
    >>> ClientName("../acme")
    Traceback (most recent call last):
    ...
    augury.names.InvalidName: client name '../acme' is not valid: use 1 to 63 lower-case letters, digits and \
inner hyphens
    """

    __slots__ = ()
    _what = "client name"
    _rule = "use 1 to 63 lower-case letters, digits and inner hyphens"
    _pattern = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class PipelineName(_Name):
    """Name of a pipeline among its client's; the rule is that of :class:`ClientName`."""

    __slots__ = ()
    _what = "pipeline name"
    _rule = ClientName._rule
    _pattern = ClientName._pattern


class Version(_Name):
    """Label of one immutable version of a pipeline, such as ``20261123-115912``."""

    __slots__ = ()
    _what = "version"
    _rule = "use 1 to 63 lower-case letters, digits, dots and hyphens, starting with a letter or digit"
    _pattern = re.compile(r"[a-z0-9](?!.*\.\.)[a-z0-9.-]{0,62}")


class ServiceName(_Name):
    """Name of a microservice among its client's: also that of a Kubernetes Service, which starts with a letter.

    It is short enough that names made from it, such as that of its first Pod, keep to 63 characters.
    """

    __slots__ = ()
    _what = "name of a service"
    _rule = "use 1 to 40 lower-case letters, digits and inner hyphens, starting with a letter"
    _pattern = re.compile(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?")
