"""The predictor's HTTP server, for a container: ``python -m functions.predict.server``."""

from __future__ import annotations

import os

from aws_lambda_powertools import Logger

from augury.aws.connection import Connection
from augury.config import FunctionSettings
from augury.routes import Function
from functions.container.application import Respond
from functions.container.patient_threads import PatientThreads
from functions.container.process import run
from functions.container.running import Lifecycle, Neighbour, log_as_json
from functions.container.starting import started, stop_at_sigterm
from functions.exchange import NOT_FOUND, Answer, Request
from functions.predict.endpoints import Endpoints
from functions.predict.wiring import Predictor, wire

PORT = 8080
"""Port of the HTTP server unless ``AUGURY_PORT`` is set."""


def respond_by(endpoints: Endpoints) -> Respond:
    """Return what answers the routes of predictions, and no other."""

    def respond(request: Request) -> Answer:
        route = request.known_route
        return endpoints.answer(request) if route and route.function is Function.PREDICT else NOT_FOUND

    return respond


def wired(settings: FunctionSettings, logger: Logger) -> Predictor:
    """Return what answers predictions, once its table was seen to be there.

    Raises
    ------
    LookupError, ValueError, AwsUnavailable
        A setting is missing or wrong, or the table can't be read.
    """
    aws = Connection()
    if aws.session.region_name is None:
        raise LookupError("environment variable AWS_DEFAULT_REGION is not set")
    predictor = wire(settings, aws, logger)
    predictor.authenticator.check()
    return predictor


def main() -> None:
    """Serve until SIGTERM."""
    stop_at_sigterm()
    logger = Logger(service="predict")
    log_as_json(logger)
    settings = started(FunctionSettings)
    predictor = started(lambda: wired(settings, logger))
    threads, lifecycle = PatientThreads(), Lifecycle()
    run(
        respond_by(Endpoints(predictor, logger)),
        settings,
        logger,
        port=PORT,
        close=predictor.close,
        threads=threads,
        lifecycle=lifecycle,
        beside=_grpc(settings, predictor, threads, lifecycle, logger),
    )


def _grpc(
    settings: FunctionSettings, predictor: Predictor, threads: PatientThreads, lifecycle: Lifecycle, logger: Logger
) -> Neighbour | None:
    """Return the server of gRPC where it is wanted; without it, gRPC is not loaded."""
    if settings.grpc_port is None:
        return None
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # its own lines are no JSON
    from functions.predict.grpc_server import GrpcServer

    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return GrpcServer(predictor, threads, lifecycle, logger, f"{host}:{settings.grpc_port}")


if __name__ == "__main__":
    main()
