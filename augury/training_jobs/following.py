"""A training on AWS, followed from its start to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from augury.aws.executions import Execution, StateMachine
from augury.aws.training_jobs import TrainingJobs
from augury.names import ClientName, PipelineName, Version

PREPARE, TRAIN, REGISTER = "Prepare", "Train", "Register"
"""States of the state machine."""

EVERY_S = 5.0
"""Seconds between two looks at a training."""


class JobFailed(Exception):
    """A training that ended without what was asked for; the message says why, and what is there all the same."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is happening now.

    Parameters
    ----------
    phase : str
        In a few words.
    lines : tuple of str
        What the job has printed since the last step.
    job : str, optional
        Name of the training job, once it has one.
    """

    phase: str
    lines: tuple[str, ...] = ()
    job: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a training.

    Parameters
    ----------
    job : str
        Name of the training job.
    client, pipeline, version : ClientName, PipelineName, Version
        What it made.
    revision : int, optional
        Revision of the deployment in which it answers, where it was registered.
    """

    job: str
    client: ClientName
    pipeline: PipelineName
    version: Version
    revision: int | None


def follow(
    execution: str, *, machine: StateMachine, jobs: TrainingJobs, pause: Callable[[float], None]
) -> Iterator[Step | Outcome]:
    """Yield each step of a training, and its outcome at the end.

    Parameters
    ----------
    execution : str
        ARN of the execution.
    machine, jobs : StateMachine, TrainingJobs
        Where it runs.
    pause : callable
        Waits so many seconds before it is looked at again.

    Raises
    ------
    JobFailed
        It failed, or was stopped.
    AwsUnavailable
        AWS did not answer. The training goes on.
    """
    plan: dict[str, Any] | None = None
    tail = None
    while (now := machine.execution(execution)).status == "RUNNING":
        plan = plan or _plan(machine, execution)
        if plan is None:
            yield Step("preparing")
        else:
            name = plan["job"]["TrainingJobName"]
            tail = tail or jobs.tail(name)
            yield Step(_phase(jobs, name), tuple(tail.lines()), name)
        pause(EVERY_S)
    plan = plan or _plan(machine, execution)
    if plan is not None:
        name = plan["job"]["TrainingJobName"]
        yield Step("ended", tuple((tail or jobs.tail(name)).lines()), name)
    if now.status != "SUCCEEDED" or plan is None:
        raise JobFailed(_reason(now, plan, jobs))
    yield _outcome(plan, now)


def _plan(machine: StateMachine, execution: str) -> dict[str, Any] | None:
    prepared = machine.exited(execution, PREPARE)
    return None if prepared is None else prepared["plan"]


def _phase(jobs: TrainingJobs, name: str) -> str:
    found = jobs.describe(name)
    if found is None:
        return "waiting for SageMaker"
    return "registering" if found.status == "Completed" else found.phase.lower()


def _outcome(plan: dict[str, Any], ended: Execution) -> Outcome:
    registered = (ended.output or {}).get("registered")
    return Outcome(
        job=plan["job"]["TrainingJobName"],
        client=ClientName(plan["client"]),
        pipeline=PipelineName(plan["pipeline"]),
        version=Version(plan["version"]),
        revision=registered["revision"] if registered else None,
    )


def _reason(ended: Execution, plan: dict[str, Any] | None, jobs: TrainingJobs) -> str:
    """Return why a training failed: what the job says itself, else what the state machine says."""
    if ended.status in ("ABORTED", "TIMED_OUT"):
        return "it was stopped" if ended.status == "ABORTED" else "it took longer than the stage lets it"
    job = None if plan is None else jobs.describe(plan["job"]["TrainingJobName"])
    if job is not None and job.failure:
        return job.failure
    if job is not None and job.status == "Completed" and plan is not None:
        made = f"version {plan['version']} of {plan['pipeline']} was trained and published"
        return f"{made}, but not registered: {_said(ended)}"
    return _said(ended)


def _said(ended: Execution) -> str:
    """Return the sentence of a cause; a Lambda function's is JSON, with a trace that nobody wants."""
    try:
        cause = orjson.loads(ended.cause)
    except orjson.JSONDecodeError:
        return ended.cause or ended.error or "no reason was given"
    message = cause.get("errorMessage") or cause.get("FailureReason") if isinstance(cause, dict) else None
    return str(message or ended.cause)
