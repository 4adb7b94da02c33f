"""What ``augury deploy`` and ``augury undeploy`` take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from augury.cli.options import seconds
from augury.deployment import Rollout

_CLUSTER = "On a cluster"
_CANARY = "Taking over"


class Where(StrEnum):
    """What runs an image."""

    LAMBDA = "lambda"
    EKS = "eks"


Name = Annotated[str, typer.Argument(help="Name of the service among the client's.")]
Image = Annotated[str, typer.Argument(help="Image without its tag, such as …dkr.ecr.eu-west-1.amazonaws.com/scores.")]
Version = Annotated[str, typer.Argument(help="Tag of the image, or its digest sha256:….")]
Client = Annotated[str, typer.Argument(help="Whose it is.")]
Target = Annotated[Where, typer.Option(help="What runs it: a Lambda function, or a Kubernetes cluster.")]
Pipeline = Annotated[str | None, typer.Option(help="Pipeline whose calls it answers. [default: NAME]")]
Ratio = Annotated[
    float | None, typer.Option(help="Part of the pipeline's calls. [default: what it has, else all of them]")
]
Memory = Annotated[int, typer.Option(help="Memory of one instance, in MB.")]
Timeout = Annotated[float, typer.Option(help="Seconds that a prediction may take, up to 20.")]
Env = Annotated[list[str] | None, typer.Option(help="Variable of its process, KEY=VALUE; may repeat.")]
Sample = Annotated[
    str | None, typer.Option(help="Data that a new version must answer before it gets calls: JSON, or @FILE.")
]
Push = Annotated[bool, typer.Option("--push", help="Copy the image into the stage's repository first, by docker.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")]
RollBack = Annotated[
    bool, typer.Option("--rollback", help="Bring back what answered before a deployment that broke off.")
]
Force = Annotated[bool, typer.Option("--force", help="Remove it even though calls will then fail.")]
By = Annotated[str | None, typer.Option(help="Who does it. [default: your user name]", envvar="AUGURY_OPERATOR")]
Canary = Annotated[
    str, typer.Option(help="Parts of the calls that a new version gets first; or none.", rich_help_panel=_CANARY)
]
Watch = Annotated[str, typer.Option(help="How long each part is watched, such as 90s or 5m.", rich_help_panel=_CANARY)]
MaxErrors = Annotated[float, typer.Option(help="Part of its calls that may fail.", rich_help_panel=_CANARY)]
KubeConfig = Annotated[
    Path | None, typer.Option(help="File that names the cluster. [default: kubectl's]", rich_help_panel=_CLUSTER)
]
Context = Annotated[str | None, typer.Option("--context", help="Context of that file.", rich_help_panel=_CLUSTER)]
Replicas = Annotated[int, typer.Option(help="Pods at the least.", rich_help_panel=_CLUSTER)]
MaxReplicas = Annotated[int, typer.Option(help="Pods at the most.", rich_help_panel=_CLUSTER)]
Cpu = Annotated[int, typer.Option(help="Thousandths of a CPU that each has.", rich_help_panel=_CLUSTER)]
Health = Annotated[str, typer.Option(help="Path that answers 200 when it is ready, or tcp.", rich_help_panel=_CLUSTER)]
AllowFrom = Annotated[
    list[str] | None, typer.Option(help="Network that may call it, such as 10.0.0.0/16.", rich_help_panel=_CLUSTER)
]
Egress = Annotated[bool, typer.Option("--egress", help="Let it call other hosts.", rich_help_panel=_CLUSTER)]
Domain = Annotated[
    str | None, typer.Option(help="Private domain of the internal load balancer.", rich_help_panel=_CLUSTER)
]
Address = Annotated[
    str | None, typer.Option(help="Where it is called, if it is neither of these.", rich_help_panel=_CLUSTER)
]
TakeOver = Annotated[
    bool, typer.Option("--take-over", help="Set back what somebody changed by hand.", rich_help_panel=_CLUSTER)
]


def require_consistent(context: typer.Context, target: Where) -> None:
    """See that no option was given that the others leave without a meaning.

    Raises
    ------
    ValueError
        One was; the message names it.
    """
    if context.params["rollback"] and context.params["dry_run"]:
        raise ValueError("--rollback and --dry-run exclude each other")
    if target is Where.EKS:
        return
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if getattr(parameter, "rich_help_panel", None) == _CLUSTER and source and source.name == "COMMANDLINE":
            raise ValueError(f"{parameter.opts[0]} is for --target eks")


def rollout(canary: str, watch: str, max_errors: float) -> Rollout:
    """Return how a new version takes over.

    Examples
    --------
    >>> rollout("0.1,0.5", "2m", 0.01)
    Rollout(shares=(0.1, 0.5), watch_s=120.0, max_error_rate=0.01)
    >>> rollout("none", "0", 0).shares
    ()
    """
    try:
        shares = tuple(float(part) for part in canary.split(",")) if canary != "none" else ()
    except ValueError:
        raise ValueError(f"--canary must be parts of the calls such as 0.1,0.5, or none, not {canary!r}") from None
    return Rollout(shares, float(seconds(watch, "--watch")), max_errors)


def environment(variables: Sequence[str] | None) -> Mapping[str, str]:
    """Return variables by name.

    Examples
    --------
    >>> environment(["MODE=fast", "URL=a=b"])
    {'MODE': 'fast', 'URL': 'a=b'}
    >>> environment(["MODE"])
    Traceback (most recent call last):
    ...
    ValueError: --env MODE: write it as KEY=VALUE
    """
    for one in variables or ():
        if "=" not in one:
            raise ValueError(f"--env {one}: write it as KEY=VALUE")
    return {name: value for name, _, value in (one.partition("=") for one in variables or ())}


def sample(text: str | None) -> Mapping[str, Any] | None:
    """Return the data that a new version must answer.

    Raises
    ------
    ValueError
        It is no JSON object, or its file can't be read.
    """
    if text is None:
        return None
    try:
        content = Path(text[1:]).read_bytes() if text.startswith("@") else text.encode()
    except OSError as error:
        raise ValueError(f"--sample: {text[1:]} can't be read: {error.strerror}") from None
    try:
        data = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"--sample is no JSON: {error}") from None
    if not isinstance(data, dict):
        raise ValueError("--sample must be a JSON object of features, without the envelope of a request")
    return data
