"""Every key and prefix of the data bucket.

``logs/``, ``clients/`` and ``failed/`` are read by people and by other tools: a change here is a change of contract.
"""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256

from augury.names import ClientName, PipelineName, Version

_HOURLY = "!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/"
_FIREHOSE_ERRORS = "failed/firehose/!{firehose:error-output-type}/"

RAW_EVENTS = "logs/events."
"""Start of every key that holds raw events of all clients."""

RAW_PREDICTIONS = "logs/predictions."
"""Start of every key of the prediction log."""

EVENTS_PREFIX = RAW_EVENTS + _HOURLY
"""Firehose prefix expression of the events stream."""

EVENTS_ERROR_PREFIX = _FIREHOSE_ERRORS + "events." + _HOURLY
"""Firehose error prefix of the events stream; Firehose insists on one beside an expression prefix."""

PREDICTIONS_PREFIX = RAW_PREDICTIONS + _HOURLY
"""Firehose prefix expression of the predictions stream."""

PREDICTIONS_ERROR_PREFIX = _FIREHOSE_ERRORS + "predictions." + _HOURLY
"""Firehose error prefix of the predictions stream."""

CLIENTS = "clients/"
"""Start of every key that belongs to one client."""


def raw_events_hour(hour: datetime) -> str:
    """Return the prefix under which Firehose lays the events that arrived in an hour.

    Examples
    --------
    >>> raw_events_hour(datetime(2026, 11, 23, 9))
    'logs/events.2026/11/23/09/'
    """
    return f"{RAW_EVENTS}{hour:%Y/%m/%d/%H}/"


def client_events(client: ClientName) -> str:
    """Return the prefix of all of a client's events, split output and historical drops alike."""
    return f"{CLIENTS}{client}/events/"


def client_day(client: ClientName, day: date) -> str:
    """Return the prefix of a client's events of one UTC day.

    Examples
    --------
    >>> client_day(ClientName("acme"), date(2026, 11, 23))
    'clients/acme/events/2026/11/23/'
    """
    return f"{client_events(client)}{day:%Y/%m/%d}/"


def split_output_key(client: ClientName, day: date, source_key: str) -> str:
    """Return the key of what one raw object holds of one client and day.

    It is a function of the source alone, so that splitting an object twice writes the same key twice.
    """
    return f"{client_day(client, day)}augury-{_fingerprint(source_key)}.json.gz"


def client_models(client: ClientName) -> str:
    """Return the prefix of all of a client's artifacts."""
    return f"{CLIENTS}{client}/models/"


def failed_split_key(source_key: str) -> str:
    """Return the key of the lines of a raw object that are no stored events."""
    return f"failed/split/{source_key.removesuffix('.gz')}-{_fingerprint(source_key)}.json.gz"


def model_prefix(client: ClientName, pipeline: PipelineName, version: Version) -> str:
    """Return the prefix of one artifact's files.

    Examples
    --------
    >>> model_prefix(ClientName("acme"), PipelineName("iris"), Version("1"))
    'clients/acme/models/iris/1/'
    """
    return f"{CLIENTS}{client}/models/{pipeline}/{version}/"


def _fingerprint(source_key: str) -> str:
    return sha256(source_key.encode()).hexdigest()[:32]
