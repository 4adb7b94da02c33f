"""The Open Inference Protocol over gRPC; this module alone loads gRPC, where ``AUGURY_GRPC_PORT`` is set."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import grpc
from aws_lambda_powertools import Logger

from augury.clients import Presented
from augury.errors import AuguryError
from augury.events import MAX_EVENT_BYTES
from augury.names import ClientName
from augury.routes import Route, find
from functions.container.application import ANSWER_S, MAX_BODY_BYTES
from functions.container.patient_threads import PatientThreads
from functions.container.running import Lifecycle
from functions.predict.oip import inference_pb2 as messages
from functions.predict.oip.inference_pb2_grpc import (
    GRPCInferenceServiceServicer,
    add_GRPCInferenceServiceServicer_to_server,
)
from functions.predict.oip.tensors import document_of, response_of
from functions.predict.wiring import Predictor
from functions.replies import error_of

_CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    413: grpc.StatusCode.RESOURCE_EXHAUSTED,
    422: grpc.StatusCode.INVALID_ARGUMENT,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    502: grpc.StatusCode.UNAVAILABLE,
    503: grpc.StatusCode.UNAVAILABLE,
    504: grpc.StatusCode.DEADLINE_EXCEEDED,
}
_MAX_SAID = 1_000  # callers take 8 KiB of metadata, where a character may need 9 bytes
_MAX_ANSWER_BYTES = 16 * 1024 * 1024
_MOST_CALLS = 4_096

type Context = grpc.aio.ServicerContext[Any, Any]


class GrpcServer:
    """Serves a predictor over gRPC, beside HTTP and on its event loop.

    Parameters
    ----------
    predictor : Predictor
        What answers.
    threads : PatientThreads
        For what must wait.
    lifecycle : Lifecycle
        Whether calls are taken.
    logger : Logger
        Where faults are said.
    address : str
        Host and port to listen on.
    """

    def __init__(
        self, predictor: Predictor, threads: PatientThreads, lifecycle: Lifecycle, logger: Logger, address: str
    ) -> None:
        self._service = _Service(predictor, threads, lifecycle, logger)
        self._address = address
        self._server: grpc.aio.Server | None = None

    async def start(self) -> int:
        """Begin to take calls, and return the port.

        Raises
        ------
        OSError
            The port is taken.
        """
        options = [
            ("grpc.max_receive_message_length", MAX_BODY_BYTES),
            ("grpc.max_send_message_length", _MAX_ANSWER_BYTES),
            ("grpc.so_reuseport", 0),
        ]
        self._server = grpc.aio.server(options=options, maximum_concurrent_rpcs=_MOST_CALLS)
        add_GRPCInferenceServiceServicer_to_server(self._service, self._server)  # type: ignore[no-untyped-call]
        try:
            port: int = self._server.add_insecure_port(self._address)
        except RuntimeError as error:
            raise OSError(f"{self._address} can't be listened on for gRPC") from error
        await self._server.start()
        return port

    async def stop(self, within_s: float) -> None:
        """Take no more calls, and end those that run."""
        if self._server is not None:
            await self._server.stop(within_s)


class _Service(GRPCInferenceServiceServicer):
    """The protocol's six calls. Health needs no token, as over REST."""

    def __init__(self, predictor: Predictor, threads: PatientThreads, lifecycle: Lifecycle, logger: Logger) -> None:
        self._predictor = predictor
        self._protocol = predictor.open_inference
        self._threads = threads
        self._lifecycle = lifecycle
        self._logger = logger

    async def ServerLive(self, request: messages.ServerLiveRequest, context: Context) -> messages.ServerLiveResponse:
        return messages.ServerLiveResponse(live=True)

    async def ServerReady(self, request: messages.ServerReadyRequest, context: Context) -> messages.ServerReadyResponse:
        return messages.ServerReadyResponse(ready=self._lifecycle.is_ready)

    async def ServerMetadata(
        self, request: messages.ServerMetadataRequest, context: Context
    ) -> messages.ServerMetadataResponse:
        return await self._answer(
            request, context, lambda _: messages.ServerMetadataResponse(**self._protocol.server())
        )

    async def ModelReady(self, request: messages.ModelReadyRequest, context: Context) -> messages.ModelReadyResponse:
        def answer(client: ClientName) -> messages.ModelReadyResponse:
            self._protocol.ready(client, request.name, request.version or None)
            return messages.ModelReadyResponse(ready=True)

        return await self._answer(request, context, answer)

    async def ModelMetadata(
        self, request: messages.ModelMetadataRequest, context: Context
    ) -> messages.ModelMetadataResponse:
        def answer(client: ClientName) -> messages.ModelMetadataResponse:
            return _metadata(self._protocol.metadata(client, request.name, request.version or None))

        return await self._answer(request, context, answer)

    async def ModelInfer(self, request: messages.ModelInferRequest, context: Context) -> messages.ModelInferResponse:
        deadline, size_bytes = _deadline(context), request.ByteSize()

        def answer(client: ClientName) -> messages.ModelInferResponse:
            document = self._protocol.infer_document(
                client,
                request.model_name,
                document_of(request),
                request.model_version or None,
                is_large=size_bytes > MAX_EVENT_BYTES,
                deadline=deadline,
            )
            return response_of(document, is_raw=bool(request.raw_input_contents))

        return await self._answer(request, context, answer)

    async def _answer[T](self, request: Any, context: Context, answer: Callable[[ClientName], T]) -> T:
        authorization = _authorization(context)

        def call() -> T | AuguryError:
            return self._measured(request, lambda: answer(self._client(authorization)))

        try:
            outcome = await self._threads.at_once_or_later(lambda: authorization or "", call, request.ByteSize())
        except AuguryError as refused:
            outcome = refused
        if not isinstance(outcome, AuguryError):
            return outcome
        if outcome.retry_after_s is not None:
            context.set_trailing_metadata((("retry-after", str(outcome.retry_after_s)),))
        await context.abort(_CODES.get(outcome.status, grpc.StatusCode.INTERNAL), str(outcome)[:_MAX_SAID])
        raise AssertionError("abort raises")

    def _measured[T](self, request: Any, answer: Callable[[], T]) -> T | AuguryError:
        observed = self._predictor.metrics.begin(f"gRPC {type(request).__name__.removesuffix('Request')}")
        outcome: T | AuguryError
        try:
            outcome = answer()
        except Exception as fault:  # noqa: BLE001 - whatever it is, the caller gets an answer
            outcome = error_of(fault, self._logger)
            observed.error = outcome.kind
        self._predictor.metrics.end(observed)
        return outcome

    def _client(self, authorization: str | None) -> ClientName:
        return self._predictor.authenticator.authenticate(Presented(authorization=authorization), _ROUTE).client


def _route() -> Route:
    route = find("GET", "/v2")
    assert route is not None, "the route table has it"
    return route


_ROUTE = _route()  # its scope and credential are those of the others that take a token


def _authorization(context: Context) -> str | None:
    values = [value for name, value in context.invocation_metadata() or () if name == "authorization"]
    return str(values[0]) if len(values) == 1 and isinstance(values[0], str) else None


def _deadline(context: Context) -> float:
    left_s = context.time_remaining()
    return time.monotonic() + (ANSWER_S if left_s is None else min(ANSWER_S, left_s))


def _metadata(document: dict[str, Any]) -> messages.ModelMetadataResponse:
    return messages.ModelMetadataResponse(
        name=document["name"],
        versions=document["versions"],
        platform=document["platform"],
        inputs=list(map(_tensor, document["inputs"])),
        outputs=list(map(_tensor, document["outputs"])),
    )


def _tensor(tensor: dict[str, Any]) -> messages.ModelMetadataResponse.TensorMetadata:
    described = {name: tensor[name] for name in ("name", "datatype", "shape")}
    return messages.ModelMetadataResponse.TensorMetadata(**described)
