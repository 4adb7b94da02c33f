"""Doing what was planned, step by step, and what is said where that ends early."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from augury.aws import AwsUnavailable, ConditionFailed, NotFound
from augury.deployment.cluster import ClusterUnavailable
from augury.deployment.failures import Unfit
from augury.deployment.plan import Plan, Step
from augury.registry import DeploymentChanged


class Work(Protocol):
    """What can do the steps of a plan, and undo what is half done."""

    def do(self, step: Step) -> None:
        """Do a step; doing it again changes nothing."""
        ...

    def take_back(self) -> str | None:
        """Let what answered before answer all calls again; say what was taken back, or None if there was nothing."""
        ...


class DeploymentFailed(Exception):
    """A deployment ended early; the message says why, what answers now, and which commands go on or back."""


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands that an operator is told when a deployment ends early."""

    resume: str
    roll_back: str | None = None


type Report = Callable[[Step], None]
"""Told of each step before it is looked at."""

_OUTAGES = (AwsUnavailable, ClusterUnavailable, ConditionFailed, DeploymentChanged, NotFound, OSError)
_LEFT = (*_OUTAGES, KeyboardInterrupt)


def carry_out(plan: Plan, work: Work, *, commands: Commands, report: Report) -> None:
    """Do what is left of a plan.

    A version that is unfit is taken back at once. Where a dependency fails, everything stays as it is: what answered
    before still does, and the same command goes on from there.

    Raises
    ------
    DeploymentFailed
        A step did not succeed.
    """
    for step in plan.steps:
        report(step)
        if step.is_done:
            continue
        try:
            work.do(step)
        except Unfit as error:
            raise DeploymentFailed(_told(step, error, _undone(work, commands), commands)) from error
        except _LEFT as error:
            state = "what was done stays as it is, and what answered before still answers"
            raise DeploymentFailed(_told(step, error, state, commands)) from error


def _undone(work: Work, commands: Commands) -> str:
    try:
        taken_back = work.take_back()
    except _OUTAGES as error:
        return f"it could not be taken back ({error}): run `{commands.roll_back or commands.resume}`"
    return taken_back or "nothing that answers was changed"


def _told(step: Step, error: BaseException, state: str, commands: Commands) -> str:
    back = f", or back with `{commands.roll_back}`" if commands.roll_back else ""
    why = str(error) or "it was interrupted"
    return f"could not {step.says}: {why}. {state[0].upper()}{state[1:]}. Go on with `{commands.resume}`{back}."
