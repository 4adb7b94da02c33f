"""The images, built once, and a platform whose AWS they reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from augury.cli import seeding
from augury.cli.seeding import Seeded
from augury.local import LocalPlatform
from tests.containers.engine import Engine

ROOT = Path(__file__).parents[2]
PREDICTOR = ROOT / "containers/predictor/Dockerfile"
MICROSERVICE = ROOT / "containers/microservice"
MODEL_CACHE = Path("/tmp/augury-models")
FLOWER = {"f1": 1, "f2": 2.7, "f3": 5.3, "f4": 1.9}
READ_ONLY = ("--read-only", "--tmpfs", "/tmp:mode=1777", "--publish", "127.0.0.1::8080")


@dataclass(frozen=True)
class World:
    """A platform with the client ``test`` and its Iris pipeline, started in the directory ``home``."""

    platform: LocalPlatform
    seeded: Seeded
    home: Path

    @property
    def environ(self) -> dict[str, str]:
        """Variables of a function in a container."""
        return self.platform.function_environment(MODEL_CACHE) | {"AUGURY_PANDAS_LANE": "false"}


@pytest.fixture(scope="session")
def thin_image(engine: Engine, base_image: str) -> str:
    return engine.build("augury-predictor:thin", PREDICTOR, ROOT, target="thin", BASE_IMAGE=base_image)


@pytest.fixture(scope="session")
def heavy_image(engine: Engine, base_image: str, thin_image: str) -> str:
    return engine.build("augury-predictor:heavy", PREDICTOR, ROOT, target="heavy", BASE_IMAGE=base_image)


@pytest.fixture(scope="session")
def trainer_image(engine: Engine, base_image: str) -> str:
    return engine.build("augury-trainer", ROOT / "containers/trainer/Dockerfile", ROOT, BASE_IMAGE=base_image)


@pytest.fixture(scope="session")
def microservice_image(engine: Engine, base_image: str) -> str:
    return engine.build("augury-microservice", MICROSERVICE / "Dockerfile", MICROSERVICE, BASE_IMAGE=base_image)


@pytest.fixture(scope="module")
def world(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("platform")
    state = home / ".augury" / "local.json"
    with LocalPlatform(port=0, state=state, runs_in_background=False, aws_host=engine.gateway) as platform:
        yield World(platform, seeding.seed(platform), home)
