"""Training: a definition file and a frame of events in, an evaluated and compiled artifact out."""

from augury.training.definition import Definition, load_definition
from augury.training.evaluation import Evaluation, cross_validate
from augury.training.refusal import TrainingRefused
from augury.training.registration import register
from augury.training.train import Progress, TrainingOutcome, train

__all__ = [
    "Definition",
    "Evaluation",
    "Progress",
    "TrainingOutcome",
    "TrainingRefused",
    "cross_validate",
    "load_definition",
    "register",
    "train",
]
