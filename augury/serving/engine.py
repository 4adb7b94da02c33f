"""The engine: from a client's request to its answer and the line that is logged of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime

from augury.names import ClientName
from augury.serving.answers import Answer
from augury.serving.directory import PipelineDirectory
from augury.serving.model_cache import ModelCache
from augury.serving.prediction_log import Served
from augury.serving.requests import PredictRequest


class PredictionEngine:
    """Answers the predictions of every client.

    Parameters
    ----------
    directory : PipelineDirectory
        Which pipeline, variation and version answers.
    models : ModelCache
        Loaded models.
    log : callable
        Takes each answered request. It must not raise: a prediction is answered whether or not it could be logged.
    """

    def __init__(self, directory: PipelineDirectory, models: ModelCache, log: Callable[[Served], None]) -> None:
        self._directory = directory
        self._models = models
        self._log = log

    def predict(self, client: ClientName, request: PredictRequest) -> Answer:
        """Return the answer to a client's request.

        Raises
        ------
        AuguryError
            404 where the client has no such pipeline, 422 where a row does not fit its schema, 503 where the model
            or what it is read from fails.
        """
        began = time.perf_counter()
        puid = request.puid or secrets.token_hex(16)
        destination = self._directory.destination(client, request.pipeline, request.key or puid)
        model = self._models.get(client, destination.version)
        answer = Answer(
            puid=puid,
            pipeline=destination.pipeline,
            variation=destination.variation.label,
            predictions=model.predict(request.rows, single=request.single),
            single=request.single,
        )
        latency_ms = (time.perf_counter() - began) * 1000
        self._log(Served(client, destination, model.manifest.lane, request.rows, answer, latency_ms, datetime.now(UTC)))
        return answer
