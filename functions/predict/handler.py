"""``POST /predict``, ``GET /js/predict`` and ``GET /health``; pandas is loaded when a model needs it, if ever."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response

from augury import __version__, serving
from augury.artifacts import Trust
from augury.aws import AwsUnavailable, DeliveryStream, KeyService, ObjectStore, Table
from augury.aws.connection import Connection
from augury.aws.packing import pack_batches, pack_records
from augury.clients import Authenticator
from augury.config import FunctionSettings
from augury.registry import Registry
from functions.cors import answer_preflight
from functions.http import authenticated, body, callback, make_resolver, parameter, parameters, respond
from functions.predict.heavy import HEAVY_LANES

logger = Logger(service="predict")
app = make_resolver(logger)

_settings = FunctionSettings()
_aws = Connection()
_table = Table(_aws.dynamodb(), _settings.require("table"))
_authenticator = Authenticator(_table)
_stream = DeliveryStream(_aws.firehose(), _settings.require("predictions_stream"))


def _log(served: serving.Served) -> None:
    """Send the lines of one answer to the prediction log; what fails is counted and not said to the caller."""
    try:
        failed = sum(len(_stream.put_batch(batch).failed) for batch in pack_batches(pack_records(served.lines())))
    except AwsUnavailable:
        failed = len(served.rows)
    if failed:
        logger.warning("predictions not logged", client=served.client, puid=served.answer.puid, records=failed)


_engine = serving.PredictionEngine(
    directory=serving.PipelineDirectory(Registry(_table), _settings.registry_ttl_s),
    models=serving.ModelCache(
        ObjectStore(_aws.s3(), _settings.require("bucket")),
        _settings.model_cache_dir,
        _settings.model_cache_bytes,
        Trust.read(
            _settings.trusted_artifact_keys,
            allow_unsigned=_settings.allow_unsigned_artifacts,
            service=KeyService(_aws.kms()),
        ),
        lanes=HEAVY_LANES if _settings.pandas_lane else serving.PLAN_LANE,
    ),
    log=_log,
)


@app.post("/predict")
def post_predict() -> Response[str]:
    """Answer one row or several."""
    caller = authenticated(app, _authenticator)
    return respond(app, _engine.predict(caller.client, serving.from_body(body(app))).as_json())


@app.get("/js/predict")
def get_js_predict() -> Response[str]:
    """Answer a page."""
    callback(app)
    caller = authenticated(app, _authenticator)
    return respond(app, _engine.predict(caller.client, serving.from_parameters(parameters(app))).as_json())


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
