"""Training: a definition file and a frame of events in, an evaluated and compiled artifact out."""

from augury.pipelines import ParityReport
from augury.training.cross_validation import cross_validate
from augury.training.definition import Definition, load_definition
from augury.training.evaluation import Evaluation, Predictions
from augury.training.files import read_file
from augury.training.folds import DEFAULT_FOLDS, FoldKind, Folds
from augury.training.importance import Importance, importances
from augury.training.refusal import TrainingRefused
from augury.training.registration import add_version, register
from augury.training.stage_clock import Progress
from augury.training.train import Search, TrainingOutcome, train
from augury.training.tuning import SearchSpace, Tuning, tune

__all__ = [
    "DEFAULT_FOLDS",
    "Definition",
    "Evaluation",
    "FoldKind",
    "Folds",
    "Importance",
    "ParityReport",
    "Predictions",
    "Progress",
    "Search",
    "SearchSpace",
    "TrainingOutcome",
    "TrainingRefused",
    "Tuning",
    "add_version",
    "cross_validate",
    "importances",
    "load_definition",
    "read_file",
    "register",
    "train",
    "tune",
]
