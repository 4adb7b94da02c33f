"""``augury events split``: raw events become clients' days, by whichever engine."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer

from augury.aws.addresses import LakeAddress
from augury.aws.jobs import start_job
from augury.aws.stacks import read_outputs
from augury.cli import session, split_report
from augury.cli.bars import byte_bar, step_bar
from augury.cli.session import AsJson, Session
from augury.lake import EventsPrefix
from augury.names import ClientName
from augury.split import Fate, SourceBusy, SplitResult, split_object
from augury.split.bulk import BulkSplit, Scope, check_spark, local_spark
from augury.split.ledger import Ledger

_DAY = ["%Y-%m-%d"]
_OBJECT_S = 3_600.0


class Engine(StrEnum):
    """What does the work."""

    LAMBDA = "lambda"
    SPARK = "spark"
    GLUE = "glue"


Day = Annotated[datetime, typer.Option("--from", formats=_DAY, help="First UTC day.")]


def split(
    context: typer.Context,
    first: Day,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=_DAY, help="Last UTC day. [default: the first]")
    ] = None,
    client: Annotated[
        str | None,
        typer.Option(
            help="Whose days are rewritten and shown; everybody's unless given. All clients' events are split."
        ),
    ] = None,
    engine: Annotated[
        Engine,
        typer.Option(
            help="lambda splits what nothing has split, on this machine; spark does that and rewrites the days into "
            "few large files without duplicates; glue starts the same as a job on AWS."
        ),
    ] = Engine.LAMBDA,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be read and replaced, and change nothing.")
    ] = False,
    abandon: Annotated[
        bool, typer.Option("--abandon", help="Take back what a run before left undone, rather than finish it.")
    ] = False,
    job: Annotated[str | None, typer.Option(help="Name of the Glue job. [default: the stage's]")] = None,
    as_json: AsJson = False,
) -> None:
    """Split raw events of some days by client and day. Doing it again changes nothing."""
    run = session.of(context)
    owner = session.recorded_client(run, client) if client else None
    scope = _scope(first.date(), (last or first).date(), owner)
    bulk = BulkSplit(run.store, run.table, scope, _prefix(run))
    if dry_run:
        return split_report.show_survey(bulk.survey(), rewrites=engine is not Engine.LAMBDA, as_json=as_json)
    match engine:
        case Engine.LAMBDA:
            return _split_each(bulk, as_json=as_json)
        case Engine.SPARK:
            return _split_in_bulk(run, bulk, abandon=abandon, as_json=as_json)
        case Engine.GLUE:
            return _start(run, scope, job or _job_of_stage(run), abandon=abandon, as_json=as_json)


def _scope(first: date, last: date, client: ClientName | None) -> Scope:
    if last < first:
        raise ValueError(f"--to {last} is before --from {first}")
    return Scope(first=first, last=last, client=client)


def _prefix(run: Session) -> EventsPrefix:
    configured = run.deployment.events_prefix
    return EventsPrefix(configured) if configured else EventsPrefix()


def _split_each(bulk: BulkSplit, *, as_json: bool) -> None:
    """Split by the Lambda function's code, one object after the other."""
    sources = bulk.survey().plan.sources
    ledger, owner = Ledger(bulk.table, "command line"), f"command line, {uuid.uuid4().hex[:8]}"
    results: list[SplitResult] = []
    busy: list[str] = []
    done = 0
    with byte_bar("split", sum(source.size_bytes for source in sources), quiet=as_json) as advance:
        for source in sources:
            try:
                results.append(split_object(bulk.store, ledger, source.key, owner=owner, for_s=_OBJECT_S))
            except SourceBusy:
                busy.append(source.key)
            done += source.size_bytes
            advance(done, f"{len(results)} objects")
    split_report.show_results(results, busy, as_json=as_json)
    if any(result.fate is Fate.OVERWRITTEN for result in results):
        raise typer.Exit(1)


def _split_in_bulk(run: Session, bulk: BulkSplit, *, abandon: bool, as_json: bool) -> None:
    check_spark()
    if bulk.is_idle():  # which is known without starting Spark
        return split_report.show_outcomes([], bulk.scope, as_json=as_json)
    deployment = run.deployment
    lake = LakeAddress(f"s3://{deployment.bucket}", deployment.aws_endpoint_url, deployment.region)
    with local_spark(environment=run.credentials) as context, step_bar(context, quiet=as_json) as on_step:
        outcomes = bulk.run(context, lake, abandon=abandon, on_step=on_step)
    return split_report.show_outcomes(outcomes, bulk.scope, as_json=as_json)


def _job_of_stage(run: Session) -> str:
    if run.deployment.profile != "aws":
        raise ValueError("a platform on this machine has no Glue: use --engine spark, or name a job with --job")
    outputs = read_outputs(run.connection.cloudformation(), f"Augury-{run.stage}-Split")
    if "SplitJobName" not in outputs:
        raise ValueError(f"the stacks of stage {run.stage!r} have no Glue job: deploy them, or name one with --job")
    return outputs["SplitJobName"]


def _start(run: Session, scope: Scope, job: str, *, abandon: bool, as_json: bool) -> None:
    deployment = run.deployment
    arguments = {
        "--lake": f"s3://{deployment.bucket}",
        "--table": deployment.table,
        "--region": deployment.region,
        "--from": str(scope.first),
        "--to": str(scope.last),
        **({"--client": scope.client} if scope.client else {}),
        **({"--events-prefix": deployment.events_prefix} if deployment.events_prefix else {}),
        **({"--abandon": ""} if abandon else {}),
    }
    run_id = start_job(run.connection.glue(), job, arguments)
    if as_json:
        return session.print_json({"job": job, "run_id": run_id, "arguments": arguments})
    return session.console().print(f"Started {job}: run {run_id}", markup=False, soft_wrap=True)
