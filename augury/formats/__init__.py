"""Files of events as rows: JSON, NDJSON, CSV and Parquet, plain or gzip, read as a stream."""

from augury.formats.json_rows import is_array
from augury.formats.rows import MAX_TEXT_BYTES, Row, SourceUnreadable
from augury.formats.sources import SUFFIXES, Format, format_of, named_format, read_rows, rows_of

__all__ = [
    "MAX_TEXT_BYTES",
    "SUFFIXES",
    "Format",
    "Row",
    "SourceUnreadable",
    "format_of",
    "is_array",
    "named_format",
    "read_rows",
    "rows_of",
]
