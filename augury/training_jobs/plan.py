"""From a request to a training job: a pure function of the request, the stage and the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from augury.lake import training_definition_key, training_output
from augury.names import ClientName, PipelineName, Version
from augury.training_jobs.requests import InvalidTraining, TrainingRequest
from augury.training_jobs.roles import role_name

CHANNEL = "definition"
"""Input channel with the definition file."""

_LONGEST = 63  # characters of a job's name (SageMaker API reference, CreateTrainingJob)


@dataclass(frozen=True, slots=True)
class Stage:
    """What a job needs to know of the stage that it trains for.

    Parameters
    ----------
    name : str
        Name of the stage.
    bucket : str
        The data bucket.
    signing_key : str
        ARN of the KMS key that signs artifacts.
    roles : str
        ARN of the account's roles, up to and with the last slash.
    clients : frozenset of str
        Clients that have a training role.
    """

    name: str
    bucket: str
    signing_key: str
    roles: str
    clients: frozenset[str]


@dataclass(frozen=True, slots=True)
class JobPlan:
    """A training job to start.

    Parameters
    ----------
    job : str
        Its name.
    client, pipeline, version : ClientName, PipelineName, Version
        What it makes.
    definition_key : str
        Where the definition is laid for it.
    source : bytes
        The definition.
    role : str
        ARN of the role that it runs in.
    hyperparameters : mapping of str to str
        What it is told.
    bucket : str
        The data bucket.
    registers : bool
        Whether its artifact is registered.
    """

    job: str
    client: ClientName
    pipeline: PipelineName
    version: Version
    definition_key: str
    source: bytes
    role: str
    hyperparameters: Mapping[str, str]
    bucket: str
    registers: bool

    def as_json(self) -> dict[str, Any]:
        """Return what the state machine goes on with; ``job`` is in the words of SageMaker's CreateTrainingJob."""
        there = f"s3://{self.bucket}/"
        output = there + training_output(self.client, self.job)
        return {
            "client": str(self.client),
            "pipeline": str(self.pipeline),
            "version": str(self.version),
            "registers": self.registers,
            "job": {
                "TrainingJobName": self.job,
                "RoleArn": self.role,
                "HyperParameters": dict(self.hyperparameters),
                "DefinitionUri": there + self.definition_key.rpartition("/")[0] + "/",
                "OutputUri": output,
                "CheckpointUri": f"{output}checkpoints/",
                "Tags": [
                    {"Key": "augury:client", "Value": str(self.client)},
                    {"Key": "augury:pipeline", "Value": str(self.pipeline)},
                    {"Key": "augury:version", "Value": str(self.version)},
                ],
            },
        }


def plan_job(request: TrainingRequest, stage: Stage, at: datetime) -> JobPlan:
    """Return the job of a request.

    Parameters
    ----------
    request : TrainingRequest
        What is asked.
    stage : Stage
        Where it runs.
    at : datetime
        When it starts: the version that a request does not name, and the end of its days.

    Raises
    ------
    InvalidTraining
        The client has no training role on this stage.
    """
    if request.client not in stage.clients:
        raise InvalidTraining(
            f"client {request.client!r} does not train on stage {stage.name!r}:"
            " add it to the clients of the stage's training in infra/stages.py, and deploy"
        )
    moment = at.astimezone(UTC)
    version = request.version or Version(f"{moment:%Y%m%d-%H%M%S}")
    source = request.source.encode()
    digest = sha256(source).hexdigest()
    return JobPlan(
        job=_job_name(stage.name, request.client, request.pipeline, version, moment),
        client=request.client,
        pipeline=request.pipeline,
        version=version,
        definition_key=training_definition_key(request.client, digest, request.definition),
        source=source,
        role=stage.roles + role_name(stage.name, request.client),
        hyperparameters=_hyperparameters(request, version, digest, stage, moment),
        bucket=stage.bucket,
        registers=request.registers,
    )


def _hyperparameters(
    request: TrainingRequest, version: Version, digest: str, stage: Stage, at: datetime
) -> dict[str, str]:
    """Return what the container is told; a value that it has anyway is left out."""
    first, last = request.window(at)
    told = {
        **request.model_dump(
            mode="json",
            include={"client", "pipeline", "definition", "data", "folds", "fold_kind", "fold_by", "seed", "tune"},
        ),
        "version": str(version),
        "definition_sha256": digest,
        "first": first,
        "last": last,
        "examples": str(request.examples).lower(),
        "bucket": stage.bucket,
        "signing_key": stage.signing_key,
    }
    return {name: str(value) for name, value in told.items() if value is not None}


def _job_name(stage: str, client: ClientName, pipeline: PipelineName, version: Version, at: datetime) -> str:
    """Return a name that no other job of the account has: two of one version have different times."""
    name = "-".join(("augury", stage, client, pipeline, version.replace(".", "-")))
    mark = sha256(f"{name} {version} {at.isoformat()}".encode()).hexdigest()[:8]
    return f"{name[: _LONGEST - 9].rstrip('-')}-{mark}"
