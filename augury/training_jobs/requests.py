"""What is asked of training on AWS, by a person or by a schedule."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from augury.names import ClientName, PipelineName, Version

MAX_SOURCE_BYTES = 128 * 1024
"""Largest definition file: Step Functions takes 256 KiB of input, in which a character may take six bytes."""

_FILE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}\.py")


class InvalidTraining(ValueError):
    """A training that can't be as it was asked for; the message names the field."""


def _is_file_name(name: str) -> str:
    if not _FILE.fullmatch(name):
        raise ValueError("a file name such as iris_xgboost.py is expected")
    return name


def _fits(source: str) -> str:
    if len(source.encode()) > MAX_SOURCE_BYTES:
        raise ValueError(f"the file has more than {MAX_SOURCE_BYTES // 1024} KiB")
    return source


class TrainingRequest(BaseModel):
    """One training of a client's pipeline: the input of the stage's state machine.

    Parameters
    ----------
    client : ClientName
        Whose events are trained on, and whose pipeline it becomes.
    pipeline : PipelineName
        What it is called.
    definition : str
        Name of the definition file.
    source : str
        What stands in it, :data:`MAX_SOURCE_BYTES` at most. Nothing but the training job runs it.
    version : Version, optional
        Label of the version; the time at which it starts unless given.
    data : {"events", "example"}
        What to train on: the client's events, or the definition's own data.
    first, last : date, optional
        UTC days of the events, both included.
    days : int, optional
        In their place: so many days, up to the one on which it starts.
    folds, fold_kind, fold_by, seed, tune, examples
        As :class:`augury.training.container.Hyperparameters` has them.
    registers : bool, default False
        Whether the version answers the client's calls once it is trained.

    Raises
    ------
    ValidationError
        A field is missing, unknown or not what it should be. :func:`read_request` says so in a sentence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    client: ClientName
    pipeline: PipelineName
    definition: Annotated[str, AfterValidator(_is_file_name)]
    source: Annotated[str, AfterValidator(_fits)]
    version: Version | None = None
    data: Literal["events", "example"] = "events"
    first: date | None = None
    last: date | None = None
    days: int | None = Field(default=None, ge=1, le=3660)
    folds: int = Field(default=5, ge=2)
    fold_kind: Literal["stratified", "plain", "time", "grouped"] | None = None
    fold_by: str | None = None
    seed: int = Field(default=0, ge=0)
    tune: int | None = Field(default=None, ge=1)
    examples: bool = True
    registers: bool = False

    @model_validator(mode="after")
    def _days_are_said_once(self) -> Self:
        if self.data == "example":
            if self.days or self.first or self.last:
                raise ValueError("the definition's own data has no days: leave days, first and last out")
        elif self.days is None:
            if self.first is None or self.last is None or self.last < self.first:
                raise ValueError("give days, or first and last, with first not after last")
        elif self.first or self.last:
            raise ValueError("give days, or first and last, not both")
        return self

    def window(self, at: datetime) -> tuple[date | None, date | None]:
        """Return the first and the last day of the events, for a training that starts at a time in UTC.

        Examples
        --------
        >>> week = TrainingRequest(client="acme", pipeline="iris", definition="iris.py", source="", days=7)
        >>> week.window(datetime(2026, 11, 23, 9))
        (datetime.date(2026, 11, 17), datetime.date(2026, 11, 23))
        """
        if self.days is None:
            return self.first, self.last
        return at.date() - timedelta(days=self.days - 1), at.date()


def read_request(given: Any) -> TrainingRequest:
    """Return the request that a document is.

    Raises
    ------
    InvalidTraining
        It is none; the message names each field and what is wrong with it.

    Examples
    --------
    >>> read_request({"client": "acme", "pipeline": "iris", "definition": "../iris.py", "source": "", "days": 1})
    Traceback (most recent call last):
    ...
    augury.training_jobs.requests.InvalidTraining: definition: Value error, a file name such as iris_xgboost.py is \
expected
    """
    try:
        return TrainingRequest.model_validate(given)
    except ValidationError as error:
        wrong = (
            f"{'.'.join(map(str, one['loc'])) or 'request'}: {one['msg']}" for one in error.errors(include_url=False)
        )
        raise InvalidTraining("; ".join(wrong)) from None
