"""Pipelines, versions and revisions in the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from augury.aws import ConditionFailed, Table
from augury.names import ClientName, PipelineName, Version
from augury.registry import PipelineDeployment, Registry, VersionExists

ACME, IRIS = ClientName("acme"), PipelineName("iris")


@pytest.fixture
def registry(table: Table) -> Registry:
    return Registry(table)


def register(
    registry: Registry, version: str, pipeline: PipelineName = IRIS, client: ClientName = ACME
) -> PipelineDeployment:
    return registry.register(
        client, pipeline, Version(version), manifest_sha256=f"sha-of-{version}", metrics={"accuracy": 0.96}
    )


def test_a_registered_version_answers_all_calls(registry: Registry) -> None:
    deployment = register(registry, "1")
    assert registry.deployment(ACME, IRIS) == deployment
    assert deployment.revision == 1
    assert [(v.label, v.target.version) for v in deployment.variations] == [("default", "1")]


def test_a_version_is_found_with_its_digest_and_metrics(registry: Registry) -> None:
    register(registry, "1")
    version = registry.version(ACME, IRIS, Version("1"))
    assert version is not None
    assert (version.manifest_sha256, version.metrics) == ("sha-of-1", {"accuracy": 0.96})


def test_a_new_version_is_a_new_revision(registry: Registry) -> None:
    register(registry, "1")
    assert register(registry, "2").revision == 2
    assert registry.version(ACME, IRIS, Version("1")) is not None


def test_versions_are_immutable(registry: Registry) -> None:
    register(registry, "1")
    with pytest.raises(VersionExists, match="'1'"):
        register(registry, "1")
    current = registry.deployment(ACME, IRIS)
    assert current is not None
    assert current.revision == 1


def test_the_first_pipeline_is_the_default_and_stays_it(registry: Registry) -> None:
    assert registry.default_pipeline(ACME) is None
    register(registry, "1")
    register(registry, "1", PipelineName("wine"))
    assert registry.default_pipeline(ACME) == "iris"
    assert [deployment.pipeline for deployment in registry.deployments(ACME)] == ["iris", "wine"]


class OvertakenTable(Table):
    """A table in which somebody else writes just before our first transactions."""

    def __init__(self, table: Table, overtakers: list[str]) -> None:
        super().__init__(table._client, table.name)
        self._overtakers = overtakers

    def transact(self, writes: Sequence[Any]) -> None:
        if self._overtakers:
            register(Registry(Table(self._client, self.name)), self._overtakers.pop(0))
        super().transact(writes)


def test_a_registration_that_was_overtaken_takes_its_turn_after(table: Table) -> None:
    assert register(Registry(OvertakenTable(table, ["1", "2"])), "mine").revision == 3


def test_one_that_is_overtaken_again_and_again_gives_up_and_writes_nothing(table: Table) -> None:
    with pytest.raises(ConditionFailed):
        register(Registry(OvertakenTable(table, [str(n) for n in range(20)])), "mine")
    assert Registry(table).version(ACME, IRIS, Version("mine")) is None


def test_metrics_keep_numbers_that_dynamodb_has_not(registry: Registry) -> None:
    metrics = {"tiny": 1e-200, "huge": 1e300, "whole": 1.0}
    registry.register(ACME, IRIS, Version("1"), manifest_sha256="x", metrics=metrics)
    version = registry.version(ACME, IRIS, Version("1"))
    assert version is not None
    assert version.metrics == metrics


def test_clients_do_not_see_each_others_pipelines(registry: Registry) -> None:
    register(registry, "1")
    other = ClientName("other")
    assert registry.deployment(other, IRIS) is None
    assert registry.version(other, IRIS, Version("1")) is None
    assert list(registry.deployments(other)) == []
