"""One Firehose delivery stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from augury.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_firehose import FirehoseClient

MAX_RECORD_BYTES = 1_000 * 1024
"""A record's largest size before base64 (Amazon Data Firehose quotas)."""

MAX_BATCH_RECORDS = 500
"""Most records in one ``PutRecordBatch`` (Amazon Data Firehose quotas)."""

MAX_BATCH_BYTES = 4 * 1024 * 1024
"""Most bytes in one ``PutRecordBatch`` (Amazon Data Firehose quotas)."""


@dataclass(frozen=True, slots=True)
class PutOutcome:
    """Which records of a batch the stream refused, by position."""

    failed: tuple[int, ...]


class DeliveryStream:
    """Records into one delivery stream.

    Parameters
    ----------
    client : FirehoseClient
        boto3 client, from :class:`augury.aws.connection.Connection`.
    name : str
        Name of the delivery stream.
    """

    def __init__(self, client: FirehoseClient, name: str) -> None:
        self._client = client
        self.name = name

    def put_batch(self, records: Sequence[bytes]) -> PutOutcome:
        """Send one batch, once.

        Firehose refuses single records with HTTP 200 and a count of failures, which boto3 does not retry: the caller
        must look at the outcome.

        Raises
        ------
        AwsUnavailable
            The whole call failed; it is unknown whether any record was taken.
        """
        with translated(f"put records to {self.name}"):
            answer = self._client.put_record_batch(
                DeliveryStreamName=self.name, Records=[{"Data": record} for record in records]
            )
        if not answer["FailedPutCount"]:
            return PutOutcome(())
        return PutOutcome(tuple(i for i, entry in enumerate(answer["RequestResponses"]) if "ErrorCode" in entry))
