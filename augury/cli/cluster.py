"""``augury cluster``: what a stage's cluster is given before the first service is deployed to it."""

from __future__ import annotations

from collections.abc import Mapping

import typer

from augury.aws import read_outputs
from augury.cli import session
from augury.cli.session import Profile, Session
from augury.deployment.predictor import load_balancing, predictor

app = typer.Typer(help="A stage's cluster: manifests of the predictor and of load balancing.", no_args_is_help=True)

_SETTINGS = {
    "predictions_stream": "PredictionsStream",
    "heavy_function": "HeavyFunction",
    "http_targets": "HttpTargets",
    "masked_inputs": "MaskedInputs",
}


@app.callback()
def group() -> None:
    """Keep ``manifests`` a command of its own while it is the only one."""


@app.command()
def manifests(context: typer.Context) -> None:
    """Print what to lay on the cluster, as JSON: `augury cluster manifests | kubectl apply --server-side -f -`."""
    run = session.of(context)
    if run.profile is Profile.LOCAL:
        raise ValueError("a platform on this machine has no cluster: leave --profile local out")
    outputs = read_outputs(run.connection.cloudformation(), f"Augury-{run.stage}-Cluster")
    items = [
        *load_balancing(f"augury-{run.stage}"),
        *predictor(
            outputs["PredictorImage"],
            _settings(run, outputs),
            network=outputs["NetworkCidr"],
            region=run.deployment.region,
        ),
    ]
    session.print_json({"apiVersion": "v1", "kind": "List", "items": items})


def _settings(run: Session, outputs: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of the predict function, for the same code on the cluster."""
    deployment = run.deployment
    given = {
        "stage": run.stage,
        "table": deployment.table,
        "bucket": deployment.bucket,
        "trusted_artifact_keys": deployment.trusted_artifact_keys,
        "allow_unsigned_artifacts": str(deployment.allow_unsigned_artifacts).lower(),
        **{setting: outputs.get(name) for setting, name in _SETTINGS.items()},
    }
    return {name: value for name, value in given.items() if value is not None}
