"""Training on AWS, as a stage has it: who may train, on what machines, and what is trained regularly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from augury.names import ClientName
from augury.training_jobs import TrainingRequest

_EXPRESSION = re.compile(r"(rate|cron)\([^()]+\)")
_INSTANCE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9]+")
_LONGEST_S = 28 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSchedule:
    """A pipeline that is trained regularly on its client's latest events.

    Parameters
    ----------
    client : str
        Whose events, and whose pipeline; one of the stage's training clients.
    pipeline : str
        What it is called.
    definition : str
        Path of the definition file below the project's root, such as ``training/iris_xgboost.py``.
    when : str
        EventBridge Scheduler's expression, in UTC: ``rate(1 day)`` or ``cron(0 3 * * ? *)``.
    days : int
        How many days of events, up to the one on which it starts.
    tune : int, optional
        Trials of a search for parameters.
    registers : bool, default True
        Whether a version that was trained answers at once.

    Raises
    ------
    ValueError
        ``when`` is no expression that repeats.
    """

    client: str
    pipeline: str
    definition: str
    when: str
    days: int
    tune: int | None = None
    registers: bool = True

    def __post_init__(self) -> None:
        if not _EXPRESSION.fullmatch(self.when):
            raise ValueError(f"training schedule: when is {self.when!r}, and must be rate(…) or cron(…)")

    def request(self, root: Path) -> TrainingRequest:
        """Return what the state machine is asked for each time.

        Raises
        ------
        FileNotFoundError
            There is no such definition.
        ValueError
            A field is not what it should be.
        """
        file = root / self.definition
        return TrainingRequest.model_validate(
            {
                "client": self.client,
                "pipeline": self.pipeline,
                "definition": file.name,
                "source": file.read_text(encoding="utf-8"),
                "days": self.days,
                "tune": self.tune,
                "registers": self.registers,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """Training of one stage.

    Parameters
    ----------
    clients : tuple of str
        Clients whose pipelines are trained on AWS. Each has a role of its own, which reaches nothing of another's.
    schedules : tuple of TrainingSchedule
        What is trained regularly.
    instance_type : str
        SageMaker's name of the machine of one job, ``ml.m5.xlarge`` unless given: 4 vCPU, 16 GiB.
    volume_gib : int
        Its disk.
    max_runtime_s : int
        Seconds after which a job is stopped.
    spot : bool, default False
        Whether jobs run on spare machines, for less money, and may be interrupted; a search goes on then.

    Raises
    ------
    ValueError
        A value is not what SageMaker takes, a client's name is none, or a schedule is of a client that may not train.
    """

    clients: tuple[str, ...] = ()
    schedules: tuple[TrainingSchedule, ...] = ()
    instance_type: str = "ml.m5.xlarge"
    volume_gib: int = 50
    max_runtime_s: int = 4 * 3600
    spot: bool = False

    def __post_init__(self) -> None:
        for client in self.clients:
            ClientName(client)
        strangers = {schedule.client for schedule in self.schedules} - set(self.clients)
        if strangers:
            raise ValueError(f"training: {min(strangers)!r} has a schedule, and must be one of its clients too")
        if not _INSTANCE.fullmatch(self.instance_type):
            raise ValueError(f"training: instance_type is {self.instance_type!r}, and must be one such as ml.m5.xlarge")
        if not 1 <= self.volume_gib <= 16_384:
            raise ValueError(f"training: volume_gib is {self.volume_gib}, and must be 1 to 16384")
        if not 60 <= self.max_runtime_s <= _LONGEST_S:
            raise ValueError(f"training: max_runtime_s is {self.max_runtime_s}, and must be 60 to {_LONGEST_S}")
