"""Historical and custom sources: files of events from elsewhere, imported, or laid in the lake by hand and checked."""

from augury.historical.importing import ImportRefused, Refusal, StagedDrop, publish, stage
from augury.historical.inspection import Finding, Inspected, Severity, inspect_object, objects_to_inspect
from augury.historical.lines import historical_line

__all__ = [
    "Finding",
    "ImportRefused",
    "Inspected",
    "Refusal",
    "Severity",
    "StagedDrop",
    "historical_line",
    "inspect_object",
    "objects_to_inspect",
    "publish",
    "stage",
]
