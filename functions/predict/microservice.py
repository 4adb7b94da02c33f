"""The microservice contract's HTTP server, for a container: ``python -m functions.predict.microservice``."""

from __future__ import annotations

from collections.abc import Callable

from aws_lambda_powertools import Logger

from augury import serving
from augury.artifacts import Trust
from augury.config import FunctionSettings
from augury.errors import AuguryError, Detail, Kind
from augury.names import ClientName, InvalidName
from functions.container.process import run
from functions.container.running import log_as_json
from functions.container.starting import started, stop_at_sigterm
from functions.predict.contract import MAX_FORM_BYTES, Ask, respond_by
from functions.predict.heavy import HEAVY_LANES

PORT = 5000
"""Port of the HTTP server unless ``AUGURY_PORT`` is set."""


def baked(settings: FunctionSettings) -> Ask:
    """Return what answers with the pipeline that the settings name.

    Raises
    ------
    LookupError, ValueError
        A setting is missing, or the pipeline can't be served.
    """
    directory = settings.baked_pipeline
    if directory is None:
        raise LookupError("environment variable AUGURY_BAKED_PIPELINE is not set")
    trust = Trust.read(settings.trusted_artifact_keys, allow_unsigned=settings.allow_unsigned_artifacts)
    lanes = HEAVY_LANES if settings.pandas_lane else serving.PLAN_LANE
    return serving.BakedPipeline.load(directory, trust, lanes).answer


def main() -> None:
    """Serve until SIGTERM."""
    stop_at_sigterm()
    logger = Logger(service="microservice")
    log_as_json(logger)
    settings = started(FunctionSettings)
    ask, close = started(lambda: _asked(settings, logger))
    run(respond_by(ask, logger), settings, logger, port=PORT, close=close, most_bytes=MAX_FORM_BYTES)


def _asked(settings: FunctionSettings, logger: Logger) -> tuple[Ask, Callable[[float], bool]]:
    """Return what answers, and what ends it."""
    if settings.baked_pipeline is not None:
        return baked(settings), lambda _: True
    if not settings.trust_client_names:
        raise LookupError(
            "set AUGURY_BAKED_PIPELINE to an artifact's directory; or set AUGURY_TRUST_CLIENT_NAMES to true, which "
            "lets whoever reaches the port ask as any client"
        )
    from functions.predict.server import wired

    predictor = wired(settings, logger)

    def ask(client: str, request: serving.PredictRequest) -> serving.Answer:
        try:
            return predictor.engine.predict(ClientName(client), request)
        except InvalidName as error:
            raise AuguryError(Kind.INVALID_REQUEST, [Detail(("client",), str(error))]) from None

    return ask, predictor.close


if __name__ == "__main__":
    main()
