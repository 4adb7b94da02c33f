"""Objects in a directory, for work on files of this machine: the same methods as those of a bucket."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from augury.aws.errors import NotFound
from augury.aws.objects import ObjectStore, ObjectSummary, OpenObject


class DirectoryStore(ObjectStore):
    """The files below a directory, as objects whose keys are their paths.

    Parameters
    ----------
    root : Path
        The directory; made with the first object.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     store = DirectoryStore(Path(directory))
    ...     store.put("clients/acme/a", b"1")
    ...     [entry.key for entry in store.list("clients/ac")], store.get("clients/acme/a")
    (['clients/acme/a'], b'1')
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.bucket = str(root)

    def put(self, key: str, body: bytes | IO[bytes], content_type: str = "application/octet-stream") -> None:
        """Write an object whole, replacing what has that key."""
        del content_type
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            file.write(body if isinstance(body, bytes) else body.read())
        Path(file.name).replace(path)

    def open_object(self, key: str) -> OpenObject:
        """Return an object's body as a stream, with its size and time of change as what tells its content."""
        path = self._root / key
        try:
            return OpenObject(path.open("rb"), _etag(path), path.stat().st_size)
        except (FileNotFoundError, IsADirectoryError):
            raise NotFound(f"get {path}") from None

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; what is not there is removed already."""
        for key in keys:
            (self._root / key).unlink(missing_ok=True)

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield the distinct parts of keys between a prefix and the next slash."""
        parent, _, start = prefix.rpartition("/")
        for path in sorted((self._root / parent).glob(f"{start}*")):
            if path.is_dir():
                yield path.name.removeprefix(start)

    def list(self, prefix: str) -> Iterator[ObjectSummary]:
        """Yield every object below a prefix, in the order of keys."""
        parent, _, start = prefix.rpartition("/")
        keys = sorted(
            path.relative_to(self._root).as_posix()
            for below in (self._root / parent).glob(f"{start}*")
            for path in (below.rglob("*") if below.is_dir() else [below])
            if path.is_file() and not path.name.startswith(".")
        )
        for key in keys:
            path = self._root / key
            status = path.stat()
            yield ObjectSummary(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC), _etag(path))


def _etag(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size}-{status.st_mtime_ns}"
