"""Training on AWS: what a job is told, how it is followed, and how its artifact is registered; none of it trains."""

from augury.training_jobs.following import JobFailed, Outcome, Step, follow
from augury.training_jobs.plan import JobPlan, Stage, plan_job
from augury.training_jobs.registration import Registered, register_trained
from augury.training_jobs.requests import MAX_SOURCE_BYTES, InvalidTraining, TrainingRequest, read_request
from augury.training_jobs.roles import role_name

__all__ = [
    "MAX_SOURCE_BYTES",
    "InvalidTraining",
    "JobFailed",
    "JobPlan",
    "Outcome",
    "Registered",
    "Stage",
    "Step",
    "TrainingRequest",
    "follow",
    "plan_job",
    "read_request",
    "register_trained",
    "role_name",
]
