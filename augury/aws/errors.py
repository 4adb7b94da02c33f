"""What can go wrong at the door to AWS, reduced to what callers decide on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

_CONDITION_CODES = {"ConditionalCheckFailedException", "TransactionCanceledException", "PreconditionFailed"}
_NOT_FOUND_CODES = {"404", "NoSuchKey", "NoSuchBucket", "ResourceNotFoundException"}


class AwsUnavailable(Exception):
    """A service refused or failed a call; the same call may succeed later."""


class ConditionFailed(Exception):
    """A conditional write met another state than it required."""


class NotFound(Exception):
    """The object, secret or resource does not exist."""


@contextmanager
def translated(what: str, absent: type[Exception] = AwsUnavailable) -> Iterator[None]:
    """Turn botocore's exceptions into ours, naming what was being done.

    Parameters
    ----------
    what : str
        What was being done; it becomes the message.
    absent : type of Exception
        What to raise where the thing asked for does not exist. A missing table or stream is a fault of the
        deployment, to be told from a missing object or secret.

    Raises
    ------
    ConditionFailed, AwsUnavailable, ``absent``
        In place of the ``ClientError`` or ``BotoCoreError`` raised inside.
    """
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _CONDITION_CODES:
            raise ConditionFailed(f"{what}: {code}") from error
        if code in _NOT_FOUND_CODES:
            raise absent(f"{what}: {code}") from error
        raise AwsUnavailable(f"{what}: {code}") from error
    except BotoCoreError as error:
        raise AwsUnavailable(f"{what}: {type(error).__name__}") from error
