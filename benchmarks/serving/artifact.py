"""Our artifact of the model that every contestant serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sklearn.pipeline import Pipeline

from augury.artifacts import DataWindow, LocalSigner, Manifest, digests, save
from augury.names import ClientName, PipelineName, Version
from augury.pipelines import ExcludeFeaturesTransform, Servable, SklearnTransform, XGBoostClassifier, servable
from benchmarks.serving import model

PIPELINE = PipelineName("mixed")
VERSION = Version("1")


@dataclass(frozen=True, slots=True)
class Trained:
    """The compiled pipeline, and its files that serving needs."""

    servable: Servable
    files: Mapping[str, bytes]


@cache
def trained() -> Trained:
    """Fit and compile the pipeline, once in a process.

    Raises
    ------
    SystemExit
        Its plan does not agree with it: then there is nothing to compare.
    """
    frame = model.features()
    events = frame.assign(label=model.labels(frame))
    compiled = servable(pipeline().fit(events), events)
    if compiled.lane != "plan":
        raise SystemExit(f"the plan does not do: {compiled.lane_reason}")
    return Trained(compiled, {name: compiled.files[name] for name in ("plan.json", "model.onnx")})


def pipeline() -> Pipeline:
    """Return the rivals' pipeline as one of ours, unfitted: the same steps, and an estimator that knows its target."""
    numbers, texts = model.NUMBERS + model.COUNTS, model.CATEGORIES + model.CODES
    return Pipeline(
        [
            ("numbers", SklearnTransform(numbers, numbers, transformer=model.numbers())),
            ("texts", SklearnTransform(texts, transformer=model.texts())),
            ("raw", ExcludeFeaturesTransform(texts)),
            ("trees", XGBoostClassifier("label", nthread=1, **model.TREES)),
        ]
    )


def write(directory: Path, client: ClientName, signer: LocalSigner) -> Path:
    """Write and sign the artifact for a client; return its directory."""
    found = trained()
    manifest = Manifest(
        client=client,
        pipeline=PIPELINE,
        version=VERSION,
        created_at=datetime.now(UTC),
        lane=found.servable.lane,
        lane_reason=None,
        kind=found.servable.kind,
        inputs=found.servable.inputs,
        classes=found.servable.classes,
        metrics={},
        parity=found.servable.parity.summary(),
        data_window=DataWindow(),
        rows=5_000,
        libraries={},
        seed=0,
        files=digests(found.files),
    )
    save(directory, manifest, found.files, signer)
    return directory
