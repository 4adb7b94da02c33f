"""From a variation to a reply: its targets in turn, until one answers."""

from __future__ import annotations

from collections.abc import Mapping

from augury.errors import AuguryError, Detail, Kind
from augury.names import Version
from augury.registry import PipelineTarget, PipelineVersion, Target, Variation
from augury.serving.calls import Call, Reply
from augury.serving.model_cache import ModelCache
from augury.serving.targets import Services

_FAILURES = frozenset({Kind.PIPELINE_BROKEN, Kind.UNAVAILABLE, Kind.TARGET_FAILED, Kind.TARGET_TIMED_OUT})


class Cascade:
    """Asks the targets of a variation.

    Parameters
    ----------
    models : ModelCache
        Versions that are served in this process.
    services : Services, optional
        What answers outside it; without them such targets fail.
    """

    def __init__(self, models: ModelCache, services: Services | None = None) -> None:
        self._models = models
        self._services = services

    def answer(self, call: Call, variation: Variation, versions: Mapping[Version, PipelineVersion]) -> Reply:
        """Return the reply of the first target that does not fail.

        A refusal of the data is an answer: the next target is not asked.

        Raises
        ------
        AuguryError
            The data is refused; or every target failed: then it is the first one's failure, with what the others say.
        """
        failures: list[AuguryError] = []
        for target in variation.targets:
            try:
                return self._ask(call, target, versions)
            except AuguryError as error:
                if error.kind not in _FAILURES:
                    raise
                failures.append(error)
        first = failures[0]
        if len(failures) == 1:
            raise first
        raise AuguryError(first.kind, [detail for one in failures for detail in one.details]) from first

    def _ask(self, call: Call, target: Target, versions: Mapping[Version, PipelineVersion]) -> Reply:
        if isinstance(target, PipelineTarget):
            return self._predict(call, target, versions)
        if self._services is None:
            raise AuguryError(Kind.TARGET_FAILED, [Detail(("target", target.name), "it can't be called from here")])
        return self._services.answer(call, target)

    def _predict(self, call: Call, target: PipelineTarget, versions: Mapping[Version, PipelineVersion]) -> Reply:
        version = versions.get(target.version)
        if version is None:
            reason = f"version {target.version!r} is not registered"
            raise AuguryError(Kind.PIPELINE_BROKEN, [Detail(("pipeline",), reason)])
        model = self._models.get(call.client, version).during(call.puid, call.deadline)
        predictions = model.predict(call.request.rows, single=call.request.single)
        return Reply(
            predictions,
            lane=model.manifest.lane,
            target=target.name,
            version=version.version,
            classes=tuple(model.classes),
        )
