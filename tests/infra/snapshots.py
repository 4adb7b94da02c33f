"""The templates as they were last looked at: ``python -m tests.infra.snapshots`` writes them anew.

What only says which content an asset has is left out, so that a snapshot changes with the infrastructure and not with
the code that runs on it. Production is kept whole, the other stage as what differs from it.
"""

from __future__ import annotations

import base64
import difflib
import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.infra.templates import StageTemplates

SNAPSHOTS = Path(__file__).parent / "snapshots"

_DIGEST = re.compile(r"\b[0-9a-f]{64}\b|[0-9a-f]{32}(?![0-9a-f])")

_VIEW = re.compile(r"Presto View: (\S+) \*/")


def normalised(template: Mapping[str, Any]) -> str:
    """Return a template as text, without digests and without what the CDK adds to every one of them.

    Examples
    --------
    >>> normalised({"Resources": {"F": {"Code": "0123456789abcdef0123456789abcdef.zip"}}, "Rules": {}})
    '{\\n "Resources": {\\n  "F": {\\n   "Code": "DIGEST.zip"\\n  }\\n }\\n}\\n'
    """
    kept = {name: part for name, part in template.items() if name not in ("Parameters", "Rules")}
    text = json.dumps(_ordered(kept), indent=1, sort_keys=True)
    return _DIGEST.sub("DIGEST", _VIEW.sub(_decoded, text)) + "\n"


def _ordered(value: Any) -> Any:
    """Return a template in which resources of a statement stand in an order that digests have no part in."""
    if isinstance(value, list):
        return [_ordered(inner) for inner in value]
    if not isinstance(value, Mapping):
        return value
    ordered = {name: _ordered(inner) for name, inner in value.items()}
    if isinstance(ordered.get("Resource"), list):
        ordered["Resource"].sort(key=lambda one: _DIGEST.sub("DIGEST", json.dumps(one)))
    return ordered


def _decoded(view: re.Match[str]) -> str:
    return f"Presto View: {json.dumps(base64.b64decode(view[1]).decode())[1:-1]} */"


def of_assembly(assembly: Path) -> dict[str, str]:
    """Return what is kept of an assembly, by the names of files."""
    prod, dev = (_texts(assembly, stage) for stage in ("prod", "dev"))
    differing = (
        line
        for name in sorted(prod.keys() | dev.keys())
        for line in difflib.unified_diff(
            prod.get(name, "").splitlines(),
            _as_prod(dev.get(name, "")).splitlines(),
            name,
            f"dev's {name}",
            "",
            "",
            0,
            "",
        )
    )
    return {**prod, "dev.diff": "\n".join(differing) + "\n"}


def _texts(assembly: Path, stage: str) -> dict[str, str]:
    documents = StageTemplates.read(assembly, stage).documents
    return {f"{name.removeprefix(f'Augury-{stage}-')}.json": normalised(body) for name, body in documents.items()}


def _as_prod(text: str) -> str:
    return re.sub(r"(?<![A-Za-z])dev(?![A-Za-z])", "prod", text)


def write(assembly: Path) -> None:
    """Replace the snapshots by the templates of an assembly."""
    SNAPSHOTS.mkdir(exist_ok=True)
    for path in SNAPSHOTS.iterdir():
        path.unlink()
    for name, text in of_assembly(assembly).items():
        (SNAPSHOTS / name).write_text(text)


if __name__ == "__main__":
    from infra.app import synthesise

    with tempfile.TemporaryDirectory() as outdir:
        synthesise(outdir=Path(outdir))
        write(Path(outdir))
