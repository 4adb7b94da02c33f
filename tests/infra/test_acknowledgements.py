"""cdk-nag: it is run, it fails what nobody acknowledged, and every acknowledgement has a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.aws_s3 import Bucket
from aws_cdk.aws_sqs import Queue

from infra.acknowledgements import acknowledge, check
from infra.flags import FEATURE_FLAGS

FINDINGS = {"APIG4", "GL1", "GL3", "IAM5", "L1", "SMG4"}
"""Rules of which something is acknowledged; another one is to be talked about first."""


def app_with_a_naked_queue(outdir: Path) -> tuple[App, Queue]:
    app = App(outdir=str(outdir), context=FEATURE_FLAGS, analytics_reporting=False)
    check(app)
    return app, Queue(Stack(app, "Stack"), "Queue")


def test_what_nobody_acknowledged_fails_the_synthesis(tmp_path: Path) -> None:
    app, _ = app_with_a_naked_queue(tmp_path)

    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()


def test_what_is_acknowledged_does_not_and_nothing_else_with_it(tmp_path: Path) -> None:
    app, queue = app_with_a_naked_queue(tmp_path)
    for finding in ("SQS3", "SQS4"):
        acknowledge(queue, finding, "a queue of a test")
    app.synth()

    app, queue = app_with_a_naked_queue(tmp_path / "again")
    acknowledge(queue, "SQS3", "a queue of a test")
    Bucket(queue, "Inside")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()


def test_every_acknowledgement_says_why(assembly: Path) -> None:
    found = dict(acknowledgements(assembly))

    assert {finding.partition("[")[0].rpartition("-")[2] for finding in found} == FINDINGS
    assert all(len(reason.split()) > 3 for reason in found.values())


def acknowledgements(assembly: Path) -> Iterator[tuple[str, str]]:
    """Yield what the assembly says was acknowledged, and why."""
    for manifest in assembly.rglob("manifest.json"):
        yield from _acknowledged_in(json.loads(manifest.read_text()), manifest.parent)


def _acknowledged_in(document: Any, directory: Path) -> Iterator[tuple[str, str]]:
    for artifact in document.get("artifacts", {}).values():
        metadata = artifact.get("metadata", {})
        if "additionalMetadataFile" in artifact:
            metadata |= json.loads((directory / artifact["additionalMetadataFile"]).read_text())
        for entries in metadata.values():
            for entry in entries:
                if entry["type"] == "aws:cdk:acknowledged-rules":
                    yield from entry["data"].items()
