"""A registered pipeline as an image of its own, which answers the microservice contract."""

from augury.packaging.building import Say, package
from augury.packaging.docker import Docker, DockerFailed
from augury.packaging.plan import LANE_TARGETS, PackagePlan, Predictor, checked_tag, plan_package

__all__ = [
    "LANE_TARGETS",
    "Docker",
    "DockerFailed",
    "PackagePlan",
    "Predictor",
    "Say",
    "checked_tag",
    "package",
    "plan_package",
]
