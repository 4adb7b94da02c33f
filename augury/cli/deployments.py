"""``augury pipeline promote``, ``rollback``, ``withdraw`` and ``default``: who answers a client's calls.

Each shows what will change before it changes it.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from augury.cli import pipeline_tables, session
from augury.cli.session import AsJson, Session
from augury.names import ClientName, PipelineName
from augury.registry import (
    DeploymentChange,
    NotRegistered,
    PipelineDeployment,
    parse_target,
    plan_promotion,
    plan_rollback,
    plan_withdrawal,
)

Client = Annotated[str, typer.Argument(help="Whose pipeline.")]
Name = Annotated[str, typer.Argument(help="Name of the pipeline.")]
Why = Annotated[str | None, typer.Option(help="Reason, kept with the revision.")]
By = Annotated[str | None, typer.Option(help="Who changes it. [default: your user name]", envvar="AUGURY_OPERATOR")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")]


def promote(
    context: typer.Context,
    client: Client,
    name: Name,
    target: Annotated[
        str, typer.Argument(help="What answers: a version, lambda:FUNCTION[:ALIAS], or the address of a service.")
    ],
    ratio: Annotated[float, typer.Option(help="Part of all calls, above 0 and up to 1.")] = 1.0,
    label: Annotated[
        str | None, typer.Option(help="Label of the variation. [default: the target's own, or the version]")
    ] = None,
    shadow: Annotated[bool, typer.Option("--shadow", help="Only show it that part of the calls.")] = False,
    fallback: Annotated[
        list[str] | None, typer.Option(help="Target that answers where the one before fails; may repeat.")
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(help="Seconds that a function or service may take. [default: 2]")
    ] = None,
    get: Annotated[bool, typer.Option("--get", help="Ask a service by GET, as Seldon Server did.")] = False,
    why: Why = None,
    by: By = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Let a version, a function or a service answer all or a part of a pipeline's calls."""
    run = session.of(context)
    owner, pipeline = session.existing_client(run, client), PipelineName(name)
    parse = partial(parse_target, timeout_s=timeout, method="GET" if get else "POST")
    change = plan_promotion(
        run.registry.deployment(owner, pipeline),
        pipeline,
        parse(target),
        share=ratio,
        label=label,
        fallbacks=[parse(one) for one in fallback or ()],
        shadow=shadow,
    )
    _carry_out(run, owner, change, by=by, why=why, dry_run=dry_run, as_json=as_json)


def rollback(
    context: typer.Context,
    client: Client,
    name: Name,
    to: Annotated[int | None, typer.Option(help="Revision to bring back. [default: the last one that differs]")] = None,
    why: Why = None,
    by: By = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Bring an earlier revision of a pipeline's variations back."""
    run = session.of(context)
    owner = session.existing_client(run, client)
    current = _deployed(run, owner, name)
    change = plan_rollback(current, list(run.registry.revisions(owner, current.pipeline)), to)
    _carry_out(run, owner, change, by=by, why=why, dry_run=dry_run, as_json=as_json)


def withdraw(
    context: typer.Context,
    client: Client,
    name: Name,
    label: Annotated[str, typer.Argument(help="Label of the variation.")],
    why: Why = None,
    by: By = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take a variation away; the others share its calls."""
    run = session.of(context)
    owner = session.existing_client(run, client)
    change = plan_withdrawal(_deployed(run, owner, name), label)
    _carry_out(run, owner, change, by=by, why=why, dry_run=dry_run, as_json=as_json)


def make_default(context: typer.Context, client: Client, name: Name, as_json: AsJson = False) -> None:
    """Let a pipeline answer when a request names none."""
    run = session.of(context)
    owner, pipeline = session.existing_client(run, client), PipelineName(name)
    was = run.registry.default_pipeline(owner)
    run.registry.make_default(owner, pipeline)
    if as_json:
        return session.print_json({"default": pipeline, "was": was})
    session.console().print(f"Default pipeline of {owner}: {was} before, {pipeline} now.")
    return None


def _deployed(run: Session, client: ClientName, name: str) -> PipelineDeployment:
    deployment = run.registry.deployment(client, PipelineName(name))
    if deployment is None:
        known = ", ".join(one.pipeline for one in run.registry.deployments(client)) or "none"
        raise NotRegistered(f"{client!r} has no pipeline {name!r}; it has {known}")
    return deployment


def _carry_out(
    run: Session,
    client: ClientName,
    change: DeploymentChange,
    *,
    by: str | None,
    why: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    run.registry.require_versions(client, change.after)
    if not as_json:
        session.print_whole(pipeline_tables.change(change))
    is_made = change.changes and not dry_run
    made = run.registry.carry_out(client, change, by=by or session.operator(), reason=why) if is_made else None
    if as_json:
        return session.print_json(_as_json(change, made))
    if made is not None:
        session.console().print(f"Done: revision {made.revision} answers everywhere within 10 seconds.")
    else:
        session.console().print("Nothing was changed." if change.changes else "Nothing changes.")
    return None


def _as_json(change: DeploymentChange, made: PipelineDeployment | None) -> dict[str, object]:
    return {
        "done": made is not None,
        "before": None if change.before is None else change.before.model_dump(mode="json"),
        "after": (made or change.after).model_dump(mode="json"),
        "shares": {line.label: {"before": line.share_before, "after": line.share_after} for line in change.lines()},
    }
