"""What a client has: its pipelines, which versions answer, what they expect, and how good they were found to be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from augury import __version__, artifacts
from augury.aws import AwsUnavailable, NotFound, ObjectStore
from augury.errors import AuguryError, Detail, Kind
from augury.lake import model_prefix
from augury.names import ClientName, InvalidName, PipelineName, Version
from augury.registry import PipelineDeployment, PipelineTarget, PipelineVersion, Registry, Variation
from augury.serving.api_document import AnsweringPipeline, client_document
from augury.ttl_cache import TtlCache

_MAX_MANIFESTS = 256

type Json = dict[str, Any]


class PipelineCatalogue:
    """Describes pipelines to the client that they belong to; shadows, functions and addresses are the operator's.

    Parameters
    ----------
    registry : Registry
        Which pipelines there are.
    store : ObjectStore
        The data bucket.
    trust : Trust
        Whose signature a manifest needs.
    """

    def __init__(self, registry: Registry, store: ObjectStore, trust: artifacts.Trust) -> None:
        self._registry = registry
        self._store = store
        self._trust = trust
        # A registered version never changes, nor does what its manifest says.
        self._manifests = TtlCache[tuple[ClientName, PipelineVersion], artifacts.Manifest](
            math.inf, max_entries=_MAX_MANIFESTS
        )

    def all(self, client: ClientName) -> Json:
        """Return a client's pipelines, by name, with the variations that answer.

        Raises
        ------
        AuguryError
            503: the registry does not answer.
        """
        try:
            default = self._registry.default_pipeline(client)
            return {"pipelines": [_summary(one, default) for one in self._registry.deployments(client)]}
        except AwsUnavailable as failure:
            raise AuguryError(Kind.UNAVAILABLE) from failure

    def one(self, client: ClientName, name: str) -> Json:
        """Return one of a client's pipelines with all of its versions; those that answer say what they expect.

        Raises
        ------
        AuguryError
            404 where the client has no such pipeline, 503 where the registry or S3 does not answer.
        """
        try:
            deployment = self._registry.deployment(client, PipelineName(name))
            if deployment is None:
                raise _unknown(name)
            answering = {target.version for target in deployment.pipeline_targets()}
            versions = [
                self._described(client, version, is_answering=version.version in answering)
                for version in self._registry.versions(client, deployment.pipeline)
            ]
            return _summary(deployment, self._registry.default_pipeline(client)) | {"versions": versions}
        except InvalidName:
            raise _unknown(name) from None
        except AwsUnavailable as failure:
            raise AuguryError(Kind.UNAVAILABLE) from failure

    def document(self, client: ClientName) -> Json:
        """Return the OpenAPI document of a client's predictions.

        Raises
        ------
        AuguryError
            503 where the registry or S3 does not answer.
        """
        try:
            default = self._registry.default_pipeline(client)
            deployments = self._registry.deployments(client)
            return client_document(__version__, [self._answering(client, one, default) for one in deployments])
        except AwsUnavailable as failure:
            raise AuguryError(Kind.UNAVAILABLE) from failure

    def _answering(
        self, client: ClientName, deployment: PipelineDeployment, default: PipelineName | None
    ) -> AnsweringPipeline:
        targets = [variation.target for variation in deployment.answering if variation.ratio > 0]
        labels = dict.fromkeys(target.version for target in targets if isinstance(target, PipelineTarget))
        rows = [self._registry.version(client, deployment.pipeline, label) for label in labels]
        manifests = [self._manifest(client, row) for row in rows if row is not None]
        readable = [manifest for manifest in manifests if manifest is not None]
        return AnsweringPipeline(str(deployment.pipeline), deployment.pipeline == default, readable)

    def _described(self, client: ClientName, version: PipelineVersion, *, is_answering: bool) -> Json:
        described = {
            "version": version.version,
            "registered_at": version.registered_at,
            "answers": is_answering,
            "kind": version.kind,
            "lane": version.lane,
            "metrics": dict(version.metrics),
        }
        manifest = self._manifest(client, version) if is_answering else None
        return described if manifest is None else described | _expectations(manifest)

    def _manifest(self, client: ClientName, version: PipelineVersion) -> artifacts.Manifest | None:
        """Return a version's manifest; None where it is broken, which its predictions say, and why."""
        prefix = model_prefix(client, version.pipeline, version.version)
        try:
            return self._manifests.get_or_put(
                (client, version),
                lambda: artifacts.fetch_manifest(self._store, prefix, version.manifest_sha256, self._trust),
            )
        except (NotFound, artifacts.ArtifactRefused):
            return None


def _expectations(manifest: artifacts.Manifest) -> Json:
    return {
        "kind": manifest.kind,
        "lane": manifest.lane,
        "inputs": manifest.inputs.model_dump(mode="json")["fields"],
        "classes": manifest.classes,
    }


def _summary(deployment: PipelineDeployment, default: PipelineName | None) -> Json:
    changed_at = deployment.changed_at
    return {
        "name": str(deployment.pipeline),
        "default": deployment.pipeline == default,
        "revision": deployment.revision,
        "changed_at": None if changed_at is None else changed_at.isoformat(),
        "variations": [_variation(deployment, one) for one in deployment.answering],
    }


def _variation(deployment: PipelineDeployment, variation: Variation) -> Mapping[str, Any]:
    version: Version | None = variation.target.version if isinstance(variation.target, PipelineTarget) else None
    return {
        "label": variation.label,
        "share": deployment.share(variation),
        "kind": variation.target.kind,
        "version": version,
    }


def _unknown(name: str) -> AuguryError:
    return AuguryError(Kind.PIPELINE_UNKNOWN, [Detail(("path", "name"), f"{name!r} is not registered")])
