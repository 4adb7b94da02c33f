"""``augury pipeline train --on aws``: the training is started, followed, and its artifact looked at."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from augury import artifacts, training_jobs
from augury.aws import read_outputs
from augury.aws.executions import StateMachine
from augury.aws.training_jobs import TrainingJobs
from augury.cli import manifest_summary, session
from augury.cli.session import Profile, Session
from augury.lake import model_prefix
from augury.training_jobs import Outcome, Step, TrainingRequest
from augury.training_jobs.sources import named, read_source


@dataclass(frozen=True, slots=True)
class Kept:
    """What is to be kept here of what was made there.

    Parameters
    ----------
    out : Path, optional
        Directory for the artifact.
    report : Path, optional
        File for the report.
    """

    out: Path | None
    report: Path | None


def request_of(file: Path, asked: dict[str, Any]) -> TrainingRequest:
    """Return the request to train a definition file, which is read and not run.

    Raises
    ------
    InvalidTraining
        The file or a field is not what it should be.
    """
    source = read_source(file)
    about = {"pipeline": named(file, source), "definition": file.name, "source": source}
    return training_jobs.read_request(about | asked)


def train_on_aws(
    run: Session,
    request: TrainingRequest,
    kept: Kept,
    *,
    as_json: bool,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Train on AWS, show what happens, and say what came of it.

    Raises
    ------
    JobFailed
        The training failed, or was stopped.
    ValueError
        The deployment has no training.
    """
    machine = _machine(run)
    execution = machine.start(_name(request), request.model_dump(mode="json", exclude_none=True))
    jobs = TrainingJobs(run.connection.sagemaker(), run.connection.logs())
    steps = training_jobs.follow(execution, machine=machine, jobs=jobs, pause=pause)
    try:
        outcome = _watched(steps, quiet=as_json)
    except KeyboardInterrupt:
        session.progress().print(f"The training goes on without this command: {execution}", soft_wrap=True)
        raise
    manifest = _fetched(run, outcome, kept)
    if as_json:
        told = manifest_summary.as_json(manifest, outcome.revision)
        return session.print_json({**told, "job": outcome.job, "execution": execution})
    title = f"Pipeline {outcome.pipeline}, version {outcome.version}, by training job {outcome.job}"
    session.print_facts(title, manifest_summary.facts(manifest))
    for path in filter(None, (kept.out, kept.report)):
        session.console().print(f"Kept: {path}", soft_wrap=True)
    if outcome.revision is not None:
        session.console().print(f"Registered: version {outcome.version} answers as revision {outcome.revision}.")
    return None


def _machine(run: Session) -> StateMachine:
    if run.profile is Profile.LOCAL:
        raise ValueError("--on aws trains in a deployment on AWS: leave --profile local out, or train here")
    outputs = read_outputs(run.connection.cloudformation(), f"Augury-{run.stage}-Training")
    if "TrainingMachineArn" not in outputs:
        raise ValueError(f"the training stack of stage {run.stage!r} lacks its output TrainingMachineArn: deploy it")
    return StateMachine(run.connection.stepfunctions(), outputs["TrainingMachineArn"])


def _name(request: TrainingRequest) -> str:
    """Return a name for the execution, by which an operator knows it: Step Functions takes 80 characters."""
    return f"{request.client}-{request.pipeline}"[:63] + f"-{secrets.token_hex(8)}"


def _watched(steps: Iterator[Step | Outcome], *, quiet: bool) -> Outcome:
    with _spinner(quiet=quiet) as show:
        for step in steps:
            if isinstance(step, Outcome):
                return step
            show(step)
    raise AssertionError("a training ends with its outcome, or fails")


@contextmanager
def _spinner(*, quiet: bool) -> Iterator[Callable[[Step], None]]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, transient=True, console=session.progress(), disable=quiet) as progress:
        task = progress.add_task("starting", total=None)

        def show(step: Step) -> None:
            progress.update(task, description=step.phase if step.job is None else f"{step.job}: {step.phase}")
            for line in () if quiet else step.lines:
                progress.console.print(f"[dim]{escape(line)}[/]", soft_wrap=True)

        yield show


def _fetched(run: Session, outcome: Outcome, kept: Kept) -> artifacts.Manifest:
    """Return the manifest of what was published, once it is checked whole; lay down here what is to be kept."""
    prefix = model_prefix(outcome.client, outcome.pipeline, outcome.version)
    digest = artifacts.digest(run.store.get(prefix + artifacts.MANIFEST_FILE))
    with tempfile.TemporaryDirectory(prefix="augury-") as scratch:
        directory = kept.out or Path(scratch) / "artifact"
        artifact = artifacts.fetch(run.store, prefix, directory, digest, run.trust)
        if kept.report is not None:
            shutil.copyfile(directory / artifacts.REPORT_FILE, kept.report)
    return artifact.manifest
