"""The whole of Augury on one machine, in one process."""

from __future__ import annotations

import signal
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from augury import routes
from augury.artifacts import LocalSigner
from augury.aws.connection import Connection
from augury.config import LOCAL_STATE, Deployment
from augury.lake import EventsPrefix
from augury.local import resources as local_resources
from augury.local.background import repeated
from augury.local.environment import ACCESS_KEY_ID, SECRET_ACCESS_KEY, THIS_MACHINE, environment, function_environment
from augury.local.firehose import Clock, FirehoseStandIn, utc_now
from augury.local.front import Front
from augury.local.functions import FunctionConfiguration, LocalFunction
from augury.local.moto_server import HOST, moto_server
from augury.local.notifications import EventSourceMapping
from augury.local.resources import Resources
from augury.local.state import published

DEFAULT_PORT = 8080

ARTIFACT_KEY = "artifact-signing-key.pem"
"""Name of the file beside the platform's state that holds the key which signs artifacts."""

FLUSH_INTERVAL = timedelta(seconds=2)
"""Buffer interval of the local Firehose, so that nobody waits a minute for their first object."""

_POLL_S = 0.2
_ROTATION_STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


@dataclass(frozen=True, slots=True)
class Handlers:
    """Dotted names of the handlers to load; those of :mod:`augury.routes` by default."""

    http: Mapping[routes.Function, str] = field(
        default_factory=lambda: {function: function.handler for function in routes.Function}
    )
    split: str = routes.SPLIT_HANDLER
    rotate: str = routes.ROTATE_HANDLER


class LocalPlatform:
    """Augury on one machine, from ``with`` to its end.

    Entering it starts an empty AWS (moto), makes the resources, loads the functions, makes a signing key, and opens
    the HTTP front. Leaving it answers running requests, flushes Firehose's buffers, splits what they held, and puts
    the process back as it was. There can be one in a process at a time.

    Parameters
    ----------
    port : int
        Port of the HTTP API on the loopback interface; 0 takes a free one.
    state : Path
        File to write the :class:`augury.config.Deployment` to.
    handlers : Handlers
        The functions' code.
    clock : callable, optional
        Firehose's clock, which also dates the HTTP events.
    events_prefix : EventsPrefix, optional
        Where the events stream lays its objects.
    flush_interval : timedelta, optional
        Firehose's buffer interval; 2 s unless given.
    runs_in_background : bool
        Whether threads flush Firehose and invoke the split. Without them only :meth:`flush` does.
    allow_unsigned_artifacts : bool
        Whether artifacts that nobody signed are served. Others need the signature of the key beside ``state``, which
        is made on the first start and stays.
    aws_host : str, default "127.0.0.1"
        Address of this machine at which the local AWS listens: that of a bridge, for functions in containers.

    Raises
    ------
    PortInUse
        On entering: the port is taken.
    RuntimeError
        On entering: a platform runs in this process already.

    Examples
    --------
    In a test::

        with LocalPlatform(port=0, state=tmp_path / "local.json", runs_in_background=False) as platform:
            requests.get(f"{platform.api_url}/health")
            platform.flush()
    """

    def __init__(
        self,
        port: int = DEFAULT_PORT,
        *,
        state: Path = LOCAL_STATE,
        handlers: Handlers | None = None,
        clock: Clock = utc_now,
        events_prefix: EventsPrefix | None = None,
        flush_interval: timedelta = FLUSH_INTERVAL,
        runs_in_background: bool = True,
        allow_unsigned_artifacts: bool = False,
        aws_host: str = HOST,
    ) -> None:
        self._port = port
        self._aws_host = aws_host
        self._state = state
        self._handlers = handlers or Handlers()
        self._clock = clock
        self._runs_in_background = runs_in_background
        self._allow_unsigned_artifacts = allow_unsigned_artifacts
        self._artifact_key = (state.parent / ARTIFACT_KEY).absolute()
        self._resources = Resources(events_prefix=(events_prefix or EventsPrefix()).expression)
        self._firehose = FirehoseStandIn(clock=clock, interval=flush_interval)
        self._running = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self._start(starting)
            self._running = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    @property
    def api_url(self) -> str:
        """Address of the HTTP API."""
        return self._front.url

    @property
    def aws_endpoint_url(self) -> str:
        """Address of the local AWS."""
        return self._aws_endpoint_url

    @property
    def deployment(self) -> Deployment:
        """How to reach this platform, as ``--profile local`` reads it."""
        return Deployment(
            api_url=self.api_url,
            aws_endpoint_url=self.aws_endpoint_url,
            region=self._resources.region,
            bucket=self._resources.bucket,
            table=self._resources.table,
            pepper_secret=self._resources.pepper_secret,
            events_prefix=self._resources.events_prefix,
            artifact_signing_key=str(self._artifact_key),
            trusted_artifact_keys=LocalSigner.read_or_make(self._artifact_key).public_pem(),
            allow_unsigned_artifacts=self._allow_unsigned_artifacts,
            http_targets=THIS_MACHINE,
        )

    @property
    def connection(self) -> Connection:
        """A connection to the local AWS."""
        return Connection(
            endpoint_url=self.aws_endpoint_url,
            region=self._resources.region,
            access_key_id=ACCESS_KEY_ID,
            secret_access_key=SECRET_ACCESS_KEY,
        )

    @property
    def firehose(self) -> FirehoseStandIn:
        """The local Firehose."""
        return self._firehose

    def function_environment(self, model_cache: Path) -> dict[str, str]:
        """Return the variables of every function, for those that run outside this process.

        Parameters
        ----------
        model_cache : Path
            Where the predict function keeps artifacts.
        """
        return function_environment(
            self._resources,
            endpoint_url=self._aws_endpoint_url,
            model_cache_dir=model_cache,
            trusted_artifact_keys=LocalSigner.read_or_make(self._artifact_key).public_pem(),
            allow_unsigned_artifacts=self._allow_unsigned_artifacts,
        )

    def flush(self) -> None:
        """Deliver what Firehose has buffered, and split all that is delivered."""
        self._firehose.flush_all()
        self._split_notifications.drain()

    def _start(self, running: ExitStack) -> None:
        """Start everything, each part on top of those that it needs: the stack ends them in reverse."""
        functions = {
            function: LocalFunction(FunctionConfiguration(function.value, handler))
            for function, handler in self._handlers.http.items()
        }
        # The port is taken first: that it is in use is said at once, with nothing started.
        self._front = Front(functions, port=self._port, clock=self._clock)
        running.callback(self._front.close)
        running.enter_context(self._firehose)
        self._aws_endpoint_url = running.enter_context(moto_server(self._aws_host))
        model_cache = running.enter_context(tempfile.TemporaryDirectory(prefix="augury-models-"))
        running.enter_context(environment(self.function_environment(Path(model_cache))))
        queue = local_resources.create(self._resources, self.connection)
        for function in functions.values():
            running.enter_context(function)
        self._rotate_signing_key()
        self._map_queue(queue, running)
        running.callback(self.flush)
        self._run_in_background(running)
        running.enter_context(self._front)
        running.enter_context(published(self.deployment, self._state))

    def _rotate_signing_key(self) -> None:
        """Invoke the rotation function as Secrets Manager does, step by step, so that there is a key to sign with."""
        token = str(uuid.uuid4())
        with LocalFunction(FunctionConfiguration("rotate", self._handlers.rotate)) as rotate:
            for step in _ROTATION_STEPS:
                rotate.invoke({"Step": step, "SecretId": self._resources.signing_secret, "ClientRequestToken": token})

    def _map_queue(self, queue: local_resources.Queue, running: ExitStack) -> None:
        split = running.enter_context(
            LocalFunction(FunctionConfiguration("split", self._handlers.split, timeout_s=300, memory_mb=1769))
        )
        self._split_notifications = EventSourceMapping(
            self.connection.sqs(),
            queue_url=queue.url,
            queue_arn=queue.arn,
            region=self._resources.region,
            function=split,
        )

    def _run_in_background(self, running: ExitStack) -> None:
        if self._runs_in_background:
            running.enter_context(repeated(self._firehose.flush_due, every_s=_POLL_S, name="firehose"))
            running.enter_context(repeated(self._split_notifications.drain, every_s=_POLL_S, name="split"))


def serve(
    port: int = DEFAULT_PORT,
    *,
    on_ready: Callable[[LocalPlatform], None],
    state: Path = LOCAL_STATE,
    handlers: Handlers | None = None,
    events_prefix: EventsPrefix | None = None,
    flush_interval: timedelta = FLUSH_INTERVAL,
    allow_unsigned_artifacts: bool = False,
) -> int:
    """Run a platform in the foreground until SIGTERM or SIGINT; call it from the main thread.

    The first signal ends it cleanly; a second one, while it ends, has its usual effect.

    Parameters
    ----------
    port : int
        Port of the HTTP API.
    on_ready : callable
        Called with the platform once it answers; nothing is printed here.
    state : Path
        See :class:`LocalPlatform`.
    handlers, events_prefix, flush_interval, allow_unsigned_artifacts
        See :class:`LocalPlatform`.

    Returns
    -------
    int
        Exit code for the process: 0.

    Raises
    ------
    PortInUse
        The port is taken.
    """
    platform = LocalPlatform(
        port,
        state=state,
        handlers=handlers,
        events_prefix=events_prefix,
        flush_interval=flush_interval,
        allow_unsigned_artifacts=allow_unsigned_artifacts,
    )
    with _stop_signal() as stop, platform:
        on_ready(platform)
        stop.wait()
    return 0


@contextmanager
def _stop_signal() -> Iterator[threading.Event]:
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def on_signal(*_: object) -> None:
        restore()
        stop.set()

    for number in before:
        signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        restore()
