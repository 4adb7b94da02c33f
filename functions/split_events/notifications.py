"""Messages of S3: which objects they name."""

from __future__ import annotations

from urllib.parse import unquote_plus

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class NoNotification(ValueError):
    """A message that S3 did not send; the queue keeps it with its dead letters."""


def notified_keys(message: str) -> list[str]:
    """Return the keys of the objects that a message names.

    S3's message of a trial, which it sends to a new queue, names none.

    Raises
    ------
    NoNotification
        S3 did not send it.

    Examples
    --------
    >>> notified_keys('{"Records":[{"s3":{"object":{"key":"logs/a+b%3D1.gz"}}}]}')
    ['logs/a b=1.gz']
    >>> notified_keys('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"lake"}')
    []
    """
    try:
        told = _Notification.model_validate_json(message)
    except ValidationError as error:
        raise NoNotification(f"a message is no notification of S3: {error.error_count()} errors") from None
    if not told.records and told.event != "s3:TestEvent":
        raise NoNotification("a message is no notification of S3: it names no object")
    return [unquote_plus(record.s3.object.key) for record in told.records]


class _Object(BaseModel):
    key: str


class _Entity(BaseModel):
    object: _Object


class _Record(BaseModel):
    s3: _Entity


class _Notification(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    event: str = Field(default="", alias="Event")
    records: list[_Record] = Field(default=[], alias="Records")
