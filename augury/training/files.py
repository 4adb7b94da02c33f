"""Files of events as a frame of the same types as the events of the lake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from augury.formats import SUFFIXES, Format, SourceUnreadable, named_format, read_rows
from augury.frames import Columns
from augury.training.refusal import TrainingRefused


def read_file(path: Path) -> pd.DataFrame:
    """Read a file of events, or all files of a directory in the order of their names.

    A value has the type that it would have in the lake: JSON says it, a CSV cell becomes a number or a boolean where it
    spells one exactly (``007`` stays text), and an empty cell is no value.

    Parameters
    ----------
    path : Path
        CSV, JSON, NDJSON or Parquet, plain or gzip, as the name says; or a directory of such files.

    Raises
    ------
    TrainingRefused
        There is no such file, its name says no format, it can't be read, or a row is no event; the message names the
        file and the row.
    """
    columns, events = Columns(), []
    for event in _events(path):
        columns.note(event)
        events.append(event)
    return columns.frame(events)


def _events(path: Path) -> Iterator[dict[str, Any]]:
    for file in _files(path):
        try:
            for row in read_rows(file, _format(file)):
                if row.refused is not None or not isinstance(row.value, dict):
                    raise TrainingRefused(f"{file}, row {row.number}: {row.refused or 'not a JSON object'}")
                yield row.value
        except (SourceUnreadable, OSError) as error:
            raise TrainingRefused(str(error)) from error


def _format(file: Path) -> Format:
    found = named_format(file.name)
    if found is None:
        raise TrainingRefused(f"{file}: its name says no format: name it {', '.join(SUFFIXES)}, or any of them .gz")
    return found


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.is_file():
            raise TrainingRefused(f"there is no file {path}")
        return [path]
    found = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith(".")]
    if not found:
        raise TrainingRefused(f"directory {path} holds no files to train on")
    return found
