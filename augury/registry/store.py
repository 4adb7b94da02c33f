"""Pipelines of every client in the table: immutable versions, and numbered revisions of each deployment.

All of a client's items share its partition: ``PIPELINE#<name>`` is the current deployment, ``REVISION#<name>#<number>``
each one that ever was, ``VERSION#<name>#<version>`` a registered artifact, ``DEFAULT`` the pipeline that answers when a
request names none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import batched

from augury.aws import ConditionFailed, Item, Removal, Table, Write
from augury.names import ClientName, PipelineName, Version
from augury.registry.changes import DeploymentChange
from augury.registry.deployments import PipelineDeployment, Variation
from augury.registry.targets import PipelineTarget
from augury.registry.versions import PipelineVersion

_DEFAULT = "DEFAULT"
_OF_REGISTRY = ("PIPELINE#", "REVISION#", "VERSION#", _DEFAULT)
_MOST_REMOVED = 100  # of one transaction
_TRIES = 5


class VersionExists(Exception):
    """Versions are immutable: the pipeline has one of that label already."""


class NotRegistered(ValueError):
    """A pipeline or version that the registry does not have; the message says what it has."""


class DeploymentChanged(ValueError):
    """Somebody changed the deployment after a change of it was planned: nothing was written."""


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
        lane: str | None = None,
        kind: str | None = None,
        by: str | None = None,
    ) -> PipelineDeployment:
        """Record a version and let it answer all of its pipeline's calls.

        The first pipeline of a client becomes its default. All is written at once, or nothing.

        Raises
        ------
        VersionExists
            The pipeline has that version already.
        ConditionFailed
            Other changes came between, several times in a row; nothing was written.
        """
        added = PipelineVersion(pipeline, version, manifest_sha256, _now(), metrics, lane, kind)
        for left in reversed(range(_TRIES)):
            if self.version(client, pipeline, version) is not None:
                raise _exists(client, added)
            try:
                revised = self._register(client, added, by)
                break
            except ConditionFailed:
                if not left:
                    raise
        return revised

    def add_version(
        self,
        client: ClientName,
        pipeline: PipelineName,
        version: Version,
        *,
        manifest_sha256: str,
        metrics: Mapping[str, float],
        lane: str | None = None,
        kind: str | None = None,
    ) -> PipelineVersion:
        """Record a version that answers nothing until it is promoted.

        Raises
        ------
        VersionExists
            The pipeline has that version already.
        """
        added = PipelineVersion(pipeline, version, manifest_sha256, _now(), metrics, lane, kind)
        try:
            self._table.put(_version_item(client, added), must_be_new=True)
        except ConditionFailed:
            raise _exists(client, added) from None
        return added

    def carry_out(
        self,
        client: ClientName,
        change: DeploymentChange,
        *,
        by: str | None = None,
        reason: str | None = None,
        canary_of: str | None = None,
    ) -> PipelineDeployment:
        """Make a planned revision the current one, if the deployment is still what the plan was made from.

        Parameters
        ----------
        client : ClientName
            Whose pipeline.
        change : DeploymentChange
            The plan.
        by, reason : str, optional
            Who changes it, and why.
        canary_of : str, optional
            Label of the variation that has its new share only while it is watched.

        Raises
        ------
        DeploymentChanged
            It is another revision by now; nothing was written.
        NotRegistered
            A version that should answer is not registered; nothing was written.
        """
        pipeline, before = change.after.pipeline, change.before
        self.require_versions(client, change.after)
        made = {"changed_at": datetime.now(UTC).replace(microsecond=0), "changed_by": by, "reason": reason}
        revised = change.after.model_copy(update=made | {"canary_of": canary_of})
        try:
            self._table.transact(list(_revision_writes(client, revised, before)))
        except ConditionFailed:
            was = f"revision {before.revision}" if before else "no revision"
            raise DeploymentChanged(
                f"pipeline {pipeline!r} of {client!r} was changed meanwhile: this was planned from {was}; look again"
            ) from None
        self._make_default_if_first(client, pipeline)
        return revised

    def deployment(self, client: ClientName, pipeline: PipelineName) -> PipelineDeployment | None:
        """Return a pipeline's current deployment, or None where the client has no such pipeline."""
        item = self._table.get(_partition(client), f"PIPELINE#{pipeline}")
        return _deployment(item) if item else None

    def deployments(self, client: ClientName) -> Iterator[PipelineDeployment]:
        """Yield the current deployment of each of a client's pipelines, by name."""
        yield from map(_deployment, self._table.query(_partition(client), "PIPELINE#"))

    def revisions(self, client: ClientName, pipeline: PipelineName) -> Iterator[PipelineDeployment]:
        """Yield every deployment that a pipeline ever had, by revision."""
        yield from map(_deployment, self._table.query(_partition(client), f"REVISION#{pipeline}#"))

    def default_pipeline(self, client: ClientName) -> PipelineName | None:
        """Return the pipeline that answers when a request names none, or None where the client has no pipeline."""
        item = self._table.get(_partition(client), _DEFAULT)
        return PipelineName(item["pipeline"]) if item else None

    def make_default(self, client: ClientName, pipeline: PipelineName) -> None:
        """Let a pipeline answer when a request names none.

        Raises
        ------
        NotRegistered
            The client has no such pipeline.
        """
        if self.deployment(client, pipeline) is None:
            raise NotRegistered(f"{client!r} has no pipeline {pipeline!r}")
        self._table.put(_default_item(client, pipeline))

    def version(self, client: ClientName, pipeline: PipelineName, version: Version) -> PipelineVersion | None:
        """Return a registered version, or None where there is none of that label."""
        item = self._table.get(_partition(client), f"VERSION#{pipeline}#{version}")
        return PipelineVersion.from_item(pipeline, item) if item else None

    def versions(self, client: ClientName, pipeline: PipelineName) -> Iterator[PipelineVersion]:
        """Yield a pipeline's registered versions, by label."""
        for item in self._table.query(_partition(client), f"VERSION#{pipeline}#"):
            yield PipelineVersion.from_item(pipeline, item)

    def require_versions(self, client: ClientName, deployment: PipelineDeployment) -> None:
        """See that every version that a deployment names is registered.

        Raises
        ------
        NotRegistered
            One is not; the message names those that are.
        """
        for label in sorted({target.version for target in deployment.pipeline_targets()}):
            if self.version(client, deployment.pipeline, label) is None:
                known = ", ".join(one.version for one in self.versions(client, deployment.pipeline)) or "none"
                raise NotRegistered(
                    f"pipeline {deployment.pipeline!r} of {client!r} has no version {label!r}; registered: {known}"
                )

    def _register(self, client: ClientName, added: PipelineVersion, by: str | None) -> PipelineDeployment:
        current = self.deployment(client, added.pipeline)
        revised = PipelineDeployment(
            pipeline=added.pipeline,
            revision=current.revision + 1 if current else 1,
            variations=(Variation(label="default", ratio=1, target=PipelineTarget(version=added.version)),),
            changed_at=datetime.now(UTC).replace(microsecond=0),
            changed_by=by,
            reason=f"version {added.version} registered",
        )
        record = Write(_version_item(client, added), must_be_new=True)
        writes = [record, *_revision_writes(client, revised, current)]
        if self.default_pipeline(client) is None:
            writes.append(Write(_default_item(client, added.pipeline), must_be_new=True))
        self._table.transact(writes)
        return revised

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
            self._table.put(_default_item(client, pipeline), must_be_new=True)
        except ConditionFailed:
            return


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _partition(client: ClientName) -> str:
    return f"CLIENT#{client}"


def _version_item(client: ClientName, version: PipelineVersion) -> Item:
    return {"pk": _partition(client), "sk": f"VERSION#{version.pipeline}#{version.version}", **version.as_item()}


def _default_item(client: ClientName, pipeline: PipelineName) -> Item:
    return {"pk": _partition(client), "sk": _DEFAULT, "pipeline": str(pipeline)}


def _revision_writes(
    client: ClientName, revised: PipelineDeployment, current: PipelineDeployment | None
) -> Iterator[Write]:
    document = revised.model_dump(mode="json", exclude_none=True)
    head = {"pk": _partition(client), "sk": f"PIPELINE#{revised.pipeline}", **document}
    past = {"pk": _partition(client), "sk": f"REVISION#{revised.pipeline}#{revised.revision:08d}", **document}
    yield Write(head, must_be_new=current is None, expected={"revision": current.revision} if current else None)
    yield Write(past, must_be_new=True)


def _deployment(item: Item) -> PipelineDeployment:
    return PipelineDeployment.model_validate(item)


def _exists(client: ClientName, version: PipelineVersion) -> VersionExists:
    return VersionExists(f"pipeline {version.pipeline!r} of {client!r} has a version {version.version!r} already")
