"""Settings: what a function reads at cold start, and where an operator's command finds a deployment."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, model_validator

ENVIRONMENT_PREFIX: Final = "AUGURY_"
"""What the name of every variable of a function begins with."""

LOCAL_STATE = Path(".augury") / "local.json"
"""Where ``augury local up`` says how to reach it, below the directory that it was started in."""


class FunctionSettings(BaseModel):
    """Environment of a Lambda function, checked once at cold start.

    Every name is prefixed with ``AUGURY_`` in the environment. A function is given the names that it needs: what is
    missing is None, and :meth:`require` says which variable to set.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: str = "local"
    table: str | None = Field(default=None, min_length=3)
    bucket: str | None = Field(default=None, min_length=3)
    events_stream: str | None = None
    refusals_stream: str | None = None
    predictions_stream: str | None = None
    feedback_stream: str | None = None
    signing_secret: str | None = None
    pepper_secret: str | None = None
    token_lifetime_s: PositiveInt = Field(default=900, le=3600)
    model_cache_dir: Path = Path(tempfile.gettempdir()) / "augury-models"
    model_cache_bytes: PositiveInt = 1024 * 1024 * 1024
    model_cache_disk_bytes: PositiveInt = 400 * 1024 * 1024
    registry_ttl_s: PositiveInt = Field(default=5, le=5)
    http_targets: str | None = None
    masked_inputs: str | None = None
    prediction_log: Literal["background", "synchronous"] = "background"
    prediction_log_bytes: PositiveInt = 32 * 1024 * 1024
    trusted_artifact_keys: str | None = None
    allow_unsigned_artifacts: bool = False
    pandas_lane: bool = False
    artifact_signing_key: str | None = None
    training_roles: str | None = None
    training_clients: str | None = None
    heavy_function: str | None = Field(default=None, min_length=1)
    host: str = "0.0.0.0"  # noqa: S104 - a container's network is what limits who reaches it
    port: int | None = Field(default=None, ge=0, le=65_535)
    grpc_port: int | None = Field(default=None, ge=0, le=65_535)
    drain_s: PositiveInt = Field(default=25, le=600)
    baked_pipeline: Path | None = None
    trust_client_names: bool = False

    @model_validator(mode="before")
    @classmethod
    def _read_environment(cls, given: dict[str, Any]) -> dict[str, Any]:
        variables = {name: os.environ.get(ENVIRONMENT_PREFIX + name.upper()) for name in cls.model_fields}
        return {name: text for name, text in variables.items() if text is not None} | given

    def require(self, name: str) -> str:
        """Return a setting that this function cannot do without.

        Raises
        ------
        LookupError
            The variable is not set; the message names it.
        """
        value = getattr(self, name)
        if value is None:
            raise LookupError(f"environment variable {ENVIRONMENT_PREFIX}{name.upper()} is not set")
        return str(value)


class Deployment(BaseModel):
    """Where one deployment of Augury is: a stack on AWS, or a platform on this machine.

    ``augury local up`` writes it as JSON to :data:`LOCAL_STATE`. ``events_prefix`` is that of the events stream, where
    the deployment does not use the default. ``artifact_signing_key`` is the ARN of a KMS key or the path of a PEM file,
    ``trusted_artifact_keys`` what the predict function trusts: public keys in PEM and ARNs. ``http_targets``
    are the hosts that targets may be on, ``microservice_boundary`` the ARN of the policy beyond which no role of a
    client's own image reaches, ``microservice_repository`` the address of the repository for copies of such images.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    profile: Literal["local", "aws"] = "local"
    api_url: str
    aws_endpoint_url: str | None = None
    region: str
    bucket: str
    table: str
    pepper_secret: str
    events_prefix: str | None = None
    artifact_signing_key: str | None = None
    trusted_artifact_keys: str | None = None
    allow_unsigned_artifacts: bool = False
    http_targets: str | None = None
    microservice_boundary: str | None = None
    microservice_repository: str | None = None

    @classmethod
    def read_local(cls, state: Path = LOCAL_STATE) -> Deployment:
        """Read what a running local platform wrote about itself.

        Raises
        ------
        FileNotFoundError
            No platform was started in this directory; the message says how to start one.
        ValueError
            The file is not what a platform writes.
        """
        try:
            return cls.model_validate_json(state.read_bytes())
        except FileNotFoundError:
            raise FileNotFoundError(f"{state} is missing: start the platform here with `augury local up`") from None
        except ValidationError:
            raise ValueError(
                f"{state} is not what `augury local up` writes: remove it and start the platform"
            ) from None
