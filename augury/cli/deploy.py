"""``augury deploy``: a client's own image answers its calls, once it is found fit to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import typer

from augury.aws import FunctionInvoker
from augury.cli import deploy_options as given
from augury.cli import deploy_report, session
from augury.cli.deploy_images import pinned
from augury.cli.deploy_options import Where
from augury.cli.deploy_work import Work, boundary_of, commands_of, contract_of, lock_of, require_allowed, stage_of
from augury.cli.session import AsJson, Session
from augury.deployment import Commands, ImageName, Kind, Microservice, Rollout, Step, carry_out
from augury.deployment.clock import WallClock
from augury.deployment.cluster import Cluster
from augury.deployment.eks_plan import ClusterOptions, eks_answering
from augury.deployment.eks_work import EksWork
from augury.deployment.ingress import Balancer
from augury.deployment.lambda_plan import lambda_answering
from augury.deployment.lambda_work import LambdaWork
from augury.names import PipelineName, ServiceName
from augury.registry import parse_target

_NOTHING_HALF_DONE = (
    "Nothing is half done: to go further back, deploy the earlier VERSION, or name a revision to `pipeline rollback`."
)


def deploy(
    context: typer.Context,
    name: given.Name,
    image: given.Image,
    version: given.Version,
    client: given.Client,
    target: given.Target = Where.LAMBDA,
    pipeline: given.Pipeline = None,
    ratio: given.Ratio = None,
    memory: given.Memory = 1024,
    timeout: given.Timeout = 2.0,
    env: given.Env = None,
    sample: given.Sample = None,
    push: given.Push = False,
    canary: given.Canary = "0.1,0.5",
    watch: given.Watch = "2m",
    max_errors: given.MaxErrors = 0.01,
    kubeconfig: given.KubeConfig = None,
    cluster: given.Context = None,
    replicas: given.Replicas = 2,
    max_replicas: given.MaxReplicas = 10,
    cpu: given.Cpu = 250,
    health: given.Health = "/health",
    allow_from: given.AllowFrom = None,
    egress: given.Egress = False,
    domain: given.Domain = None,
    address: given.Address = None,
    take_over: given.TakeOver = False,
    by: given.By = None,
    rollback: given.RollBack = False,
    dry_run: given.DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Let an image of a client's own answer its calls: started, checked, given a part of them, watched, then all.

    What answered before goes on to do so until then, and does again where the new version turns out to be unfit.
    Given again after it broke off, the same command goes on where it was.
    """
    given.require_consistent(context, target)
    run = session.of(context)
    owner = session.existing_client(run, client)
    service = Microservice(
        name=ServiceName(name),
        client=owner,
        stage=stage_of(run),
        image="",
        version=version,
        memory_mb=memory,
        timeout_s=timeout,
        environment=given.environment(env),
    )
    named = ImageName(image, version)
    request = _Request(
        run,
        pinned(run, named, service, target, push=push, copy=not dry_run and not rollback),
        PipelineName(pipeline or name),
        ratio,
        given.rollout(canary, watch, max_errors),
        given.sample(sample),
        by or session.operator(),
    )
    if target is Where.LAMBDA:
        work: Work = request.lambda_work()
    else:
        options = ClusterOptions(
            replicas=replicas,
            most_replicas=max_replicas,
            cpu_m=cpu,
            health_path=None if health == "tcp" else health,
            callers=tuple(allow_from or ()),
            egress=egress,
            balancer=Balancer(domain, f"augury-{service.stage}") if domain else None,
            address=address,
        )
        found = Cluster.of_kubeconfig(str(kubeconfig) if kubeconfig else None, cluster)
        work = request.eks_work(options, found, take_over=take_over)
    if rollback:
        return _roll_back(work, as_json=as_json)
    if dry_run:
        return _show(work, named, as_json=as_json)
    return _deploy(work, commands_of(context), as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Request:
    """What was asked for, wherever it is to run."""

    run: Session
    service: Microservice
    pipeline: PipelineName
    ratio: float | None
    rollout: Rollout
    sample: Any
    by: str

    def lambda_work(self) -> LambdaWork:
        """Return what deploys it as a Lambda function."""
        return LambdaWork(
            connection=self.run.connection,
            invoker=FunctionInvoker(self.run.connection),
            boundary=boundary_of(self.run),
            answering=lambda_answering(self.service, self.pipeline, self.ratio),
            **self._shared(),
        )

    def eks_work(self, options: ClusterOptions, cluster: Cluster, *, take_over: bool) -> EksWork:
        """Return what deploys it to a cluster."""
        url = options.url(self.service)
        parse_target(url)
        require_allowed(self.run, url)
        return EksWork(
            options=options,
            cluster=cluster,
            answering=eks_answering(self.service, url, self.pipeline, self.ratio),
            take_over=take_over,
            **self._shared(),
        )

    def _shared(self) -> dict[str, Any]:
        return {
            "service": self.service,
            "registry": self.run.registry,
            "rollout": self.rollout,
            "contract": contract_of(self.sample),
            "lock": lock_of(self.run, self.service.client, self.service.name, self.by),
            "clock": WallClock(),
            "by": self.by,
        }


def _show(work: Work, image: ImageName, *, as_json: bool) -> None:
    plan, pinned_image = work.plan(), work.service.image
    if "@" not in pinned_image:
        copy = Step(Kind.MIRROR, f"copy {image.whole} to {pinned_image}")
        plan = replace(plan, steps=(copy, *plan.steps))
    if as_json:
        return session.print_json(deploy_report.as_json(plan, done=False, **_facts(work)))
    deploy_report.show(plan)
    session.console().print("Nothing was changed." if plan.remaining else "Nothing is left to be done.")
    return None


def _deploy(work: Work, commands: Commands, *, as_json: bool) -> None:
    with work.lock:
        plan = work.plan()
        if not as_json:
            deploy_report.show(plan)
        carry_out(plan, work, commands=commands, report=deploy_report.reporter(quiet=as_json))
    if as_json:
        return session.print_json(deploy_report.as_json(plan, done=True, **_facts(work)))
    done = f"Done: {work.service.name} {work.service.version} answers everywhere within 10 seconds."
    session.console().print(done if plan.remaining else "Nothing was left to be done.")
    return None


def _facts(work: Work) -> dict[str, str]:
    return {"image": work.service.image, "target": work.answering.target.name, "pipeline": work.answering.pipeline}


def _roll_back(work: Work, *, as_json: bool) -> None:
    with work.lock:
        told = work.roll_back()
    if as_json:
        return session.print_json({"rolled_back": told})
    session.console().print(f"{told[0].upper()}{told[1:]}." if told else _NOTHING_HALF_DONE)
    return None
