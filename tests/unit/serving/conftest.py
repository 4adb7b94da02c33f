"""An engine that serves the Iris pipeline to client ``acme``."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from augury.aws import ObjectStore, Table
from augury.registry import Registry
from augury.serving import ModelCache, PipelineDirectory, PredictionEngine, Served
from augury.training import register
from tests.artifacts import ACME, TRUST, trained_iris


@dataclass
class Bench:
    """An engine and what it stands on."""

    engine: PredictionEngine
    models: ModelCache
    registry: Registry
    store: ObjectStore
    table: Table
    logged: list[Served] = field(default_factory=list)


@pytest.fixture
def bench(table: Table, store: ObjectStore, tmp_path: Path) -> Bench:
    registry = Registry(table)
    register(trained_iris().directory, ACME, store=store, registry=registry, trust=TRUST)
    models = ModelCache(store, tmp_path / "models", limit_bytes=10**9, trust=TRUST)
    logged: list[Served] = []
    engine = PredictionEngine(PipelineDirectory(registry, ttl_s=5), models, logged.append)
    return Bench(engine, models, registry, store, table, logged)
