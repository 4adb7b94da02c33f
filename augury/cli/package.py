"""``augury pipeline package``: a registered pipeline as an image of its own."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

import augury
from augury.artifacts import fetch_manifest
from augury.cli import session
from augury.cli.session import AsJson, Session
from augury.lake import model_prefix
from augury.names import ClientName, PipelineName, Version
from augury.packaging import Docker, PackagePlan, checked_tag, plan_package
from augury.packaging import package as build_package
from augury.registry import NotRegistered, PipelineVersion

_ROOT = Path(augury.__file__).parents[1]


def package(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="Whose pipeline.")],
    name: Annotated[str, typer.Argument(help="Name of the pipeline.")],
    tag: Annotated[str, typer.Option(help="Name of the image, such as iris:1.")],
    version: Annotated[
        str | None, typer.Option(help="Version to package. [default: the one that answers]", show_default=False)
    ] = None,
    base: Annotated[
        str | None, typer.Option(help="Base image of the predictor. [default: Lambda's for Python]", show_default=False)
    ] = None,
    predictor: Annotated[
        str | None, typer.Option(help="Image of a predictor that is there already, instead of building one.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be built.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build an image that answers with one registered pipeline, by the microservice contract."""
    run = session.of(context)
    checked_tag(tag)
    owner, pipeline = session.existing_client(run, client), PipelineName(name)
    registered = _version(run, owner, pipeline, version)
    prefix = model_prefix(owner, pipeline, registered.version)
    manifest = fetch_manifest(run.store, prefix, registered.manifest_sha256, run.trust)
    plan = plan_package(manifest, tag, root=_ROOT, base=base, predictor=predictor)
    image = None if dry_run else _build(run, plan, registered, quiet=as_json)
    if as_json:
        return session.print_json(plan.as_json() | {"id": image})
    return _show(plan, is_built=image is not None)


def _build(run: Session, plan: PackagePlan, version: PipelineVersion, *, quiet: bool) -> str:
    docker = Docker()
    docker.check()
    console = session.progress()
    with console.status("packaging", spinner="dots") as status:

        def say(line: str) -> None:
            if not quiet:
                status.update(line[: console.width - 4].replace("[", r"\["))

        return build_package(plan, version, store=run.store, trust=run.trust, docker=docker, say=say)


def _version(run: Session, client: ClientName, pipeline: PipelineName, version: str | None) -> PipelineVersion:
    label = _answering(run, client, pipeline) if version is None else Version(version)
    found = run.registry.version(client, pipeline, label)
    if found is None:
        raise NotRegistered(
            f"pipeline {pipeline!r} has no version {label!r}: see `augury pipeline show {client} {pipeline}`"
        )
    return found


def _answering(run: Session, client: ClientName, pipeline: PipelineName) -> Version:
    """Return the version that answers the pipeline's calls, if it is one."""
    deployment = run.registry.deployment(client, pipeline)
    if deployment is None:
        raise NotRegistered(f"{client!r} has no pipeline {pipeline!r}: see `augury pipeline list {client}`")
    versions = sorted({target.version for target in deployment.pipeline_targets()})
    if len(versions) != 1:
        several = ", ".join(versions) or "none that is a version"
        raise ValueError(f"what answers for pipeline {pipeline!r} is {several}: say which with --version")
    return versions[0]


def _show(plan: PackagePlan, *, is_built: bool) -> None:
    console, manifest = session.console(), plan.manifest
    what = f"pipeline {manifest.pipeline} of {manifest.client}, version {manifest.version}"
    if is_built:
        console.print(f"Built [bold]{plan.tag}[/]: {what}", soft_wrap=True)
        console.print(
            f"  to try it:  docker run --rm --read-only --tmpfs /tmp --publish 5000:5000 {plan.tag}", soft_wrap=True
        )
        return
    console.print(f"Would build [bold]{plan.tag}[/]: {what}, served by its {manifest.lane} lane", soft_wrap=True)
    for command in plan.commands:
        console.print(f"  docker {shlex.join(command)}", soft_wrap=True, markup=False)
