"""A stage on which clients train, synthesised with all checks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from aws_cdk import App

from infra.acknowledgements import check
from infra.app import AuguryStage
from infra.bundling import Bundle
from infra.flags import FEATURE_FLAGS
from infra.stages import DEV, StageConfig
from infra.training_config import TrainingConfig, TrainingSchedule
from tests.infra.conftest import ROOT

NIGHTLY = TrainingSchedule(
    client="acme", pipeline="iris", definition="training/iris_xgboost.py", when="cron(0 3 * * ? *)", days=30
)
LONG = "b" * 63
TRAINING = replace(DEV, training=TrainingConfig(clients=("acme", LONG), schedules=(NIGHTLY,)))


def synthesise(outdir: Path, config: StageConfig = TRAINING) -> Path:
    """Write the assembly of a stage whose zip functions hold nothing."""
    app = App(outdir=str(outdir / "assembly"), context=FEATURE_FLAGS, analytics_reporting=False)
    check(app)
    (outdir / "bundle").mkdir()
    AuguryStage(app, config=config, bundle=Bundle(outdir / "bundle", "0" * 32), root=ROOT)
    app.synth()
    return outdir / "assembly"
