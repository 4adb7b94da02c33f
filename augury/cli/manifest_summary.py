"""What a manifest says of a training, for people and for machines."""

from __future__ import annotations

from typing import Any

from augury.artifacts import Manifest


def as_json(manifest: Manifest, revision: int | None) -> dict[str, Any]:
    """Return it as what ``--json`` prints."""
    return {
        "pipeline": manifest.pipeline,
        "version": manifest.version,
        "kind": manifest.kind,
        "lane": manifest.lane,
        "rows": manifest.rows,
        "metrics": manifest.metrics,
        "parameters": manifest.parameters,
        "parity": manifest.parity.model_dump(mode="json"),
        "revision": revision,
    }


def facts(manifest: Manifest) -> dict[str, str]:
    """Return it in names and values for a person."""
    metrics = {name.replace("_", " "): f"{value:.4g}" for name, value in manifest.metrics.items()}
    return {"trained on": f"{manifest.rows} events of {manifest.client}", "lane": manifest.lane, **metrics}
