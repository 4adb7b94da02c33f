"""Where a client's request goes, as the registry said a moment ago."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from augury.aws import AwsUnavailable
from augury.errors import AuguryError, Detail, Kind
from augury.names import ClientName, InvalidName, PipelineName, Version
from augury.registry import (
    PipelineDeployment,
    PipelineVersion,
    Registry,
    Variation,
    choose_shadows,
    choose_variation,
)
from augury.serving.freshness import RefreshingCache, Submit

type Prepare = Callable[[ClientName, PipelineVersion], object]
"""Loads a version, so that its first call finds it loaded."""

type _Key = tuple[ClientName, PipelineName]


@dataclass(frozen=True, slots=True)
class Destination:
    """What answers one request.

    Parameters
    ----------
    pipeline : PipelineName
        The pipeline.
    revision : int
        Revision of its deployment.
    variation : Variation
        What answers.
    shadows : tuple of Variation
        What is shown the request too.
    versions : mapping
        The registered versions among their targets.
    """

    pipeline: PipelineName
    revision: int
    variation: Variation
    shadows: tuple[Variation, ...]
    versions: Mapping[Version, PipelineVersion]


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment with the rows of the versions that it names; those that are not registered are left out."""

    deployment: PipelineDeployment
    versions: Mapping[Version, PipelineVersion]


class PipelineDirectory:
    """The registry, read behind its readers' backs; a change of it reaches every request within twice ``ttl_s``.

    Where the registry does not answer, what is known goes on answering.

    Parameters
    ----------
    registry : Registry
        Where deployments are kept.
    ttl_s : float
        Seconds after which something known is read again; after twice that it is waited for.
    prepare : callable, optional
        Called with each version that a changed deployment brings, before that one answers.
    now : callable, optional
        Clock, seconds since 1970.
    submit : callable, optional
        Runs reads in the background.
    """

    def __init__(
        self,
        registry: Registry,
        ttl_s: float,
        *,
        prepare: Prepare | None = None,
        now: Callable[[], float] = time.time,
        submit: Submit | None = None,
    ) -> None:
        self._registry = registry
        self._prepare = prepare
        self._defaults = RefreshingCache[ClientName, PipelineName](
            self._read_default, fresh_s=ttl_s, oldest_s=2 * ttl_s, now=now, submit=submit
        )
        self._served = RefreshingCache[_Key, Deployed](
            self._read_served, fresh_s=ttl_s, oldest_s=2 * ttl_s, prepare=self._make_ready, now=now, submit=submit
        )

    def destination(
        self, client: ClientName, pipeline: str | None, key: str, variation: str | None = None
    ) -> Destination:
        """Return what answers a client's request.

        Parameters
        ----------
        client : ClientName
            The calling client.
        pipeline : str or None
            The pipeline that it asked for; None for its default.
        key : str
            What the choice of a variation sticks to.
        variation : str, optional
            Label of the variation that an operator wants; nothing is shown to shadows then.

        Raises
        ------
        AuguryError
            404 where the client has no such pipeline, 503 where the registry does not answer and nothing is known.
        """
        served = self.deployed(client, pipeline)
        deployment = served.deployment
        name = deployment.pipeline
        if variation is not None:
            chosen = _wanted(deployment, variation)
            return Destination(name, deployment.revision, chosen, (), served.versions)
        chosen = choose_variation(deployment.answering, client, name, key)
        shadows = tuple(choose_shadows(deployment.shadows, client, name, key))
        return Destination(name, deployment.revision, chosen, shadows, served.versions)

    def deployed(self, client: ClientName, pipeline: str | None) -> Deployed:
        """Return all that answers for a client's pipeline, or for its default.

        Raises
        ------
        AuguryError
            As :meth:`destination` does.
        """
        try:
            name = self._default(client) if pipeline is None else _checked(pipeline)
            served = self._served.get((client, name))
        except AwsUnavailable as failure:
            raise AuguryError(Kind.UNAVAILABLE) from failure
        if served is None:
            raise _unknown(name)
        return served

    def _default(self, client: ClientName) -> PipelineName:
        name = self._defaults.get(client)
        if name is None:
            raise AuguryError(Kind.NO_DEFAULT_PIPELINE)
        return name

    def _read_default(self, client: ClientName, known: PipelineName | None) -> PipelineName | None:
        del known
        return self._registry.default_pipeline(client)

    def _read_served(self, key: _Key, known: Deployed | None) -> Deployed | None:
        client, name = key
        deployment = self._registry.deployment(client, name)
        if deployment is None or (known is not None and known.deployment == deployment):
            return known if deployment is not None else None
        labels = {target.version for target in deployment.pipeline_targets()}
        rows = {label: self._registry.version(client, name, label) for label in sorted(labels)}
        return Deployed(deployment, {label: row for label, row in rows.items() if row is not None})

    def _make_ready(self, key: _Key, served: Deployed) -> None:
        if self._prepare is None:
            return
        for version in served.versions.values():
            try:
                self._prepare(key[0], version)
            except AuguryError:
                continue  # what is broken says so to those who call it


def _checked(pipeline: str) -> PipelineName:
    try:
        return PipelineName(pipeline)
    except InvalidName:
        raise _unknown(pipeline) from None


def _unknown(pipeline: str) -> AuguryError:
    return AuguryError(Kind.PIPELINE_UNKNOWN, [Detail(("meta", "pipeline"), f"{pipeline!r} is not registered")])


def _wanted(deployment: PipelineDeployment, label: str) -> Variation:
    found = deployment.find(label)
    if found is None:
        known = ", ".join(variation.label for variation in deployment.variations)
        reason = f"{deployment.pipeline!r} has no variation {label!r}; it has {known}"
        raise AuguryError(Kind.PIPELINE_UNKNOWN, [Detail(("variation",), reason)])
    return found
