"""Handing out all of a client's data, file by file, so that an export that breaks off goes on where it was."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import orjson

from augury.aws import AwsUnavailable, NotFound, ObjectStore, ObjectSummary
from augury.lake import FAILED_EVENTS, RAW_FEEDBACK, RAW_PREDICTIONS, client_events, client_models, day_of
from augury.names import ClientName
from augury.privacy.lines import IsMeant, without_lines
from augury.privacy.scope import Place, Scope
from augury.privacy.subject import Subject

CONTENTS = "export.json"
"""The file that is written last and lists all others."""

_EVENTS = "events/"
_TRIES = 5


@dataclass(frozen=True, slots=True)
class ExportedObject:
    """An object of the lake, and where it goes.

    Parameters
    ----------
    summary : ObjectSummary
        The object.
    path : str
        File, below the export's directory.
    is_shared : bool
        Whether it holds lines of other clients too, which stay where they are.
    """

    summary: ObjectSummary
    path: str
    is_shared: bool


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What is to be handed out."""

    client: ClientName
    scope: Scope
    objects: tuple[ExportedObject, ...]

    @property
    def size_bytes(self) -> int:
        """Bytes that will be read."""
        return sum(one.summary.size_bytes for one in self.objects)


def plan_export(store: ObjectStore, client: ClientName, scope: Scope | None = None) -> ExportPlan:
    """List what there is of a client: files and models of its own, and the logs that it shares with others."""
    scope = scope or Scope()
    own = {client_events(client): _EVENTS, client_models(client): "models/"}
    shared = {
        Place.PREDICTIONS: (RAW_PREDICTIONS, "predictions/"),
        Place.FEEDBACK: (RAW_FEEDBACK, "feedback/"),
        Place.REFUSED: (FAILED_EVENTS, "refused/"),
    }
    listed = [*scope.of_client(store, client), *store.list(client_models(client))]
    objects = [
        ExportedObject(summary, folder + summary.key.removeprefix(prefix), is_shared=False)
        for prefix, folder in own.items()
        for summary in listed
        if summary.key.startswith(prefix) and not summary.key.endswith("/")
    ]
    for place, (prefix, folder) in shared.items():
        for summary in scope.shared(store, place):
            name = summary.key.removeprefix(prefix).removesuffix(".gz")
            objects.append(ExportedObject(summary, f"{folder}{name}.ndjson.gz", is_shared=True))
    return ExportPlan(client, scope, tuple(objects))


def export(
    store: ObjectStore,
    plan: ExportPlan,
    directory: Path,
    documents: Mapping[str, Any],
    progress: Callable[[int], object] = lambda _: None,
) -> int:
    """Write the files of an export, and return how many there are.

    A file is there whole or not at all; one that is there from a try before, of the same object, is not fetched again.
    Where the split replaced an object meanwhile, it is planned anew: all that there was is in the files, and once.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    plan : ExportPlan
        From :func:`plan_export`.
    directory : Path
        Where to; made where it is missing.
    documents : mapping
        Further content, by the names of their files: written as JSON.
    progress : callable, optional
        Told how many bytes were read.

    Raises
    ------
    ValueError
        The directory holds another client's export, or a file's name would lead out of it.
    AwsUnavailable
        S3 failed, or the objects changed faster than they could be fetched.
    """
    _check_directory(directory, plan.client)
    for _ in range(_TRIES):
        try:
            files = _write_objects(store, plan, directory, progress)
            break
        except NotFound:  # the split in bulk replaced it: what is there now has its lines
            plan = plan_export(store, plan.client, plan.scope)
    else:
        raise AwsUnavailable(f"objects of client {plan.client} are replaced faster than they are fetched: try again")
    _remove_replaced(plan, directory)
    for name, content in documents.items():
        _write_json(directory / name, content)
        files.append({"path": name})
    days = {"first": plan.scope.first, "last": plan.scope.last}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    _write_json(directory / CONTENTS, {"client": plan.client, "at": at, "days": days, "files": files})
    return len(files)


def _write_objects(
    store: ObjectStore, plan: ExportPlan, directory: Path, progress: Callable[[int], object]
) -> list[dict[str, Any]]:
    """Write what is the client's of every object, and say which files that made."""
    files, done = list[dict[str, Any]](), 0
    for one in plan.objects:
        path = _inside(directory, one.path)
        if _write_object(store, one, path, plan.client):
            files.append({"path": one.path, "object": one.summary.key, "size_bytes": path.stat().st_size})
        done += one.summary.size_bytes
        progress(done)
    return files


def _write_object(store: ObjectStore, one: ExportedObject, path: Path, client: ClientName) -> bool:
    """Write what is the client's of an object, and tell whether that is anything."""
    if _is_there(one, path):
        return True
    if one.is_shared:
        return _write_lines(store, one, path, Subject(client))
    with store.open(one.summary.key) as body, _whole(path, one.summary) as file:
        shutil.copyfileobj(body, file)
    return True


def _remove_replaced(plan: ExportPlan, directory: Path) -> None:
    """Remove files of the split that were fetched before others replaced them: their lines are in those."""
    planned = {one.path for one in plan.objects}
    for path in directory.glob(f"{_EVENTS}**/augury-*"):
        name = path.relative_to(directory).as_posix()
        day = day_of(plan.client, client_events(plan.client) + name.removeprefix(_EVENTS))
        if name not in planned and plan.scope.holds(day):
            path.unlink()


def _write_lines(store: ObjectStore, one: ExportedObject, path: Path, subject: Subject) -> bool:
    is_meant: IsMeant = subject.has_refusal if one.path.startswith("refused/") else subject.has_prediction
    with without_lines(store, one.summary.key, lambda _, line: not is_meant(line), blank=False) as (body, _, left):
        if left:
            with _whole(path, one.summary) as file:
                shutil.copyfileobj(body, file)
    return left > 0


@contextmanager
def _whole(path: Path, summary: ObjectSummary) -> Iterator[IO[bytes]]:
    """Give a file that gets its name, and the time of its object, once all of it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        try:
            yield file
        except BaseException:
            Path(file.name).unlink()
            raise
    at = summary.modified.timestamp()
    os.utime(file.name, (at, at))
    Path(file.name).replace(path)


def _is_there(one: ExportedObject, path: Path) -> bool:
    try:
        found = path.stat()
    except FileNotFoundError:
        return False
    same_size = one.is_shared or found.st_size == one.summary.size_bytes
    return same_size and abs(found.st_mtime - one.summary.modified.timestamp()) < 1


def _inside(directory: Path, path: str) -> Path:
    """Return a file's path: the names of drops are given by people, and must not lead elsewhere."""
    if ".." in path.split("/") or "\\" in path:
        raise ValueError(f"{path}: an object of that name can't be a file of the export; rename it first")
    return directory / path


def _check_directory(directory: Path, client: ClientName) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    contents = directory / CONTENTS
    if contents.is_file() and orjson.loads(contents.read_bytes()).get("client") != client:
        raise ValueError(f"{directory} holds the export of another client: name another directory with --out")
    contents.unlink(missing_ok=True)


def _write_json(path: Path, content: Any) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
    Path(file.name).replace(path)
