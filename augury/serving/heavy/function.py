"""The predict function's side: a lane whose scorer is the heavy function."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from augury.artifacts import Artifact
from augury.aws import AwsUnavailable, FunctionInvoker, FunctionRaised, InvocationTimedOut, NotInvoked
from augury.errors import AuguryError, Detail, Kind
from augury.plans import Unanswerable
from augury.routes import HEAVY_ALIAS
from augury.serving.heavy.messages import ScoreRequest, read_answer
from augury.serving.models import FarScorer

_ALONE_S = 20.0  # for a scorer that no call gave a deadline


class HeavyFunction:
    """Scores artifacts in another Lambda function.

    Parameters
    ----------
    invoker : FunctionInvoker
        The way to it.
    name : str
        Name of the function; its alias :data:`augury.routes.HEAVY_ALIAS` is called.
    """

    def __init__(self, invoker: FunctionInvoker, name: str) -> None:
        self._invoker = invoker
        self._name = name

    def lane(self, artifact: Artifact) -> HeavyScorer:
        """Return the scorer of an artifact, of which nothing but the manifest is needed here."""
        return HeavyScorer(self, artifact)

    def score(self, request: ScoreRequest, deadline: float) -> list[list[float]]:
        """Return the scores of a request's rows; a call that did not run is tried once more.

        Parameters
        ----------
        request : ScoreRequest
            What to score.
        deadline : float
            Time of the monotonic clock by which it must have answered.

        Raises
        ------
        Unanswerable
            The pipeline has no answer for a row.
        AuguryError
            504 where it took too long, 503 where it could not be called, has too much to do or could not load the
            artifact, 502 where it failed, 413 where the rows are too many for one call.
        """
        payload = request.payload()
        try:
            body = self._invoke(payload, deadline)
        except NotInvoked:
            try:
                body = self._invoke(payload, deadline)
            except NotInvoked:
                raise _failure(Kind.UNAVAILABLE, "could not be reached, or has too much to do") from None
        try:
            return read_answer(body).scores_of(len(request.rows))
        except Unanswerable:  # a ValueError of its own
            raise
        except (ValueError, KeyError) as error:
            raise _failure(Kind.TARGET_FAILED, "gave an answer that is none") from error

    def _invoke(self, payload: bytes, deadline: float) -> bytes:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise _failure(Kind.TARGET_TIMED_OUT, "did not answer in time")
        try:
            return self._invoker.invoke(self._name, HEAVY_ALIAS, payload, within_s=left_s)
        except InvocationTimedOut as error:
            raise _failure(Kind.TARGET_TIMED_OUT, "did not answer in time") from error
        except FunctionRaised as error:
            raise _failure(Kind.TARGET_FAILED, "ended with an error") from error
        except AwsUnavailable as error:
            raise _failure(Kind.UNAVAILABLE, "could not be called") from error


@dataclass(frozen=True)
class HeavyScorer(FarScorer):
    """One artifact, scored by the heavy function."""

    function: HeavyFunction
    artifact: Artifact
    puid: str = ""
    deadline: float | None = None

    def during(self, puid: str, deadline: float) -> Self:
        """Return the scorer of one call, which keeps to the call's time."""
        return replace(self, puid=puid, deadline=deadline)

    def score(self, rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
        """Return per row the probability of each class, or the one value."""
        manifest = self.artifact.manifest
        request = ScoreRequest(
            client=manifest.client,
            pipeline=manifest.pipeline,
            version=manifest.version,
            manifest_sha256=self.artifact.manifest_sha256,
            puid=self.puid,
            rows=[dict(row) for row in rows],
        )
        return self.function.score(request, time.monotonic() + _ALONE_S if self.deadline is None else self.deadline)


def _failure(kind: Kind, what: str) -> AuguryError:
    return AuguryError(kind, [Detail(("pipeline",), f"the function that serves pipelines without a plan {what}")])
