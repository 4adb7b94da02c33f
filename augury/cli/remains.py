"""What there is of a client beside its keys, and where: also what is left once it is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from augury.aws import ObjectStore
from augury.lake import RAW_EVENTS, RAW_FEEDBACK, RAW_PREDICTIONS, client_events, client_models
from augury.names import ClientName
from augury.registry import PipelineTarget, Registry

_SHARED = (RAW_EVENTS, RAW_PREDICTIONS, RAW_FEEDBACK)


@dataclass(frozen=True, slots=True)
class Stored:
    """Objects below a prefix."""

    prefix: str
    objects: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Remains:
    """A client's data.

    Parameters
    ----------
    bucket : str
        Where it lies.
    stored : tuple of Stored
        What is the client's alone.
    pipelines : tuple of str
        What is registered for it.
    services : tuple of str
        Functions and services that answer its calls: they run, and cost, whether it has keys or not.
    """

    bucket: str
    stored: tuple[Stored, ...]
    pipelines: tuple[str, ...]
    services: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "bucket": self.bucket,
            "prefixes": [
                {"prefix": one.prefix, "objects": one.objects, "size_bytes": one.size_bytes} for one in self.stored
            ],
            "pipelines": list(self.pipelines),
            "services": list(self.services),
            "shared_prefixes": list(_SHARED),
        }

    def as_facts(self) -> dict[str, str]:
        """Return it for people."""
        own = {
            f"s3://{self.bucket}/{one.prefix}": f"{one.objects:,} objects, {one.size_bytes:,} bytes"
            for one in self.stored
        }
        shared = {f"s3://{self.bucket}/{prefix}*": "its lines among all clients'" for prefix in _SHARED}
        running = {"services": ", ".join(self.services)} if self.services else {}
        return own | {"pipelines": ", ".join(self.pipelines) or "none"} | running | shared


def remains_of(client: ClientName, store: ObjectStore, registry: Registry) -> Remains:
    """Return what there is of a client; every object of its prefixes is counted."""
    stored = tuple(_stored(store, prefix) for prefix in (client_events(client), client_models(client)))
    pipelines = tuple(one.pipeline for one in registry.deployments(client))
    return Remains(store.bucket, stored, pipelines, services_of(client, registry))


def services_of(client: ClientName, registry: Registry) -> tuple[str, ...]:
    """Return the functions and services that answer a client's calls, by name."""
    variations = [variation for one in registry.deployments(client) for variation in one.variations]
    targets = {target for variation in variations for target in variation.targets}
    return tuple(sorted({target.name for target in targets if not isinstance(target, PipelineTarget)}))


def _stored(store: ObjectStore, prefix: str) -> Stored:
    objects = size_bytes = 0
    for summary in store.list(prefix):
        objects += 1
        size_bytes += summary.size_bytes
    return Stored(prefix, objects, size_bytes)
