"""Events of the lake as pandas frames, and the lake queried through Athena."""

from augury.frames.athena import query_events
from augury.frames.columns import Columns
from augury.frames.predictions import join_feedback, read_feedback, read_predictions
from augury.frames.reading import Events, iter_events, read_events
from augury.frames.rows import Skipped

__all__ = [
    "Columns",
    "Events",
    "Skipped",
    "iter_events",
    "join_feedback",
    "query_events",
    "read_events",
    "read_feedback",
    "read_predictions",
]
