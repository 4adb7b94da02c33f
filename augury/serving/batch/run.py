"""One run over a file: read, answer, keep, and publish at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import orjson

from augury import __version__
from augury.artifacts import digest
from augury.formats import Format, Row, read_rows
from augury.serving.batch.outcomes import answer_rows
from augury.serving.batch.spool import Spool
from augury.serving.batch.tables import output_format, publish
from augury.serving.models import MAX_PREDICTIONS, Model

_CHUNK_ROWS = 1_000
_CHUNK_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """What a run did.

    Parameters
    ----------
    rows : int
        Rows of the output, all runs together.
    refused : int
        Those that have no predictions.
    resumed_at : int
        Rows that an earlier run had done.
    """

    rows: int
    refused: int
    resumed_at: int


def predict_file(
    model: Model,
    source: Path,
    file_format: Format,
    out: Path,
    progress: Callable[[int], None] = lambda _: None,
) -> BatchSummary:
    """Answer every row of a file, in its order, with memory for some thousand rows.

    A run that ended early, however it did, is gone on with by the next one with the same input, model and output. The
    output appears at the end, whole.

    Parameters
    ----------
    model : Model
        What answers.
    source : Path
        The rows; each is what ``data`` holds in a request.
    file_format : Format
        What it is written in.
    out : Path
        The output. Its name says its format; what is there is replaced.
    progress : callable, optional
        Told how many bytes of the source are read, now and then.

    Raises
    ------
    ValueError
        The output's name says no format, or it is the source.
    SourceUnreadable
        The source can't be read to its end; what was read until then is kept for the next run.
    AlreadyRunning
        Another run is writing the same output.
    """
    output_format(out)
    if out.exists() and out.samefile(source):
        raise ValueError(f"{out}: the output would replace the input")
    with Spool(out, _fingerprint(model, source, file_format)) as spool:
        resumed_at = spool.rows
        rows = islice(read_rows(source, file_format, progress), resumed_at, None)
        for chunk in _chunks(rows, _rows_at_once(model)):
            spool.add(answer_rows(model, chunk))
        publish(spool.path, out, model.manifest)
        spool.remove()
    return BatchSummary(spool.rows, spool.refused, resumed_at)


def _fingerprint(model: Model, source: Path, file_format: Format) -> str:
    """Say which outcomes belong together: those of the same rows by the same model."""
    about = source.stat()
    of = [__version__, digest(model.manifest.dump()), str(source.resolve()), about.st_size, about.st_mtime_ns]
    return digest(orjson.dumps([*of, file_format]))


def _rows_at_once(model: Model) -> int:
    return max(1, min(_CHUNK_ROWS, MAX_PREDICTIONS // (len(model.classes) or 1)))


def _chunks(rows: Iterable[Row], most: int) -> Iterator[list[Row]]:
    """Yield rows by the chunk, neither too many nor too large."""
    chunk: list[Row] = []
    size_bytes = 0
    for row in rows:
        chunk.append(row)
        size_bytes += len(row.text)
        if len(chunk) == most or size_bytes > _CHUNK_BYTES:
            yield chunk
            chunk, size_bytes = [], 0
    if chunk:
        yield chunk
