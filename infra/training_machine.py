"""The state machine of a training, in the Amazon States Language: prepare, train, register."""

from __future__ import annotations

from typing import Any

from augury.aws import AwsUnavailable
from augury.training_jobs.following import PREPARE, REGISTER, TRAIN
from augury.training_jobs.plan import CHANNEL
from infra.training_config import TrainingConfig

_INVOKE = "arn:{partition}:states:::lambda:invoke"
_TRAIN = "arn:{partition}:states:::sagemaker:createTrainingJob.sync"

# "Handle transient Lambda service exceptions",
# https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html
_TRANSIENT = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    AwsUnavailable.__name__,  # of our functions: each may be called again, and what was trained is not to be lost
]

_METRICS = ("accuracy", "balanced_accuracy", "f1", "auc", "log_loss", "rmse", "mae", "r2")


def machine(
    *, prepare: str, register: str, image: str, region: str, partition: str, config: TrainingConfig
) -> dict[str, Any]:
    """Return the definition of a stage's state machine.

    Parameters
    ----------
    prepare, register : str
        ARNs of the functions.
    image : str
        URI of the trainer image.
    region, partition : str
        Where it runs.
    config : TrainingConfig
        On what machines, and for how long.
    """
    plan = {"request.$": "$", "started_at.$": "$$.Execution.StartTime"}
    prepared = _invoke(partition, prepare, plan, selected={"plan.$": "$.Payload"})
    registered = _invoke(partition, register, "$.plan", selected={"revision.$": "$.Payload.revision"})
    return {
        "Comment": "Train a client's pipeline, and let it answer",
        "StartAt": PREPARE,
        "TimeoutSeconds": 2 * config.max_runtime_s + 3600,
        "States": {
            PREPARE: {**prepared, "ResultPath": "$", "Next": TRAIN},
            TRAIN: {
                "Type": "Task",
                "Resource": _TRAIN.format(partition=partition),
                "Parameters": _job(image, region, config),
                "ResultSelector": {"status.$": "$.TrainingJobStatus"},
                "ResultPath": "$.training",
                "Next": "Registers",
            },
            "Registers": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.plan.registers", "BooleanEquals": True, "Next": REGISTER}],
                "Default": "Trained",
            },
            REGISTER: {**registered, "ResultPath": "$.registered", "End": True},
            "Trained": {"Type": "Succeed"},
        },
    }


def _invoke(partition: str, function: str, payload: Any, *, selected: dict[str, str]) -> dict[str, Any]:
    given = {"Payload.$": payload} if isinstance(payload, str) else {"Payload": payload}
    return {
        "Type": "Task",
        "Resource": _INVOKE.format(partition=partition),
        "Parameters": {"FunctionName": function, **given},
        "ResultSelector": selected,
        "Retry": [{"ErrorEquals": _TRANSIENT, "IntervalSeconds": 2, "MaxAttempts": 6, "BackoffRate": 2}],
    }


def _job(image: str, region: str, config: TrainingConfig) -> dict[str, Any]:
    """Return the parameters of CreateTrainingJob; what differs between jobs comes from the plan."""
    stopping: dict[str, Any] = {"MaxRuntimeInSeconds": config.max_runtime_s}
    if config.spot:
        stopping["MaxWaitTimeInSeconds"] = 2 * config.max_runtime_s
    return {
        "TrainingJobName.$": "$.plan.job.TrainingJobName",
        "RoleArn.$": "$.plan.job.RoleArn",
        "HyperParameters.$": "$.plan.job.HyperParameters",
        "Tags.$": "$.plan.job.Tags",
        "AlgorithmSpecification": {
            "TrainingImage": image,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": name, "Regex": f"^{name}=(.*?);"} for name in _METRICS],
        },
        "Environment": {"AWS_DEFAULT_REGION": region},
        "InputDataConfig": [
            {
                "ChannelName": CHANNEL,
                "DataSource": {
                    "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri.$": "$.plan.job.DefinitionUri"},
                },
            }
        ],
        "OutputDataConfig": {"S3OutputPath.$": "$.plan.job.OutputUri"},
        "CheckpointConfig": {"S3Uri.$": "$.plan.job.CheckpointUri"},
        "EnableManagedSpotTraining": config.spot,
        "EnableInterContainerTrafficEncryption": True,
        "ResourceConfig": {
            "InstanceCount": 1,
            "InstanceType": config.instance_type,
            "VolumeSizeInGB": config.volume_gib,
        },
        "StoppingCondition": stopping,
    }
