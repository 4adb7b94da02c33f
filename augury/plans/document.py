"""The stored form of a plan: a versioned JSON document, without code."""

from __future__ import annotations

from typing import Literal

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from augury.plans.door import Door
from augury.plans.steps import AnyStep

FORMAT = 2
"""Version of the document; a plan of another version is refused."""


class InvalidPlan(ValueError):
    """A plan document that this version cannot run: the message says why."""


class PlanDocument(BaseModel):
    """What is stored.

    Parameters
    ----------
    steps : tuple of step
        Steps in their order.
    vector : tuple of str
        Fields that make the model's vector, in its order; a name may occur twice.
    door : Door
        How their numbers enter the model.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[2] = 2
    steps: tuple[AnyStep, ...]
    vector: tuple[str, ...]
    door: Door = Door()


def parse_document(body: bytes) -> PlanDocument:
    """Read a stored document.

    Raises
    ------
    InvalidPlan
        The body is not JSON, its format version or a kind of step is unknown, or a value does not fit its step.
    """
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidPlan(f"a plan must be JSON: {error}") from None
    version = found.get("format") if isinstance(found, dict) else None
    if version != FORMAT or isinstance(version, bool):
        raise InvalidPlan(f"plan format {version!r} is unknown; this version reads format {FORMAT}")
    try:
        return PlanDocument.model_validate_json(body)
    except ValidationError as error:
        raise InvalidPlan(_first_problem(error)) from None


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    return f"plan {'.'.join(map(str, problem['loc']))}: {problem['msg']}"
