"""What does a deployment: put together from what the operator gave and what the deployment has."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import typer

from augury.cli.session import Profile, Session
from augury.deployment import Commands, Contract, DeployLock
from augury.deployment.eks_work import EksWork
from augury.deployment.lambda_work import LambdaWork
from augury.names import ClientName, ServiceName

type Work = LambdaWork | EksWork
"""What does the steps of a deployment."""


def stage_of(run: Session) -> str:
    """Return the name of the stage, which becomes part of names in the cloud."""
    return run.stage if run.profile is Profile.AWS else "local"


def lock_of(run: Session, client: ClientName, service: ServiceName, by: str) -> DeployLock:
    """Return the lock that keeps two operators from changing a microservice at once."""
    return DeployLock(run.table, client, service, holder=by, run=uuid4().hex)


def boundary_of(run: Session) -> str:
    """Return the policy beyond which no role of a client's own image reaches.

    Raises
    ------
    ValueError
        The deployment has none.
    """
    boundary = run.deployment.microservice_boundary
    if boundary is None:
        raise ValueError("--target lambda: this deployment has no boundary for roles; update its stacks")
    return boundary


def contract_of(sample: Any) -> Contract:
    """Return what a new version is asked, judged as the predict function judges answers."""
    from augury.serving.requests import PredictRequest
    from augury.serving.targets.contract import MalformedAnswer, parse_answer

    request = PredictRequest(rows=({},), single=True)

    def find_problem(body: bytes) -> str | None:
        try:
            parse_answer(body, request)
        except MalformedAnswer as error:
            return str(error)
        return None

    return Contract(find_problem, sample)


def require_allowed(run: Session, url: str) -> None:
    """See that the predict function may call an address.

    Raises
    ------
    ValueError
        It may not; the message says which entry of the stage's list would let it.
    """
    from augury.serving.targets import AllowedHosts
    from augury.serving.targets.allowed_hosts import HostNotAllowed, Origin

    origin = Origin.of(url)
    try:
        AllowedHosts.parse(run.deployment.http_targets).rule_for(origin)
    except HostNotAllowed:
        private = "private+" if origin.scheme == "https" else ""
        entry = f"{private}{origin.scheme}://*.{origin.host.partition('.')[2] or origin.host}:{origin.port}"
        raise ValueError(
            f"predictions may not call {origin.host}: add {entry!r} to http_targets of the stage, and deploy that"
        ) from None


def commands_of(context: typer.Context) -> Commands:
    """Return the command that was given, as one that resumes, and as one that rolls back."""
    words = ["augury", *_given(context.parent), context.command.name or "", *_given(context)]
    resume = shlex.join(word for word in words if word != "--rollback")
    has_rollback = any(parameter.name == "rollback" for parameter in context.command.params)
    return Commands(resume, f"{resume} --rollback" if has_rollback else None)


def _given(context: Any) -> Iterator[str]:
    """Yield the words that give a command's parameters the values that they have."""
    for parameter in context.command.params if context else ():
        name, value = parameter.name, context.params.get(parameter.name)
        source = context.get_parameter_source(name)
        if source is None or source.name not in ("COMMANDLINE", "ENVIRONMENT"):
            continue
        if parameter.param_type_name == "argument":
            yield str(value)
        elif value is True:
            yield parameter.opts[0]
        else:
            for one in value if isinstance(value, list | tuple) else [value]:
                yield from (parameter.opts[0], str(getattr(one, "value", one)))
