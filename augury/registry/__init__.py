"""Which pipelines, versions and variations a client has, and which of them answers a request."""

from augury.registry.changes import (
    ChangeRefused,
    DeploymentChange,
    VariationChange,
    plan_promotion,
    plan_rollback,
    plan_withdrawal,
)
from augury.registry.deployments import PipelineDeployment, Variation
from augury.registry.routing import choose_shadows, choose_variation
from augury.registry.store import DeploymentChanged, NotRegistered, Registry, VersionExists
from augury.registry.targets import HttpTarget, LambdaTarget, PipelineTarget, Target, parse_target
from augury.registry.versions import PipelineVersion

__all__ = [
    "ChangeRefused",
    "DeploymentChange",
    "DeploymentChanged",
    "HttpTarget",
    "LambdaTarget",
    "NotRegistered",
    "PipelineDeployment",
    "PipelineTarget",
    "PipelineVersion",
    "Registry",
    "Target",
    "Variation",
    "VariationChange",
    "VersionExists",
    "choose_shadows",
    "choose_variation",
    "parse_target",
    "plan_promotion",
    "plan_rollback",
    "plan_withdrawal",
]
