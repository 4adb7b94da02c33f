"""Predictions for the rows of a file: the answers of ``POST /predict``, for as many rows as there are."""

from augury.serving.batch.outcomes import Outcome, answer_rows
from augury.serving.batch.run import BatchSummary, predict_file
from augury.serving.batch.spool import AlreadyRunning
from augury.serving.batch.tables import OutputFormat, output_format

__all__ = [
    "AlreadyRunning",
    "BatchSummary",
    "Outcome",
    "OutputFormat",
    "answer_rows",
    "output_format",
    "predict_file",
]
