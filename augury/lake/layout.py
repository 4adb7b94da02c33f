"""Every key and prefix of the data bucket.

``logs/``, ``clients/`` and ``failed/`` are read by people and by other tools: a change here is a change of contract.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from hashlib import sha256

from augury.names import ClientName, PipelineName, Version

_HOURLY = "!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/"

RAW_EVENTS = "logs/events."
"""Start of every key that holds raw events of all clients."""

RAW_PREDICTIONS = "logs/predictions."
"""Start of every key of the prediction log."""

RAW_FEEDBACK = "logs/feedback."
"""Start of every key that holds feedback on predictions."""

SPILLED_EVENTS = "spill/events/"
"""Start of every key that holds raw events that the events stream would not take."""

FAILED_EVENTS = "failed/events/"
"""Start of every key that holds events that were refused."""

FAILED_SPLIT = "failed/split/"
"""Start of every key that holds what could not be split."""

FAILED_DELIVERIES = "failed/firehose/"
"""Start of every key that holds what Firehose could not deliver where it should."""

_FIREHOSE_ERRORS = FAILED_DELIVERIES + "!{firehose:error-output-type}/"

QUERY_RESULTS = "queries/"
"""Start of every key that holds what Athena answered."""

EVENTS_PREFIX = RAW_EVENTS + _HOURLY
"""Firehose prefix expression of the events stream."""

EVENTS_ERROR_PREFIX = _FIREHOSE_ERRORS + "events." + _HOURLY
"""Firehose error prefix of the events stream; Firehose insists on one beside an expression prefix."""

PREDICTIONS_PREFIX = RAW_PREDICTIONS + _HOURLY
"""Firehose prefix expression of the predictions stream."""

PREDICTIONS_ERROR_PREFIX = _FIREHOSE_ERRORS + "predictions." + _HOURLY
"""Firehose error prefix of the predictions stream."""

FEEDBACK_PREFIX = RAW_FEEDBACK + _HOURLY
"""Firehose prefix expression of the feedback stream."""

FEEDBACK_ERROR_PREFIX = _FIREHOSE_ERRORS + "feedback." + _HOURLY
"""Firehose error prefix of the feedback stream."""

REFUSALS_PREFIX = FAILED_EVENTS + _HOURLY
"""Firehose prefix expression of the stream of refused events."""

REFUSALS_ERROR_PREFIX = _FIREHOSE_ERRORS + "refusals." + _HOURLY
"""Firehose error prefix of the stream of refused events."""

ERASURES = "erasures/"
"""Start of every key that holds a record of what was erased."""

CLIENTS = "clients/"
"""Start of every key that belongs to one client."""


def raw_events_hour(hour: datetime) -> str:
    """Return the prefix under which Firehose lays the events that arrived in an hour, unless it is configured.

    Examples
    --------
    >>> raw_events_hour(datetime(2026, 11, 23, 9))
    'logs/events.2026/11/23/09/'
    """
    return f"{RAW_EVENTS}{hour:%Y/%m/%d/%H}/"


def raw_predictions_hour(hour: datetime) -> str:
    """Return the prefix under which Firehose lays the lines of the prediction log of an hour."""
    return f"{RAW_PREDICTIONS}{hour.astimezone(UTC):%Y/%m/%d/%H}/"


def raw_feedback_hour(hour: datetime) -> str:
    """Return the prefix under which Firehose lays the feedback that arrived in an hour."""
    return f"{RAW_FEEDBACK}{hour.astimezone(UTC):%Y/%m/%d/%H}/"


def direct_feedback_key(received_at: datetime, name: str) -> str:
    """Return the key of feedback that came without the stream, such as what it would not take: beside its objects.

    Examples
    --------
    >>> direct_feedback_key(datetime(2026, 11, 23, 9, tzinfo=UTC), "01a2")
    'logs/feedback.2026/11/23/09/direct-01a2.gz'
    """
    return f"{raw_feedback_hour(received_at)}direct-{name}.gz"


def failed_events_hour(hour: datetime) -> str:
    """Return the prefix under which Firehose lays the events that were refused in an hour."""
    return f"{FAILED_EVENTS}{hour.astimezone(UTC):%Y/%m/%d/%H}/"


def spill_hour(hour: datetime) -> str:
    """Return the prefix of what was spilled of the events that were received in an hour.

    Examples
    --------
    >>> spill_hour(datetime(2026, 11, 23, 9, tzinfo=UTC))
    'spill/events/2026/11/23/09/'
    """
    return f"{SPILLED_EVENTS}{hour.astimezone(UTC):%Y/%m/%d/%H}/"


def spill_key(received_at: datetime, name: str) -> str:
    """Return the key of one spill of events that were received at a time."""
    return f"{spill_hour(received_at)}{name}.gz"


def is_raw_events(key: str) -> bool:
    """Return whether a key holds raw events, which are to be split: delivered by the stream, or spilled."""
    return key.startswith((RAW_EVENTS, SPILLED_EVENTS))


def client_events(client: ClientName) -> str:
    """Return the prefix of all of a client's events, split output and historical drops alike."""
    return f"{CLIENTS}{client}/events/"


def client_folder(client: ClientName) -> str:
    """Return the prefix of everything that is one client's alone."""
    return f"{CLIENTS}{client}/"


def erasure_key(client: ClientName, event_id: str | None) -> str:
    """Return the key of the record of an erasure: of one event's, or of all of a client's data.

    Examples
    --------
    >>> erasure_key(ClientName("acme"), None)
    'erasures/acme/everything.json'
    """
    return f"{ERASURES}{client}/{'everything' if event_id is None else f'event-{_fingerprint(event_id)}'}.json"


def client_day(client: ClientName, day: date) -> str:
    """Return the prefix of a client's events of one UTC day.

    Examples
    --------
    >>> client_day(ClientName("acme"), date(2026, 11, 23))
    'clients/acme/events/2026/11/23/'
    """
    return f"{client_events(client)}{day:%Y/%m/%d}/"


def day_of(client: ClientName, key: str) -> date | None:
    """Return the UTC day that an object of a client is filed under, or None where it is in no day's folder.

    Examples
    --------
    >>> day_of(ClientName("acme"), "clients/acme/events/2026/11/23/sales.csv")
    datetime.date(2026, 11, 23)
    >>> day_of(ClientName("acme"), "clients/acme/events/2026-11-23/sales.csv")
    """
    parts = key.removeprefix(client_events(client)).split("/")
    try:
        day = datetime.strptime("/".join(parts[:3]), "%Y/%m/%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
    # A month or day without its zero is nobody's folder.
    return day if len(parts) > 3 and key.startswith(client_day(client, day)) else None


def historical_drop_key(client: ClientName, day: date, digest: str) -> str:
    """Return the key of an imported drop, which a digest of its lines names."""
    return f"{client_day(client, day)}import-{digest[:32]}.json.gz"


def split_output_key(client: ClientName, day: date, source_key: str) -> str:
    """Return the key of what one raw object holds of one client and day.

    It is a function of the source alone, so that splitting an object twice writes the same key twice.
    """
    return f"{client_day(client, day)}augury-{_fingerprint(source_key)}.json.gz"


def client_models(client: ClientName) -> str:
    """Return the prefix of all of a client's artifacts."""
    return f"{CLIENTS}{client}/models/"


def client_training(client: ClientName) -> str:
    """Return the prefix of what a client's training jobs on AWS are given and leave, but for artifacts."""
    return f"{CLIENTS}{client}/training/"


def training_definition_key(client: ClientName, digest: str, name: str) -> str:
    """Return the key of a definition file that a training job runs, which a digest of its content names.

    Examples
    --------
    >>> training_definition_key(ClientName("acme"), "0123", "iris.py")
    'clients/acme/training/definitions/0123/iris.py'
    """
    return f"{client_training(client)}definitions/{digest}/{name}"


def training_output(client: ClientName, job: str) -> str:
    """Return the prefix of what a training job leaves beside its artifact: its report and its checkpoints."""
    return f"{client_training(client)}jobs/{job}/"


def is_split_output(key: str) -> bool:
    """Say whether the split wrote an object of a client's day; everything else there is a historical drop.

    Examples
    --------
    >>> is_split_output("clients/acme/events/2026/11/23/import-0123.json.gz")
    False
    """
    return key.rpartition("/")[2].startswith("augury-")


def failed_split(raw_prefix: str) -> str:
    """Return the prefix of what could not be split of the raw objects below a prefix."""
    return f"{FAILED_SPLIT}{raw_prefix}"


def failed_split_key(source_key: str) -> str:
    """Return the key of the lines of a raw object that are no stored events."""
    return failed_split(f"{source_key.removesuffix('.gz')}-{_fingerprint(source_key)}.json.gz")


def failed_object_key(source_key: str, etag: str) -> str:
    """Return the key of what is said of a raw object of which nothing was split, with the content that it had then.

    Parameters
    ----------
    source_key : str
        The raw object's key.
    etag : str
        What tells its content from others of that key.
    """
    return failed_split(f"{source_key.removesuffix('.gz')}-{_fingerprint(f'{source_key} {etag}')}.json.gz")


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
