"""The split in bulk: a range of days in one pass, each left as few large files, published so that nothing is unseen."""

from augury.split.bulk.job import BulkSplit
from augury.split.bulk.outcome import BulkOutcome
from augury.split.bulk.planning import BulkPlan, Scope
from augury.split.bulk.publication import InputsVanished
from augury.split.bulk.running import Contended
from augury.split.bulk.spark_context import SparkMissing, check_spark, local_spark
from augury.split.bulk.survey import Survey

__all__ = [
    "BulkOutcome",
    "BulkPlan",
    "BulkSplit",
    "Contended",
    "InputsVanished",
    "Scope",
    "SparkMissing",
    "Survey",
    "check_spark",
    "local_spark",
]
