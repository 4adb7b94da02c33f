"""A registered artifact, as the registry knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from augury.aws import Item
from augury.names import PipelineName, Version


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
    lane, kind : str, optional
        How it is served, and what it predicts; None for those of before this was kept.
    """

    pipeline: PipelineName
    version: Version
    manifest_sha256: str
    registered_at: str
    metrics: Mapping[str, float] = field(hash=False)
    lane: str | None = None
    kind: str | None = None

    def as_item(self) -> Item:
        """Return its attributes in the table, without their key."""
        return {
            "version": str(self.version),
            "manifest_sha256": self.manifest_sha256,
            "registered_at": self.registered_at,
            "metrics": orjson.dumps(
                dict(self.metrics)
            ).decode(),  # DynamoDB's numbers have a smaller range than float64
            "lane": self.lane,
            "kind": self.kind,
        }

    @classmethod
    def from_item(cls, pipeline: PipelineName, item: Item) -> PipelineVersion:
        """Return what an item of the table says."""
        return cls(
            pipeline,
            Version(item["sk"].rpartition("#")[2]),
            item["manifest_sha256"],
            item["registered_at"],
            orjson.loads(item["metrics"]),
            item.get("lane"),
            item.get("kind"),
        )
