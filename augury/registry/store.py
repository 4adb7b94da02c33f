"""Pipelines of every client in the table: immutable versions, and numbered revisions of each deployment.

All of a client's items share its partition: ``PIPELINE#<name>`` is the current deployment, ``REVISION#<name>#<number>``
each one that ever was, ``VERSION#<name>#<version>`` a registered artifact, ``DEFAULT`` the pipeline that answers when a
request names none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import batched

import orjson

from augury.aws import ConditionFailed, Item, Removal, Table, Write
from augury.names import ClientName, PipelineName, Version
from augury.registry.deployments import PipelineDeployment, PipelineTarget, Variation

_DEFAULT = "DEFAULT"
_OF_REGISTRY = ("PIPELINE#", "REVISION#", "VERSION#", _DEFAULT)
_MOST_REMOVED = 100  # of one transaction
_TRIES = 5


@dataclass(frozen=True, slots=True)
class PipelineVersion:
    """A registered artifact.

    Parameters
    ----------
    pipeline : PipelineName
        The pipeline that it is a version of.
    version : Version
        Its label.
    manifest_sha256 : str
        Digest of its manifest, by which a changed artifact is found out.
    registered_at : str
        RFC 3339 time in UTC.
    metrics : mapping of str to float
        What its training measured.
    """

    pipeline: PipelineName
    version: Version
    manifest_sha256: str
    registered_at: str
    metrics: Mapping[str, float] = field(hash=False)


class VersionExists(Exception):
    """Versions are immutable: the pipeline has one of that label already."""


class Registry:
    """The pipelines of one deployment's clients.

    Parameters
    ----------
    table : Table
        The deployment's table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def register(
        self,
        client: ClientName,
        pipeline: PipelineName,
        version: Version,
        *,
        manifest_sha256: str,
        metrics: Mapping[str, float],
    ) -> PipelineDeployment:
        """Record a version and let it answer all of its pipeline's calls.

        The first pipeline of a client becomes its default.

        Raises
        ------
        VersionExists
            The pipeline has that version already.
        ConditionFailed
            Other changes came between, several times in a row; nothing was written.
        """
        for left in reversed(range(_TRIES)):
            if self.version(client, pipeline, version) is not None:
                raise VersionExists(f"pipeline {pipeline!r} of {client!r} has a version {version!r} already")
            try:
                revised = self._register(client, pipeline, version, manifest_sha256, metrics)
                break
            except ConditionFailed:
                if not left:
                    raise
        self._make_default_if_first(client, pipeline)
        return revised

    def _register(
        self,
        client: ClientName,
        pipeline: PipelineName,
        version: Version,
        manifest_sha256: str,
        metrics: Mapping[str, float],
    ) -> PipelineDeployment:
        current = self.deployment(client, pipeline)
        revised = PipelineDeployment(
            pipeline=pipeline,
            revision=current.revision + 1 if current else 1,
            variations=(Variation(label="default", ratio=1, target=PipelineTarget(version=version)),),
        )
        record = {
            "pk": _partition(client),
            "sk": f"VERSION#{pipeline}#{version}",
            "manifest_sha256": manifest_sha256,
            "registered_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "metrics": orjson.dumps(dict(metrics)).decode(),  # DynamoDB's numbers have a smaller range than float64
        }
        self._table.transact([Write(record, must_be_new=True), *_revision_writes(client, revised, current)])
        return revised

    def deployment(self, client: ClientName, pipeline: PipelineName) -> PipelineDeployment | None:
        """Return a pipeline's current deployment, or None where the client has no such pipeline."""
        item = self._table.get(_partition(client), f"PIPELINE#{pipeline}")
        return _deployment(item) if item else None

    def deployments(self, client: ClientName) -> Iterator[PipelineDeployment]:
        """Yield the current deployment of each of a client's pipelines, by name."""
        yield from map(_deployment, self._table.query(_partition(client), "PIPELINE#"))

    def default_pipeline(self, client: ClientName) -> PipelineName | None:
        """Return the pipeline that answers when a request names none, or None where the client has no pipeline."""
        item = self._table.get(_partition(client), _DEFAULT)
        return PipelineName(item["pipeline"]) if item else None

    def version(self, client: ClientName, pipeline: PipelineName, version: Version) -> PipelineVersion | None:
        """Return a registered version, or None where there is none of that label."""
        item = self._table.get(_partition(client), f"VERSION#{pipeline}#{version}")
        if item is None:
            return None
        return PipelineVersion(
            pipeline, version, item["manifest_sha256"], item["registered_at"], orjson.loads(item["metrics"])
        )

    def forget(self, client: ClientName) -> int:
        """Remove all of a client's pipelines, versions and revisions, and return how many items that were.

        A removal that breaks off is completed by the next one.
        """
        items = [item["sk"] for item in self.items(client)]
        for some in batched(items, _MOST_REMOVED):
            self._table.transact([Removal(_partition(client), sk) for sk in some])
        return len(items)

    def items(self, client: ClientName) -> Iterator[Item]:
        """Yield all that is kept of a client's pipelines, as it is kept."""
        return (item for item in self._table.query(_partition(client)) if item["sk"].startswith(_OF_REGISTRY))

    def _make_default_if_first(self, client: ClientName, pipeline: PipelineName) -> None:
        try:
            self._table.put({"pk": _partition(client), "sk": _DEFAULT, "pipeline": str(pipeline)}, must_be_new=True)
        except ConditionFailed:
            return


def _partition(client: ClientName) -> str:
    return f"CLIENT#{client}"


def _revision_writes(
    client: ClientName, revised: PipelineDeployment, current: PipelineDeployment | None
) -> Iterator[Write]:
    document = revised.model_dump(mode="json")
    head = {"pk": _partition(client), "sk": f"PIPELINE#{revised.pipeline}", **document}
    past = {"pk": _partition(client), "sk": f"REVISION#{revised.pipeline}#{revised.revision:08d}", **document}
    yield Write(head, must_be_new=current is None, expected={"revision": current.revision} if current else None)
    yield Write(past, must_be_new=True)


def _deployment(item: Item) -> PipelineDeployment:
    return PipelineDeployment.model_validate(item)
