"""``augury pipeline train``: from a definition and a client's events, a file or example data to an artifact."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from augury.artifacts import REPORT_FILE, DataWindow
from augury.cli import manifest_summary, session
from augury.cli.session import AsJson, Session
from augury.cli.train_on_aws import Kept, request_of, train_on_aws
from augury.names import ClientName, Version

if TYPE_CHECKING:
    from augury.cli.training import Job
    from augury.training import TrainingOutcome

_DAY = ["%Y-%m-%d"]


class FoldChoice(StrEnum):
    """Kinds of folds, as :class:`augury.training.FoldKind` has them, which would load pandas."""

    STRATIFIED = "stratified"
    PLAIN = "plain"
    TIME = "time"
    GROUPED = "grouped"


class Place(StrEnum):
    """Where a pipeline is trained."""

    HERE = "here"
    AWS = "aws"


Definition = Annotated[Path, typer.Argument(help="Python file that defines build_pipeline().", show_default=False)]
Client = Annotated[str, typer.Option(help="Whose events to train on, and whose pipeline it becomes.")]
First = Annotated[datetime | None, typer.Option("--from", formats=_DAY, help="First UTC day. [default: today]")]
Last = Annotated[datetime | None, typer.Option("--to", formats=_DAY, help="Last UTC day. [default: today]")]
Data = Annotated[
    str | None,
    typer.Option(
        help="File or directory instead of events (CSV, JSON, NDJSON, Parquet); `example` for the file's own."
    ),
]
Registered = Annotated[bool, typer.Option("--register", help="Let it answer the client's calls.")]
Label = Annotated[str | None, typer.Option("--version", help="Label of the version. [default: the time]")]
Out = Annotated[Path | None, typer.Option(help="Directory to keep the artifact in.")]
Report = Annotated[Path | None, typer.Option(help="File to write the HTML report to.")]
Unsigned = Annotated[bool, typer.Option("--unsigned", help="Do not sign it; with --data no deployment is needed then.")]
NoExamples = Annotated[
    bool, typer.Option("--no-examples", help="Keep no values of the data in the schema: no examples, no categories.")
]
Seed = Annotated[int, typer.Option(min=0, help="Of the folds, the search, and every random_state left open.")]
FoldCount = Annotated[int, typer.Option("--folds", help="Folds of the cross-validation.")]
FoldOfKind = Annotated[
    FoldChoice | None, typer.Option("--fold-kind", help="[default: stratified for classes, plain for numbers]")
]
FoldField = Annotated[
    str | None, typer.Option("--fold-by", help="Field with the time or the group. [default for time: timestamp]")
]
Trials = Annotated[int | None, typer.Option("--tune", min=1, help="Trials of a search over search_space().")]
On = Annotated[
    Place, typer.Option("--on", help="Train on this machine, or as a SageMaker job in the client's own role.")
]
Study = Annotated[Path | None, typer.Option(help="File that keeps the trials: a search that finds it goes on.")]


def train(
    context: typer.Context,
    file: Definition,
    client: Client,
    first: First = None,
    last: Last = None,
    data: Data = None,
    register: Registered = False,
    version: Label = None,
    out: Out = None,
    report: Report = None,
    unsigned: Unsigned = False,
    no_examples: NoExamples = False,
    seed: Seed = 0,
    folds: FoldCount = 5,
    fold_kind: FoldOfKind = None,
    fold_by: FoldField = None,
    tune: Trials = None,
    study: Study = None,
    on: On = Place.HERE,
    as_json: AsJson = False,
) -> None:
    """Train a pipeline on a client's events of some days, or on a file."""
    run = session.of(context)
    _refuse_contradictions(data, first, last, register=register, unsigned=unsigned, study=study, tune=tune)
    if on is Place.AWS:
        _refuse_what_stays_here(data, unsigned=unsigned, study=study)
        window = {} if data else _as_texts(*_window(first, last))
        asked = {
            "client": session.existing_client(run, client),
            "version": version,
            "data": data or "events",
            "folds": folds,
            "fold_kind": fold_kind,
            "fold_by": fold_by,
            "seed": seed,
            "tune": tune,
            "examples": not no_examples,
            "registers": register,
            **window,
        }
        return train_on_aws(run, request_of(file, asked), Kept(out, report), as_json=as_json)
    from augury.cli import training
    from augury.cli.training import Job
    from augury.cli.training_summary import summary
    from augury.training import FoldKind, Folds, Search

    alone = data is not None and not register and (unsigned or out is None)
    with tempfile.TemporaryDirectory(prefix="augury-") as scratch:
        job = Job(
            client=ClientName(client) if alone else session.existing_client(run, client),
            version=Version(version) if version else training.version_of_now(),
            directory=out or Path(scratch) / "artifact",
            signer=None if alone or unsigned else run.signer,
            folds=Folds(folds, FoldKind(fold_kind) if fold_kind else None, fold_by, seed),
            search=Search(tune, study) if tune else None,
            examples=not no_examples,
            quiet=as_json,
        )
        outcome = _train(run, file, data, first, last, job)
        if report:
            shutil.copyfile(outcome.directory / REPORT_FILE, report)
        revision = _registered(run, outcome, job) if register else None
    if as_json:
        return session.print_json(manifest_summary.as_json(outcome.manifest, revision))
    session.console().print(summary(outcome))
    if report:
        session.console().print(f"Report: {report}", soft_wrap=True)
    if revision is not None:
        session.console().print(f"Registered: version {outcome.manifest.version} answers as revision {revision}.")
    return None


def _train(
    run: Session, file: Path, data: str | None, first: datetime | None, last: datetime | None, job: Job
) -> TrainingOutcome:
    from augury.cli import training
    from augury.training import load_definition

    if data is not None:
        definition = load_definition(file)
        return training.run(definition, training.given_data(definition, data), DataWindow(), job)
    return training.train_on_events(run.connection, run.deployment.bucket, file, *_window(first, last), job)


def _window(first: datetime | None, last: datetime | None) -> tuple[date, date]:
    today = datetime.now(UTC).date()
    return _day(first, today), _day(last, today)


def _as_texts(first: date, last: date) -> dict[str, str]:
    return {"first": first.isoformat(), "last": last.isoformat()}


def _registered(run: Session, outcome: TrainingOutcome, job: Job) -> int:
    from augury.cli import training

    return training.register(outcome.directory, job.client, run.store, run.registry, run.trust).revision


def _refuse_contradictions(
    data: str | None,
    first: datetime | None,
    last: datetime | None,
    *,
    register: bool,
    unsigned: bool,
    study: Path | None,
    tune: int | None,
) -> None:
    if data is not None and (first or last):
        raise ValueError("--data takes the place of --from and --to: give one or the other")
    if register and unsigned:
        raise ValueError("--register needs a signature: leave --unsigned out")
    if study and not tune:
        raise ValueError("--study keeps the trials of --tune: say how many")


def _refuse_what_stays_here(data: str | None, *, unsigned: bool, study: Path | None) -> None:
    if data not in (None, "example"):
        raise ValueError("--on aws trains on the client's events: import files with `augury events import` first")
    if unsigned:
        raise ValueError("--on aws signs with the stage's key: leave --unsigned out")
    if study:
        raise ValueError("--on aws keeps the trials of --tune itself: leave --study out")


def _day(given: datetime | None, default: date) -> date:
    return given.date() if given else default
