"""A client's own image, brought up as a Lambda function or on a Kubernetes cluster, and taken down again."""

from augury.deployment.answering import Answering
from augury.deployment.canary import Rollout
from augury.deployment.contract import Contract, ContractBroken
from augury.deployment.image_names import ImageName
from augury.deployment.lock import AlreadyDeploying, DeployLock
from augury.deployment.microservice import Microservice
from augury.deployment.plan import Kind, Plan, Step
from augury.deployment.running import Commands, DeploymentFailed, carry_out

__all__ = [
    "AlreadyDeploying",
    "Answering",
    "Commands",
    "Contract",
    "ContractBroken",
    "DeployLock",
    "DeploymentFailed",
    "ImageName",
    "Kind",
    "Microservice",
    "Plan",
    "Rollout",
    "Step",
    "carry_out",
]
