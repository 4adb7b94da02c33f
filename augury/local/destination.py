"""Where one delivery stream lays its objects, and what they are called."""

from __future__ import annotations

import gzip
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from moto.firehose.exceptions import InvalidArgumentException, ValidationException

from augury.local.buffering import BufferingHints
from augury.local.prefix import InvalidPrefix, Prefix, parse_prefixes

_EXTENSIONS = {"UNCOMPRESSED": "", "GZIP": ".gz"}
_NOT_IMITATED = ("DataFormatConversionConfiguration", "DynamicPartitioningConfiguration", "ProcessingConfiguration")


@dataclass(frozen=True, slots=True)
class S3Destination:
    """An S3 destination that Firehose would accept.

    Parameters
    ----------
    bucket : str
        Name of the bucket.
    prefix : Prefix
        Evaluated for every object.
    hints : BufferingHints
        When a buffer becomes an object.
    compression : str
        ``UNCOMPRESSED`` or ``GZIP``.
    extension : str
        End of every object's name.
    """

    bucket: str
    prefix: Prefix
    hints: BufferingHints
    compression: str
    extension: str

    @classmethod
    def parse(cls, configuration: Mapping[str, Any]) -> Self:
        """Check an ``S3DestinationConfiguration`` or ``ExtendedS3DestinationConfiguration``.

        Raises
        ------
        InvalidArgumentException
            The prefixes break a rule of Firehose (text: https://github.com/serverless/serverless/issues/6015), or
            the configuration asks for what this stand-in does not imitate.
        ValidationException
            A buffering hint is out of range.
        """
        _refuse_what_is_not_imitated(configuration)
        try:
            prefix, _ = parse_prefixes(configuration.get("Prefix"), configuration.get("ErrorOutputPrefix"))
        except InvalidPrefix as error:
            raise InvalidArgumentException(
                f"The supplied prefix(es) do not satisfy the following constraint: {error}"
            ) from error
        compression = configuration.get("CompressionFormat") or "UNCOMPRESSED"
        return cls(
            bucket=configuration["BucketARN"].rsplit(":", 1)[-1],
            prefix=prefix,
            hints=_hints(configuration.get("BufferingHints") or {}),
            compression=compression,
            extension=configuration.get("FileExtension") or _EXTENSIONS[compression],
        )

    def key(self, stream: str, version: str, arrived: datetime) -> str:
        """Return a new object's key: ``<evaluated prefix><stream>-<version>-<yyyy-MM-dd-HH-mm-ss>-<uuid><extension>``.

        The form is that of "Configure Amazon S3 object name format"
        (https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html).

        Parameters
        ----------
        stream : str
            Name of the delivery stream.
        version : str
            Version of its configuration, from ``1``.
        arrived : datetime
            When the object's oldest record arrived.
        """
        second = arrived.astimezone(UTC).strftime("%Y-%m-%d-%H-%M-%S")
        return f"{self.prefix.evaluate(arrived)}{stream}-{version}-{second}-{uuid.uuid4()}{self.extension}"

    def encode(self, data: bytes) -> bytes:
        """Return an object's content as it is stored."""
        return gzip.compress(data, mtime=0) if self.compression == "GZIP" else data


def _refuse_what_is_not_imitated(configuration: Mapping[str, Any]) -> None:
    unknown = [name for name in _NOT_IMITATED if (configuration.get(name) or {}).get("Enabled")]
    if configuration.get("CompressionFormat") not in (None, "", *_EXTENSIONS):
        unknown.append("CompressionFormat")
    if configuration.get("CustomTimeZone") not in (None, "", "UTC"):
        unknown.append("CustomTimeZone")
    if unknown:
        raise InvalidArgumentException(f"The local Firehose does not imitate {', '.join(unknown)}")


def _hints(hints: Mapping[str, Any]) -> BufferingHints:
    """Return buffering hints; ranges and defaults are those of the API reference's ``BufferingHints``."""
    size_mb, interval_s = hints.get("SizeInMBs"), hints.get("IntervalInSeconds")
    return BufferingHints(
        size_bytes=_in_range("sizeInMBs", 5 if size_mb is None else size_mb, 1, 128) * 1024 * 1024,
        interval=timedelta(seconds=_in_range("intervalInSeconds", 300 if interval_s is None else interval_s, 0, 900)),
    )


def _in_range(member: str, value: int, low: int, high: int) -> int:
    if low <= value <= high:
        return value
    bound = f"less than or equal to {high}" if value > high else f"greater than or equal to {low}"
    raise ValidationException(
        f"1 validation error detected: Value '{value}' at 'bufferingHints.{member}' failed to satisfy constraint: "
        f"Member must have value {bound}"
    )
