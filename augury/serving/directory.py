"""Where a client's request goes, as the registry said a moment ago."""

from __future__ import annotations

from dataclasses import dataclass

from augury.aws import AwsUnavailable
from augury.errors import AuguryError, Detail, Kind
from augury.names import ClientName, InvalidName, PipelineName, Version
from augury.registry import PipelineDeployment, PipelineVersion, Registry, Variation, choose_variation
from augury.ttl_cache import TtlCache


@dataclass(frozen=True, slots=True)
class Destination:
    """The variation and version that answer one request."""

    pipeline: PipelineName
    variation: Variation
    version: PipelineVersion


class PipelineDirectory:
    """The registry, read at most once in a while per client and pipeline.

    Parameters
    ----------
    registry : Registry
        Where deployments are kept.
    ttl_s : float
        Seconds for which a read is believed, and so after which a change takes effect.
    """

    def __init__(self, registry: Registry, ttl_s: float) -> None:
        self._registry = registry
        self._defaults: TtlCache[ClientName, PipelineName] = TtlCache(ttl_s)
        self._deployments: TtlCache[tuple[ClientName, PipelineName], PipelineDeployment] = TtlCache(ttl_s)
        self._versions: TtlCache[tuple[ClientName, PipelineName, Version], PipelineVersion] = TtlCache(ttl_s)

    def destination(self, client: ClientName, pipeline: str | None, key: str) -> Destination:
        """Return what answers a client's request.

        Parameters
        ----------
        client : ClientName
            The calling client.
        pipeline : str or None
            The pipeline that it asked for; None for its default.
        key : str
            What the choice of a variation sticks to.

        Raises
        ------
        AuguryError
            404 where the client has no such pipeline, 503 where the registry does not answer.
        """
        try:
            name = self._default(client) if pipeline is None else _checked(pipeline)
            deployment = self._deployment(client, name)
            variation = choose_variation(deployment.variations, client, name, key)
            return Destination(name, variation, self._version(client, name, variation))
        except AwsUnavailable as failure:
            raise AuguryError(Kind.UNAVAILABLE) from failure

    def _default(self, client: ClientName) -> PipelineName:
        name = self._defaults.get_or_put(client, lambda: self._registry.default_pipeline(client))
        if name is None:
            raise AuguryError(Kind.NO_DEFAULT_PIPELINE)
        return name

    def _deployment(self, client: ClientName, name: PipelineName) -> PipelineDeployment:
        found = self._deployments.get_or_put((client, name), lambda: self._registry.deployment(client, name))
        if found is None:
            raise _unknown(name)
        return found

    def _version(self, client: ClientName, name: PipelineName, variation: Variation) -> PipelineVersion:
        label = variation.target.version
        key = (client, name, label)
        found = self._versions.get_or_put(key, lambda: self._registry.version(client, name, label))
        if found is None:
            raise AuguryError(Kind.PIPELINE_BROKEN, [Detail(("pipeline",), f"version {label!r} is not registered")])
        return found


def _checked(pipeline: str) -> PipelineName:
    try:
        return PipelineName(pipeline)
    except InvalidName:
        raise _unknown(pipeline) from None


def _unknown(pipeline: str) -> AuguryError:
    return AuguryError(Kind.PIPELINE_UNKNOWN, [Detail(("meta", "pipeline"), f"{pipeline!r} is not registered")])
