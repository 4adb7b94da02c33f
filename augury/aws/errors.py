"""What can go wrong at the door to AWS, reduced to what callers decide on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from augury.waiting import before_waiting

_CONDITION_CODES = {"ConditionalCheckFailedException", "PreconditionFailed"}
_NOT_FOUND_CODES = {
    "404",
    "EntityNotFoundException",
    "ImageNotFoundException",
    "NoSuchBucket",
    "NoSuchEntity",
    "NoSuchKey",
    "RepositoryNotFoundException",
    "ResourceNotFoundException",
}
_CANCELLED = "TransactionCanceledException"


class AwsUnavailable(Exception):
    """A service refused or failed a call; the same call may succeed later."""


class ConditionFailed(Exception):
    """A conditional write met another state than it required.

    Parameters
    ----------
    message : str
        What was being written.
    failed : iterable of int
        In a transaction, the positions of the writes whose condition did not hold.
    """

    def __init__(self, message: str, failed: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.failed = failed


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
    MustWait
        This thread must not wait for AWS.
    """
    before_waiting()
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code == _CANCELLED:
            raise _cancelled(what, error.response) from error
        if code in _CONDITION_CODES:
            raise ConditionFailed(f"{what}: {code}") from error
        if code in _NOT_FOUND_CODES:
            raise absent(f"{what}: {code}") from error
        raise AwsUnavailable(f"{what}: {code}") from error
    except BotoCoreError as error:
        raise AwsUnavailable(f"{what}: {type(error).__name__}") from error


def _cancelled(what: str, response: Mapping[str, Any]) -> Exception:
    """Tell a transaction whose condition failed from one that was throttled or met another transaction.

    See https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    reasons = [reason.get("Code", "None") for reason in response.get("CancellationReasons", [])]
    failed = tuple(position for position, reason in enumerate(reasons) if reason == "ConditionalCheckFailed")
    if failed:
        return ConditionFailed(f"{what}: {_CANCELLED}", failed)
    causes = ", ".join(sorted(set(reasons) - {"None"})) or "no reason given"
    return AwsUnavailable(f"{what}: {_CANCELLED} ({causes})")
