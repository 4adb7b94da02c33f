"""What passes between the predict function and the heavy one: rows there, numbers or a refusal back."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, FiniteFloat, StringConstraints, ValidationError

from augury.errors import AuguryError, Detail, Kind
from augury.names import ClientName, PipelineName, Version
from augury.plans import Unanswerable
from augury.registry import PipelineVersion

MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
"""Largest payload of a synchronous call (AWS Lambda developer guide, "Lambda quotas")."""


class ScoreRequest(BaseModel):
    """One call of the heavy function.

    Parameters
    ----------
    client, pipeline, version : ClientName, PipelineName, Version
        Whose artifact scores.
    manifest_sha256 : str
        Digest of its manifest, as the registry has it: the heavy function needs no registry of its own.
    puid : str
        Id of the prediction, by which both functions' logs are read together.
    rows : list of dict
        Checked rows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    client: ClientName
    pipeline: PipelineName
    version: Version
    manifest_sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]  # it names a directory of the cache
    puid: str
    rows: list[dict[str, Any]]

    @property
    def registered(self) -> PipelineVersion:
        """The version, as far as loading it goes."""
        return PipelineVersion(self.pipeline, self.version, self.manifest_sha256, registered_at="", metrics={})

    def payload(self) -> bytes:
        """Return the request as Lambda's event.

        Raises
        ------
        AuguryError
            ``BODY_TOO_LARGE``: Lambda would not take it.
        """
        payload = orjson.dumps(self.model_dump())
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise AuguryError(Kind.BODY_TOO_LARGE, [Detail(("data",), "is too large for this pipeline; send less")])
        return payload


class _Failure(BaseModel):
    kind: str
    details: list[tuple[list[str | int], str]]
    retry_after_s: int | None


class _Refusal(BaseModel):
    field: str
    reason: str
    record: int | None


class ScoreAnswer(BaseModel):
    """What the heavy function answers: exactly one of the three.

    Parameters
    ----------
    scores : list of list of float, optional
        Per row, the probability of each class or the one value.
    unanswerable : optional
        The row that the pipeline has no answer for.
    failure : optional
        Why there are no scores.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scores: list[list[FiniteFloat]] | None = None
    unanswerable: _Refusal | None = None
    failure: _Failure | None = None

    @classmethod
    def of_refusal(cls, refusal: Unanswerable) -> ScoreAnswer:
        """Return the answer that a row can't be scored."""
        return cls(unanswerable=_Refusal(field=refusal.field, reason=refusal.reason, record=refusal.record))

    @classmethod
    def of_failure(cls, error: AuguryError) -> ScoreAnswer:
        """Return the answer that there are no scores."""
        details = [(list(detail.loc), detail.msg) for detail in error.details]
        return cls(failure=_Failure(kind=error.kind.name, details=details, retry_after_s=error.retry_after_s))

    def scores_of(self, rows: int) -> list[list[float]]:
        """Return the scores of so many rows.

        Raises
        ------
        Unanswerable, AuguryError
            What the heavy function raised, as if it had been raised here.
        ValueError
            It answered neither that nor a list of numbers for each row.
        """
        if self.unanswerable is not None:
            raise Unanswerable(self.unanswerable.field, self.unanswerable.reason, self.unanswerable.record)
        if self.failure is not None:
            failure = self.failure
            details = [Detail(tuple(loc), msg) for loc, msg in failure.details]
            raise AuguryError(Kind[failure.kind], details, failure.retry_after_s)
        if self.scores is None or len(self.scores) != rows:
            raise ValueError("there is not one list of scores for each row")
        return self.scores


def read_answer(body: bytes) -> ScoreAnswer:
    """Return what the heavy function answered.

    Raises
    ------
    ValueError
        It is no such answer.
    """
    try:
        return ScoreAnswer.model_validate_json(body)
    except ValidationError as error:
        raise ValueError("it is no answer of the heavy function") from error
