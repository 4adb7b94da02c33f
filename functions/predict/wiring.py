"""What answers predictions, put together from the settings: the same for Lambda and for the container's server."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aws_lambda_powertools import Logger

from augury import serving
from augury.artifacts import Trust
from augury.aws import DeliveryStream, FunctionInvoker, KeyService, ObjectStore, Table
from augury.aws.connection import Connection
from augury.clients import Authenticator
from augury.config import FunctionSettings
from augury.errors import AuguryError
from augury.names import ClientName
from augury.registry import Registry, Variation
from augury.serving.targets import AllowedHosts, Connections, HttpServices, LambdaFunctions, Services
from functions.predict.after_answers import AfterAnswers, Put, at_once
from functions.predict.extension import (
    Answering,
    NoExtensions,
    answer_alone,
    is_on_lambda,
    work_after_answers,
    work_before_answers,
)
from functions.predict.heavy import HEAVY_LANES
from functions.predict.measured_log import MeasuredLog
from functions.predict.metrics import EachCall, EachSecond, PredictMetrics, Recorder


@dataclass(frozen=True, slots=True)
class Predictor:
    """The parts of one process that answers predictions."""

    authenticator: Authenticator
    engine: serving.PredictionEngine
    catalogue: serving.PipelineCatalogue
    open_inference: serving.OpenInference
    models: serving.ModelCache
    log: serving.PredictionLog
    metrics: PredictMetrics
    after_answers: AfterAnswers

    def drain(self, within_s: float) -> bool:
        """Let the shadows of what was answered end, and send the log; return whether nothing waits any more."""
        end = time.monotonic() + within_s
        self.after_answers.do()
        is_shown = self.engine.drain(within_s)
        self.after_answers.do()  # what shadows left
        return self.log.flush(max(0.0, end - time.monotonic())) and is_shown

    def close(self, within_s: float) -> bool:
        """Drain, and take no more; return whether everything was sent."""
        end = time.monotonic() + within_s
        is_shown = self.engine.drain(within_s / 2)
        self.after_answers.do()
        return self.log.close(max(0.0, end - time.monotonic())) and is_shown


def wire(settings: FunctionSettings, aws: Connection, logger: Logger) -> Predictor:
    """Put together what answers predictions; nothing is asked of AWS yet.

    Raises
    ------
    LookupError
        A setting is missing; the message names its variable.
    """
    table = Table(aws.dynamodb(), settings.require("table"))
    registry = Registry(table)
    store = ObjectStore(aws.s3(), settings.require("bucket"))
    trust = _trust(settings, aws)
    long_lived = serving.LongLived()
    models = _models(settings, aws, store, trust, long_lived.set_aside)
    after_answers = AfterAnswers()
    put = after_answers.put if _is_work_done_after_answers(settings) else at_once
    metrics = PredictMetrics(_recorder(settings, put), models.counts)
    log = MeasuredLog(_log(settings, aws, logger, metrics), metrics, put)
    directory = serving.PipelineDirectory(registry, settings.registry_ttl_s, prepare=models.get)
    engine = serving.PredictionEngine(
        directory,
        models,
        log.served,
        services=_services(settings, aws),
        on_shadow_failed=_warn_of_shadows(logger),
        log_failed=log.failed,
        masks=serving.Masks.parse(settings.masked_inputs),
        log_waits=settings.prediction_log == "synchronous",
    )
    predictor = Predictor(
        authenticator=Authenticator(table),
        engine=engine,
        catalogue=serving.PipelineCatalogue(registry, store, trust),
        open_inference=serving.OpenInference(engine, directory, models),
        models=models,
        log=log,
        metrics=metrics,
        after_answers=after_answers,
    )
    long_lived.begin()
    return predictor


def answering(predictor: Predictor, settings: FunctionSettings, logger: Logger) -> Answering:
    """Return what makes a function's answers, and has the log sent after each of them."""
    if not _is_work_done_after_answers(settings):
        return answer_alone
    try:
        return work_after_answers(predictor.drain, predictor.close)
    except NoExtensions as absent:
        logger.warning("no extension: callers wait for the prediction log", reason=str(absent))
        return work_before_answers(predictor.drain, serving.TRY_S)


def _is_work_done_after_answers(settings: FunctionSettings) -> bool:
    """Whether :func:`answering` has the predictor drained at every call."""
    return is_on_lambda() and settings.prediction_log != "synchronous"


def _recorder(settings: FunctionSettings, put: Put) -> Recorder:
    return EachCall(settings.stage, put=put) if is_on_lambda() else EachSecond(settings.stage)


def _log(settings: FunctionSettings, aws: Connection, logger: Logger, metrics: PredictMetrics) -> serving.PredictionLog:
    def warn(lines: int, reason: str) -> None:
        metrics.lines_lost(lines)
        logger.warning("predictions not logged", lines=lines, reason=reason)

    stream = DeliveryStream(aws.firehose(within_s=serving.TRY_S), settings.require("predictions_stream"))
    queue = serving.LogQueue(stream, warn, most_bytes=settings.prediction_log_bytes)
    if settings.prediction_log == "synchronous":
        return serving.SynchronousLog(queue)
    # On Lambda the extension sends what waits: a thread of its own would be frozen with the process.
    return queue if is_on_lambda() else serving.BackgroundLog(queue)


def _trust(settings: FunctionSettings, aws: Connection) -> Trust:
    return Trust.read(
        settings.trusted_artifact_keys,
        allow_unsigned=settings.allow_unsigned_artifacts,
        service=KeyService(aws.kms()),
    )


def _models(
    settings: FunctionSettings, aws: Connection, store: ObjectStore, trust: Trust, on_loaded: Callable[[], None]
) -> serving.ModelCache:
    return serving.ModelCache(
        store,
        settings.model_cache_dir,
        settings.model_cache_bytes,
        trust,
        lanes=HEAVY_LANES if settings.pandas_lane else serving.PLAN_LANE,
        disk_limit_bytes=settings.model_cache_disk_bytes,
        far_lanes=_far_lanes(settings, aws),
        on_loaded=on_loaded,
    )


def _far_lanes(settings: FunctionSettings, aws: Connection) -> Mapping[str, serving.Lane]:
    """Return the lanes that the heavy function has and this process has not."""
    if settings.pandas_lane or settings.heavy_function is None:
        return {}
    return {"pandas": serving.HeavyFunction(FunctionInvoker(aws), settings.heavy_function).lane}


def _services(settings: FunctionSettings, aws: Connection) -> Services:
    return Services(
        LambdaFunctions(FunctionInvoker(aws)),
        HttpServices(Connections(AllowedHosts.parse(settings.http_targets))),
    )


def _warn_of_shadows(logger: Logger) -> serving.ShadowFailed:
    """Return what says that a shadow did not answer, where operators read it."""

    def warn(client: ClientName, shadow: Variation, error: AuguryError) -> None:
        logger.warning("shadow failed", client=client, variation=shadow.label, kind=error.kind.name, reason=str(error))

    return warn
