"""Predictions, a client's pipelines and health; pandas is loaded when a model needs it, if ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response

from augury import __version__, serving
from augury.artifacts import Trust
from augury.aws import AwsUnavailable, DeliveryStream, FunctionInvoker, KeyService, ObjectStore, Table
from augury.aws.connection import Connection
from augury.aws.packing import pack_batches, pack_records
from augury.clients import Authenticator, Caller
from augury.config import FunctionSettings
from augury.errors import AuguryError
from augury.names import ClientName
from augury.registry import Registry, Variation
from augury.serving.targets import AllowedHosts, Connections, HttpServices, LambdaFunctions, Services
from functions.cors import answer_preflight
from functions.http import authenticated, body, callback, deadline, make_resolver, parameter, parameters, respond
from functions.predict.heavy import HEAVY_LANES
from functions.predict.open_inference import add_open_inference

logger = Logger(service="predict")
app = make_resolver(logger)

_settings = FunctionSettings()
_aws = Connection()
_table = Table(_aws.dynamodb(), _settings.require("table"))
_authenticator = Authenticator(_table)
_stream = DeliveryStream(_aws.firehose(), _settings.require("predictions_stream"))


def _log(served: serving.Served) -> None:
    """Send the lines of one answer to the prediction log."""
    _send(served.client, served.answer.puid, pack_records(served.lines()))


def _log_failed(failed: serving.Failed) -> None:
    """Send the line of one call that failed to the prediction log."""
    _send(failed.client, failed.puid, pack_records(failed.lines()))


def _send(client: ClientName, puid: str, records: Sequence[bytes]) -> None:
    """Send records to the prediction log; what fails is counted and not said to the caller."""
    try:
        lost = sum(len(_stream.put_batch(batch).failed) for batch in pack_batches(records))
    except AwsUnavailable:
        lost = len(records)
    if lost:
        logger.warning("predictions not logged", client=client, puid=puid, records=lost)


def _shadow_failed(client: ClientName, shadow: Variation, error: AuguryError) -> None:
    """Say that a shadow did not answer, where operators read it."""
    logger.warning("shadow failed", client=client, variation=shadow.label, kind=error.kind.name, reason=str(error))


_registry = Registry(_table)
_store = ObjectStore(_aws.s3(), _settings.require("bucket"))
_trust = Trust.read(
    _settings.trusted_artifact_keys,
    allow_unsigned=_settings.allow_unsigned_artifacts,
    service=KeyService(_aws.kms()),
)
_models = serving.ModelCache(
    _store,
    _settings.model_cache_dir,
    _settings.model_cache_bytes,
    _trust,
    lanes=HEAVY_LANES if _settings.pandas_lane else serving.PLAN_LANE,
    disk_limit_bytes=_settings.model_cache_disk_bytes,
)
_directory = serving.PipelineDirectory(_registry, _settings.registry_ttl_s, prepare=_models.get)
_engine = serving.PredictionEngine(
    _directory,
    _models,
    _log,
    services=Services(
        LambdaFunctions(FunctionInvoker(_aws)),
        HttpServices(Connections(AllowedHosts.parse(_settings.http_targets))),
    ),
    on_shadow_failed=_shadow_failed,
    log_failed=_log_failed,
    masks=serving.Masks.parse(_settings.masked_inputs),
)
_catalogue = serving.PipelineCatalogue(_registry, _store, _trust)
add_open_inference(app, serving.OpenInference(_engine, _directory, _models), _authenticator)


@app.post("/predict")
def post_predict() -> Response[str]:
    """Answer one row or several."""
    return _predict(authenticated(app, _authenticator), serving.from_body(body(app)))


@app.get("/js/predict")
def get_js_predict() -> Response[str]:
    """Answer a page."""
    callback(app)
    caller = authenticated(app, _authenticator)
    return _predict(caller, serving.from_parameters(parameters(app)))


def _predict(caller: Caller, request: serving.PredictRequest) -> Response[str]:
    # No variation is passed on: which one answers is for the routing to say.
    return respond(app, _engine.predict(caller.client, request, deadline=deadline(app)).as_json())


@app.get("/pipelines")
def get_pipelines() -> Response[str]:
    """Tell a client which pipelines it has."""
    return respond(app, _catalogue.all(authenticated(app, _authenticator).client))


@app.get("/pipelines/<name>")
def get_pipeline(name: str) -> Response[str]:
    """Describe one of a client's pipelines."""
    return respond(app, _catalogue.one(authenticated(app, _authenticator).client, name))


@app.get("/openapi.json")
def get_document() -> Response[str]:
    """Describe a client's predictions to programs."""
    return respond(app, _catalogue.document(authenticated(app, _authenticator).client))


@app.route("/js/predict", method="OPTIONS")
def preflight() -> Response[str]:
    """Tell a browser whether a page may ask for predictions."""
    return answer_preflight(app, _authenticator, parameter(app, "consumer_key"))


@app.get("/health")
def get_health() -> Response[str]:
    """Say that the function runs, and in which version."""
    return respond(app, {"status": "ok", "version": __version__})


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one API Gateway event."""
    return app.resolve(event, context)
