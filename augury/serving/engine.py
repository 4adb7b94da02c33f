"""The engine: from a client's request to its answer and the line that is logged of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime

from augury.errors import AuguryError
from augury.names import ClientName
from augury.registry import Variation
from augury.serving.answers import Answer
from augury.serving.calls import Call
from augury.serving.cascade import Cascade
from augury.serving.directory import Destination, PipelineDirectory
from augury.serving.masks import Masks
from augury.serving.model_cache import ModelCache
from augury.serving.prediction_log import Failed, Served
from augury.serving.requests import PredictRequest
from augury.serving.shadows import ShadowCalls
from augury.serving.targets import Services
from augury.waiting import before_waiting

AT_ONCE_ROWS = 32
"""Rows up to which a request is answered on a thread that must not wait: 1,000 take as long as 100 requests."""

LONGEST_S = 20.0
"""Seconds that a request may take where its caller gives it no deadline."""

type ShadowFailed = Callable[[ClientName, Variation, AuguryError], None]
"""Told of a shadow that did not answer."""


class PredictionEngine:
    """Answers the predictions of every client.

    Parameters
    ----------
    directory : PipelineDirectory
        Which pipeline, variation and version answers.
    models : ModelCache
        Loaded models.
    log : callable
        Takes each answered request, shadows' included. It must not raise: a prediction is answered whether or not it
        could be logged. Shadows call it from other threads.
    services : Services, optional
        Targets outside this process; without them such targets fail.
    shadows : ShadowCalls, optional
        Makes the calls of shadows.
    on_shadow_failed : callable, optional
        Told of each shadow that did not answer, from its thread.
    log_failed : callable, optional
        Takes each request that a variation did not answer, shadows' included. It must not raise.
    masks : Masks, optional
        Fields whose values are not logged; none unless given.
    log_waits : bool, default False
        Whether the log waits, as one that sends at once does: then no prediction is begun on a thread that must not.
    """

    def __init__(
        self,
        directory: PipelineDirectory,
        models: ModelCache,
        log: Callable[[Served], None],
        *,
        services: Services | None = None,
        shadows: ShadowCalls | None = None,
        on_shadow_failed: ShadowFailed | None = None,
        log_failed: Callable[[Failed], None] = lambda _: None,
        masks: Masks | None = None,
        log_waits: bool = False,
    ) -> None:
        self._directory = directory
        self._cascade = Cascade(models, services)
        self._log = log
        self._shadows = shadows or ShadowCalls()
        self._on_shadow_failed = on_shadow_failed
        self._log_failed = log_failed
        self._masks = masks or Masks()
        self._log_waits = log_waits

    def predict(
        self,
        client: ClientName,
        request: PredictRequest,
        *,
        variation: str | None = None,
        deadline: float | None = None,
    ) -> Answer:
        """Return the answer to a client's request.

        Parameters
        ----------
        client : ClientName
            The calling client.
        request : PredictRequest
            What it asks.
        variation : str, optional
            Label of the variation that is to answer; then no shadow is shown the call. For operators, and for those who
            name a version (:mod:`augury.serving.open_inference`).
        deadline : float, optional
            Time of the monotonic clock by which targets outside this process must have answered; in 20 s unless given.

        Raises
        ------
        AuguryError
            404 where the client has no such pipeline, 422 where a row does not fit its schema, 503 where the model or
            what it is read from fails, 502 and 504 where a target outside this process does.
        """
        if self._log_waits or len(request.rows) > AT_ONCE_ROWS:
            before_waiting()
        began = time.perf_counter()
        puid = request.puid or secrets.token_hex(16)
        destination = self._directory.destination(client, request.pipeline, request.key or puid, variation)
        call = Call(client, request, puid, time.monotonic() + LONGEST_S if deadline is None else deadline)
        served = self._answer(call, destination, destination.variation, began)
        self._log(served)
        for shadow in destination.shadows:
            self._show(call, destination, shadow)
        return served.answer

    def drain(self, within_s: float) -> bool:
        """Wait for the calls of shadows, such as before a process ends; False where some are not done."""
        return self._shadows.drain(within_s)

    def _answer(self, call: Call, destination: Destination, variation: Variation, began: float) -> Served:
        try:
            reply = self._cascade.answer(call, variation, destination.versions)
        except AuguryError as error:
            self._log_failed(_failed(call, destination, variation, error, began))
            raise
        answer = Answer(
            puid=call.puid,
            pipeline=reply.model_name or destination.pipeline,
            variation=variation.label,
            predictions=reply.predictions,
            single=call.request.single,
            custom=reply.custom,
            version=reply.version,
            classes=reply.classes,
        )
        return Served(
            client=call.client,
            pipeline=destination.pipeline,
            revision=destination.revision,
            variation=variation,
            reply=reply,
            rows=self._masks.masked(call.client, destination.pipeline, call.request.rows),
            answer=answer,
            latency_ms=_ms_since(began),
            at=datetime.now(UTC),
        )

    def _show(self, call: Call, destination: Destination, shadow: Variation) -> None:
        def show() -> None:
            shown = Call(call.client, call.request, call.puid, time.monotonic() + LONGEST_S)
            try:
                self._log(self._answer(shown, destination, shadow, time.perf_counter()))
            except AuguryError as error:
                if self._on_shadow_failed is not None:
                    self._on_shadow_failed(call.client, shadow, error)

        self._shadows.submit(show)


def _failed(call: Call, destination: Destination, variation: Variation, error: AuguryError, began: float) -> Failed:
    return Failed(
        client=call.client,
        puid=call.puid,
        pipeline=destination.pipeline,
        revision=destination.revision,
        variation=variation,
        kind=error.kind,
        latency_ms=_ms_since(began),
        at=datetime.now(UTC),
    )


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
