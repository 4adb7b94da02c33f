"""The images, built once, and a platform whose AWS they reach."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
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


@dataclass(frozen=True)
class Build:
    """An image that is built from the checkout; one that shares layers with another is built after it."""

    tag: str
    dockerfile: Path
    context: Path = ROOT
    target: str = ""
    after: str | None = None


# In the order in which they are begun.
BUILDS = {
    "microservice_image": Build("augury-microservice", MICROSERVICE / "Dockerfile", MICROSERVICE),
    "thin_image": Build("augury-predictor:thin", PREDICTOR, target="thin"),
    "trainer_image": Build("augury-trainer", ROOT / "containers/trainer/Dockerfile"),
    "heavy_image": Build("augury-predictor:heavy", PREDICTOR, target="heavy", after="thin_image"),
}


@pytest.fixture(scope="session")
def images(request: pytest.FixtureRequest, engine: Engine, base_image: str) -> Iterator[dict[str, Future[str]]]:
    """Every image that the tests of this run ask for, built two at a time beside the tests."""
    wanted = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    begun: dict[str, Future[str]] = {}

    def build(one: Build) -> str:
        if one.after is not None:
            begun[one.after].result()
        return engine.build(one.tag, one.dockerfile, one.context, target=one.target, BASE_IMAGE=base_image)

    with ThreadPoolExecutor(max_workers=2) as workers:
        for name in (name for name in BUILDS if name in wanted):
            begun[name] = workers.submit(build, BUILDS[name])
        yield begun
        workers.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def thin_image(images: dict[str, Future[str]]) -> str:
    return images["thin_image"].result()


@pytest.fixture(scope="session")
def heavy_image(images: dict[str, Future[str]], thin_image: str) -> str:
    return images["heavy_image"].result()


@pytest.fixture(scope="session")
def trainer_image(images: dict[str, Future[str]]) -> str:
    return images["trainer_image"].result()


@pytest.fixture(scope="session")
def microservice_image(images: dict[str, Future[str]]) -> str:
    return images["microservice_image"].result()


@pytest.fixture(scope="module")
def world(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("platform")
    state = home / ".augury" / "local.json"
    with LocalPlatform(port=0, state=state, runs_in_background=False, aws_host=engine.gateway) as platform:
        yield World(platform, seeding.seed(platform), home)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests here the time that builds of images take on a busy machine."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.timeout(900))
