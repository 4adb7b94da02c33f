"""``augury undeploy``: a client's own image answers no more, and goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import typer

from augury.aws.function_versions import FunctionVersions
from augury.aws.roles import FunctionRole
from augury.cli import deploy_options as given
from augury.cli import deploy_report, session
from augury.cli.deploy_options import Where
from augury.cli.deploy_work import boundary_of, commands_of, lock_of, stage_of
from augury.cli.session import AsJson, Session
from augury.deployment import Microservice, carry_out
from augury.deployment.clock import WallClock
from augury.deployment.cluster import Cluster
from augury.deployment.eks_plan import ADDRESS, ClusterOptions, ordered
from augury.deployment.ingress import Balancer
from augury.deployment.removal import IsOurs, RemovalWork, Resource, plan_removal
from augury.names import ServiceName
from augury.registry import HttpTarget, LambdaTarget

_WHERE = {Where.LAMBDA: "on Lambda", Where.EKS: "on this cluster"}

type Removals = dict[Resource, Callable[[], None]]
"""What a microservice consists of, in the order in which it is removed, and what removes it."""


def undeploy(
    context: typer.Context,
    name: given.Name,
    client: given.Client,
    target: given.Target = Where.LAMBDA,
    kubeconfig: given.KubeConfig = None,
    cluster: given.Context = None,
    force: given.Force = False,
    by: given.By = None,
    dry_run: given.DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take a service down that `augury deploy` brought up: first nobody calls it, then it goes.

    Its images and logs stay. The service of a deleted client goes without more ado: nobody calls it.
    """
    run, who = session.of(context), by or session.operator()
    owner = session.recorded_client(run, client)
    is_forced = force or not run.clients.exists(owner)
    service = Microservice(name=ServiceName(name), client=owner, stage=stage_of(run), image="", version="")
    if target is Where.LAMBDA:
        is_ours, removals = _lambda_parts(run, service)
    else:
        found = Cluster.of_kubeconfig(str(kubeconfig) if kubeconfig else None, cluster)
        is_ours, removals = _cluster_parts(found, service)
    lock = lock_of(run, owner, service.name, who)
    work = RemovalWork(
        client=owner,
        registry=run.registry,
        removals={one.name: remove for one, remove in removals.items()},
        lock=lock,
        clock=WallClock(),
        by=who,
    )
    plan = plan_removal(service.name, owner, run.registry.deployments(owner), is_ours, removals, force=is_forced)
    if not as_json:
        deploy_report.show(plan)
    if not dry_run:
        with lock:
            carry_out(plan, work, commands=commands_of(context), report=deploy_report.reporter(quiet=as_json))
    if as_json:
        session.print_json(deploy_report.as_json(plan, done=not dry_run))
    elif not plan.remaining:
        session.console().print(f"{owner} has no service {name!r} {_WHERE[target]}: there was nothing to take down.")
    else:
        session.console().print("Nothing was changed." if dry_run else f"{service.name} of {owner} is gone.")


def _lambda_parts(run: Session, service: Microservice) -> tuple[IsOurs, Removals]:
    functions = FunctionVersions(run.connection.function_admin(), service.function)
    role = FunctionRole(run.connection.iam(), service.function, boundary_of(run))
    removals: Removals = {
        Resource(f"function {service.function}", functions.read() is not None): functions.remove,
        Resource(f"role {service.function}", role.arn() is not None): role.remove,
    }
    return lambda target: isinstance(target, LambdaTarget) and target.function == service.function, removals


def _cluster_parts(cluster: Cluster, service: Microservice) -> tuple[IsOurs, Removals]:
    found = cluster.get("Service", service.namespace, service.name)
    notes = found["metadata"].get("annotations", {}) if found else {}
    address = notes.get(ADDRESS) or ClusterOptions().url(service)
    is_ours = lambda target: isinstance(target, HttpTarget) and target.url == HttpTarget(url=address).url  # noqa: E731
    return is_ours, dict(_objects(cluster, service))


def _objects(cluster: Cluster, service: Microservice) -> Iterator[tuple[Resource, Callable[[], None]]]:
    options = ClusterOptions(balancer=Balancer("every.kind", ""))
    for kind, name in ordered(options.manifests(service)):
        is_there = cluster.get(kind, service.namespace, name) is not None
        yield Resource(f"{kind} {name}", is_there), _deleting(cluster, kind, service.namespace, name)


def _deleting(cluster: Cluster, kind: str, namespace: str, name: str) -> Callable[[], None]:
    return lambda: cluster.delete(kind, namespace, name)
