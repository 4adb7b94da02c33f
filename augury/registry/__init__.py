"""Which pipelines, versions and variations a client has, and which of them answers a request."""

from augury.registry.deployments import PipelineDeployment, PipelineTarget, Variation
from augury.registry.routing import choose_variation
from augury.registry.store import PipelineVersion, Registry, VersionExists

__all__ = [
    "PipelineDeployment",
    "PipelineTarget",
    "PipelineVersion",
    "Registry",
    "Variation",
    "VersionExists",
    "choose_variation",
]
