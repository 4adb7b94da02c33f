"""A real artifact for tests: the Iris pipeline, trained once per test run."""

from __future__ import annotations

import atexit
import importlib
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pandas as pd

from augury.artifacts import DataWindow, LocalSigner, Manifest, Signer, Trust
from augury.names import ClientName, PipelineName, Version
from augury.training import TrainingOutcome, load_definition, train

ROOT = Path(__file__).parents[1]
DEFINITION = ROOT / "training" / "iris_xgboost.py"
ACME = ClientName("acme")
IRIS = PipelineName("iris")
VERSION = Version("1")
SIGNER = LocalSigner.generate()
TRUST = Trust([SIGNER.public_pem()])
FLOWER = {"f1": 1, "f2": 2.7, "f3": 5.3, "f4": 1.9}


@dataclass(frozen=True)
class TrainedIris:
    """The artifact of client ``acme``."""

    directory: Path
    manifest: Manifest
    manifest_sha256: str


def train_iris(client: ClientName, directory: Path, signer: Signer) -> TrainingOutcome:
    events = importlib.import_module("training.iris_xgboost").example_events()
    return train(
        load_definition(DEFINITION),
        pd.DataFrame(events),
        client=client,
        pipeline=IRIS,
        version=VERSION,
        directory=directory,
        data_window=DataWindow(),
        signer=signer,
    )


@cache
def trained_iris() -> TrainedIris:
    folder = Path(mkdtemp(prefix="augury-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    outcome = train_iris(ACME, folder / "iris", SIGNER)
    return TrainedIris(outcome.directory, outcome.manifest, outcome.manifest_sha256)
