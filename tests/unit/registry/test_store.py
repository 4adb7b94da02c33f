"""Pipelines, versions and revisions in the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from augury.aws import ConditionFailed, Table
from augury.names import ClientName, PipelineName, Version
from augury.registry import (
    DeploymentChanged,
    LambdaTarget,
    NotRegistered,
    PipelineDeployment,
    PipelineTarget,
    Registry,
    VersionExists,
    plan_promotion,
    plan_rollback,
)

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
    assert [(v.label, v.target) for v in deployment.variations] == [("default", PipelineTarget(version=Version("1")))]


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


def test_the_first_pipeline_is_registered_and_made_the_default_at_once(
    registry: Registry, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "put", lambda *_, **__: pytest.fail("that is a write of its own"))
    register(registry, "1")
    assert registry.default_pipeline(ACME) == IRIS


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


def standby(registry: Registry, version: str) -> PipelineTarget:
    """Record a version that answers nothing yet, and return it as a target."""
    registry.add_version(ACME, IRIS, Version(version), manifest_sha256=f"sha-of-{version}", metrics={})
    return PipelineTarget(version=Version(version))


def current(registry: Registry) -> PipelineDeployment:
    deployment = registry.deployment(ACME, IRIS)
    assert deployment is not None
    return deployment


def test_a_version_on_standby_answers_nothing(registry: Registry) -> None:
    register(registry, "1")
    standby(registry, "2")
    assert current(registry).revision == 1
    assert [one.version for one in registry.versions(ACME, IRIS)] == ["1", "2"]
    with pytest.raises(VersionExists):
        standby(registry, "2")


def test_a_promotion_is_kept_with_who_when_and_why(registry: Registry) -> None:
    register(registry, "1")
    change = plan_promotion(current(registry), IRIS, standby(registry, "2"), share=0.1)
    made = registry.carry_out(ACME, change, by="ada", reason="first look")
    assert current(registry) == made
    assert (made.revision, made.changed_by, made.reason) == (2, "ada", "first look")
    assert made.changed_at is not None
    assert list(registry.revisions(ACME, IRIS))[-1] == made
    assert [one.revision for one in registry.revisions(ACME, IRIS)] == [1, 2]


def test_of_two_changes_planned_from_one_revision_the_second_is_refused(registry: Registry) -> None:
    register(registry, "1")
    target = standby(registry, "2")
    first, second = (plan_promotion(current(registry), IRIS, target, share=share) for share in (0.1, 0.2))
    registry.carry_out(ACME, first)
    with pytest.raises(DeploymentChanged, match="planned from revision 1"):
        registry.carry_out(ACME, second)
    assert [one.share(one.variations[1]) for one in registry.revisions(ACME, IRIS) if len(one.variations) > 1] == [0.1]


def test_two_first_deployments_do_not_overwrite_each_other(registry: Registry) -> None:
    change = plan_promotion(None, IRIS, standby(registry, "1"))
    registry.carry_out(ACME, change)
    with pytest.raises(DeploymentChanged, match="planned from no revision"):
        registry.carry_out(ACME, change)
    assert registry.default_pipeline(ACME) == IRIS


def test_a_version_that_is_not_registered_is_not_promoted(registry: Registry) -> None:
    register(registry, "1")
    with pytest.raises(NotRegistered, match="no version '9'; registered: 1"):
        registry.carry_out(ACME, plan_promotion(current(registry), IRIS, PipelineTarget(version=Version("9"))))
    assert current(registry).revision == 1


def test_a_rollback_is_a_new_revision(registry: Registry) -> None:
    register(registry, "1")
    register(registry, "2")
    made = registry.carry_out(ACME, plan_rollback(current(registry), list(registry.revisions(ACME, IRIS)), None))
    assert (made.revision, made.restores) == (3, 1)
    assert made.variations[0].target == PipelineTarget(version=Version("1"))


def test_twenty_variations_come_back_as_they_were_written(registry: Registry) -> None:
    register(registry, "1")
    deployment = current(registry)
    for number in range(20):
        target = LambdaTarget(function=f"f{number}", alias="live", timeout_s=1.5)
        change = plan_promotion(deployment, IRIS, target, share=1 / 3, label=f"v{number}", shadow=number % 2 == 0)
        deployment = registry.carry_out(ACME, change)
    assert current(registry) == deployment
    assert len(deployment.variations) == 21


def test_a_document_of_before_reasons_shadows_and_fallbacks_is_read(table: Table, registry: Registry) -> None:
    target = {"kind": "pipeline", "version": "1"}
    old = {"pipeline": "iris", "revision": 3, "variations": [{"label": "default", "ratio": 1, "target": target}]}
    table.put({"pk": "CLIENT#acme", "sk": "PIPELINE#iris", **old})
    row = {"manifest_sha256": "x", "registered_at": "2026-01-01T00:00:00+00:00", "metrics": "{}"}
    table.put({"pk": "CLIENT#acme", "sk": "VERSION#iris#1", **row})
    deployment = current(registry)
    assert (deployment.revision, deployment.changed_by, deployment.shadows) == (3, None, ())
    assert [one.version for one in registry.versions(ACME, IRIS)] == ["1"]
    assert registry.carry_out(ACME, plan_promotion(deployment, IRIS, standby(registry, "2"))).revision == 4


def test_another_pipeline_is_made_the_default(registry: Registry) -> None:
    register(registry, "1")
    register(registry, "1", PipelineName("wine"))
    registry.make_default(ACME, PipelineName("wine"))
    assert registry.default_pipeline(ACME) == "wine"
    with pytest.raises(NotRegistered, match="no pipeline 'beer'"):
        registry.make_default(ACME, PipelineName("beer"))
