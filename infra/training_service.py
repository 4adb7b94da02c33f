"""Training on AWS: the state machine that trains a client's pipeline, and what it calls."""

from __future__ import annotations

import json
from pathlib import Path

from aws_cdk import Stack
from aws_cdk.aws_ecr_assets import DockerImageAsset, Platform
from aws_cdk.aws_iam import PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_logs import LogGroup
from aws_cdk.aws_scheduler import Schedule, ScheduleExpression, ScheduleTargetInput
from aws_cdk.aws_scheduler_targets import StepFunctionsStartExecution
from aws_cdk.aws_stepfunctions import DefinitionBody, LogLevel, LogOptions, StateMachine
from constructs import Construct

from augury.names import ClientName
from augury.routes import PREPARE_HANDLER, REGISTER_HANDLER
from infra.acknowledgements import acknowledge, acknowledge_arns
from infra.artifact_key import ArtifactKey
from infra.bundling import Bundle
from infra.event_lake import EventLake
from infra.functions import ZipFunction
from infra.key_patterns import MODEL_OBJECTS, TRAINING_DEFINITIONS
from infra.records import Records
from infra.stages import StageConfig
from infra.training_config import TrainingSchedule
from infra.training_machine import machine
from infra.training_role import TrainingRole

_DOCKERFILE = "containers/trainer/Dockerfile"

# https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html, "IAM policies"
_RULE = "StepFunctionsGetEventsForSageMakerTrainingJobsRule"


class TrainingService(Construct):
    """Trains in SageMaker jobs, each in its client's own role, and registers what they make.

    A definition is a client's or an operator's own code. It runs in the job alone: the functions around it carry it as
    text, and believe nothing that the job says.

    Parameters
    ----------
    config : StageConfig
        The stage, its training and its training clients.
    root : Path
        The checkout: the trainer image's build context, and where scheduled definitions are.
    bundle : Bundle
        Code of zip functions.
    lake : EventLake
        Where events and artifacts lie.
    records : Records
        The registry.
    artifact_key : ArtifactKey
        What signs artifacts, and whose signature they need.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: StageConfig,
        root: Path,
        bundle: Bundle,
        lake: EventLake,
        records: Records,
        artifact_key: ArtifactKey,
    ) -> None:
        super().__init__(scope, construct_id)
        self._config, self._bundle, self._lake, self._artifact_key = config, bundle, lake, artifact_key
        self._image = DockerImageAsset(
            self, "Trainer", directory=str(root), file=_DOCKERFILE, platform=Platform.LINUX_AMD64
        )
        self.prepare = self._preparing()
        self.register = self._registering(records)
        self.roles = [self._role(ClientName(client)) for client in config.training.clients]
        self.machine = self._state_machine()
        for schedule in config.training.schedules:
            self._schedule(schedule, root)

    def _preparing(self) -> ZipFunction:
        stack, config = Stack.of(self), self._config
        function = ZipFunction(
            self,
            "Prepare",
            bundle=self._bundle,
            handler=PREPARE_HANDLER,
            config=config,
            size=config.prepare,
            settings={
                "bucket": self._lake.bucket.bucket_name,
                "artifact_signing_key": self._artifact_key.arn,
                "training_roles": f"arn:{stack.partition}:iam::{stack.account}:role/",
                "training_clients": " ".join(config.training.clients),
            },
        )
        self._lake.grant(function, "s3:PutObject", TRAINING_DEFINITIONS)
        return function

    def _registering(self, records: Records) -> ZipFunction:
        config = self._config
        function = ZipFunction(
            self,
            "Register",
            bundle=self._bundle,
            handler=REGISTER_HANDLER,
            config=config,
            size=config.register,
            settings={
                "bucket": self._lake.bucket.bucket_name,
                "table": records.table_name,
                "trusted_artifact_keys": self._artifact_key.trusted,
                "allow_unsigned_artifacts": str(config.allow_unsigned_artifacts).lower(),
            },
        )
        self._lake.grant(function, "s3:GetObject", MODEL_OBJECTS)
        self._lake.grant_list(function)
        self._artifact_key.grant_check(function)
        records.grant_registration(function)
        return function

    def _role(self, client: ClientName) -> TrainingRole:
        return TrainingRole(
            self,
            f"Role-{client}",
            stage=self._config.name,
            client=client,
            lake=self._lake,
            artifact_key=self._artifact_key,
            image=self._image,
        )

    def _state_machine(self) -> StateMachine:
        stack, config = Stack.of(self), self._config
        definition = machine(
            prepare=self.prepare.function_arn,
            register=self.register.function_arn,
            image=self._image.image_uri,
            region=stack.region,
            partition=stack.partition,
            config=config.training,
        )
        logs = LogGroup(self, "MachineLogs", retention=config.log_retention, removal_policy=config.removal_policy)
        role = Role(self, "MachineRole", assumed_by=ServicePrincipal("states.amazonaws.com"))
        for statement in self._machine_statements():
            role.add_to_policy(statement)
        acknowledge(role, "IAM5[Resource::*]", "X-Ray and the delivery of logs have no resources to name")
        acknowledge_arns(role, f"sagemaker:{self._jobs}", "A job is named when it starts, after its stage")
        made = StateMachine(
            self,
            "Machine",
            definition_body=DefinitionBody.from_string(json.dumps(definition)),
            role=role,
            tracing_enabled=True,
            # Without the data of executions: it has the text of definitions.
            logs=LogOptions(destination=logs, level=LogLevel.ALL, include_execution_data=False),
        )
        made.node.add_dependency(role)
        return made

    @property
    def _jobs(self) -> str:
        """The stage's jobs, as the end of a pattern of ARNs."""
        return f"training-job/augury-{self._config.name}-*"

    def _machine_statements(self) -> list[PolicyStatement]:
        stack = Stack.of(self)
        here = f"{stack.region}:{stack.account}"
        jobs = f"arn:{stack.partition}:sagemaker:{here}:{self._jobs}"
        rule = f"arn:{stack.partition}:events:{here}:rule/{_RULE}"
        statements = [
            PolicyStatement(
                actions=["lambda:InvokeFunction"], resources=[self.prepare.function_arn, self.register.function_arn]
            ),
            PolicyStatement(
                actions=[
                    "sagemaker:AddTags",
                    "sagemaker:CreateTrainingJob",
                    "sagemaker:DescribeTrainingJob",
                    "sagemaker:ListTags",
                    "sagemaker:StopTrainingJob",
                ],
                resources=[jobs],
            ),
            PolicyStatement(actions=["events:DescribeRule", "events:PutRule", "events:PutTargets"], resources=[rule]),
        ]
        if self.roles:
            to_sagemaker = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
            passed = [role.role_arn for role in self.roles]
            statements.append(PolicyStatement(actions=["iam:PassRole"], resources=passed, conditions=to_sagemaker))
        return statements

    def _schedule(self, schedule: TrainingSchedule, root: Path) -> None:
        asked = schedule.request(root).model_dump(mode="json", exclude_defaults=True)
        Schedule(
            self,
            f"Schedule-{schedule.client}-{schedule.pipeline}",
            description=f"Train {schedule.pipeline} of {schedule.client}",
            schedule=ScheduleExpression.expression(schedule.when),
            target=StepFunctionsStartExecution(self.machine, input=ScheduleTargetInput.from_object(asked)),
        )
