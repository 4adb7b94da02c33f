"""Historical and custom sources: files of events from elsewhere, read as a stream, checked, and laid in the lake."""

from augury.historical.importing import ImportRefused, Refusal, StagedDrop, publish, stage
from augury.historical.lines import historical_line
from augury.historical.rows import Row, SourceUnreadable
from augury.historical.sources import Format, format_of, read_rows, rows_of

__all__ = [
    "Format",
    "ImportRefused",
    "Refusal",
    "Row",
    "SourceUnreadable",
    "StagedDrop",
    "format_of",
    "historical_line",
    "publish",
    "read_rows",
    "rows_of",
    "stage",
]
