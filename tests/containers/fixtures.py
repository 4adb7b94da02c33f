"""What tests with Docker share: one engine and one base image per test run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.containers import base_image as stand_in
from tests.containers import engine as engines
from tests.containers.engine import Engine


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The test run's own Docker engine."""
    if reason := engines.missing():
        pytest.skip(reason)
    with engines.own_engine() as running:
        yield running


@pytest.fixture(scope="session")
def base_image(engine: Engine) -> str:
    """Name of the base image, as Dockerfiles have it by default."""
    if reason := stand_in.missing():
        pytest.skip(reason)
    return stand_in.import_base_image(engine)
