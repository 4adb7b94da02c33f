"""The heavy function's side: from the event of a direct call to its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from augury.errors import AuguryError
from augury.plans import Unanswerable
from augury.serving.heavy.messages import ScoreAnswer, ScoreRequest
from augury.serving.model_cache import ModelCache


def answer_score(event: Mapping[str, Any], models: ModelCache) -> dict[str, Any]:
    """Return the answer to one call of the predict function.

    The rows were checked there, against the manifest whose digest the call carries. Who may call is for IAM to say.

    Parameters
    ----------
    event : mapping
        Lambda's event.
    models : ModelCache
        Loaded models, with every lane.

    Raises
    ------
    ValueError
        The event is not one of the predict function: an HTTP request, for one.
    """
    try:
        request = ScoreRequest.model_validate(event)
    except ValidationError as error:
        raise ValueError("only the predict function calls this one, by a direct call with rows to score") from error
    try:
        scores = models.get(request.client, request.registered).score(request.rows)
        answer = ScoreAnswer(scores=scores)
    except Unanswerable as refusal:
        answer = ScoreAnswer.of_refusal(refusal)
    except AuguryError as error:
        answer = ScoreAnswer.of_failure(error)
    return answer.model_dump(exclude_none=True)
