"""What a deployment will do, as data: steps in order, each with whether it is done already."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a step does."""

    MIRROR = "mirror"
    LOG_GROUP = "log-group"
    ROLE = "role"
    FUNCTION = "function"
    PUBLISH = "publish"
    CHECK = "check"
    SHIFT = "shift"
    COMPLETE = "complete"
    SETTLE = "settle"
    APPLY = "apply"
    ROLL = "roll"
    ANSWER = "answer"
    WITHDRAW = "withdraw"
    WAIT = "wait"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. Doing it twice is as good as once.

    Parameters
    ----------
    kind : Kind
        What it does.
    says : str
        What it does, for people.
    is_done : bool
        Whether it was found done already.
    subject : str
        What it is done to, where there are several of its kind.
    share : float, optional
        Part of the calls that it gives.
    watch_s : float
        Seconds for which errors are looked for after it.
    """

    kind: Kind
    says: str
    is_done: bool = False
    subject: str = ""
    share: float | None = None
    watch_s: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the step for machines."""
        told = {"step": self.kind.value, "says": self.says, "done": self.is_done}
        more = {"subject": self.subject or None, "share": self.share, "watch_s": self.watch_s or None}
        return told | {name: value for name, value in more.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of one deployment.

    Parameters
    ----------
    title : str
        What they are for.
    steps : tuple of Step
        In the order in which they are done.
    """

    title: str
    steps: tuple[Step, ...]

    @property
    def remaining(self) -> tuple[Step, ...]:
        """What is left to be done."""
        return tuple(step for step in self.steps if not step.is_done)
