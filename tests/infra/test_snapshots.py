"""Nothing in a template changes without somebody having looked at it."""

from __future__ import annotations

import difflib
from pathlib import Path

from tests.infra.snapshots import SNAPSHOTS, normalised, of_assembly

UPDATE = "look at the difference; if it is meant, run `python -m tests.infra.snapshots` and commit what it wrote"


def test_the_templates_are_those_that_were_last_looked_at(assembly: Path) -> None:
    found = of_assembly(assembly)
    known = {path.name: path.read_text() for path in SNAPSHOTS.iterdir()}
    changed = [
        line
        for name in sorted(found.keys() | known.keys())
        for line in difflib.unified_diff(
            known.get(name, "").splitlines(), found.get(name, "").splitlines(), name, name, lineterm="", n=1
        )
    ]

    assert not changed, "\n".join([UPDATE, *changed[:200]])


def test_a_snapshot_does_not_change_with_the_content_of_an_asset() -> None:
    one, other = ({"Code": {"S3Key": f"{digit * 64}.zip"}, "Image": f"repo:{digit * 64}"} for digit in "0a")

    assert normalised(one) == normalised(other)
    assert normalised({"Timeout": 25}) != normalised({"Timeout": 26})
