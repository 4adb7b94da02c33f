"""moto's server in this process: the local AWS."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

HOST = "127.0.0.1"


@contextmanager
def moto_server(host: str = HOST) -> Iterator[str]:
    """Serve an empty AWS account on a free port, and give its address.

    moto keeps the account in the process, not in the server: it is emptied before and after.

    Parameters
    ----------
    host : str, default "127.0.0.1"
        Address of this machine to listen on. Whoever reaches it may do anything in that account.
    """
    moto_api_backend.reset()
    with _quiet_werkzeug():
        server = make_server(
            host,
            0,
            DomainDispatcherApplication(create_backend_app),
            threaded=True,
            request_handler=MotoRequestHandler,
        )
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="moto", daemon=True)
        thread.start()
        try:
            yield f"http://{host}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            moto_api_backend.reset()


@contextmanager
def _quiet_werkzeug() -> Iterator[None]:
    """Keep werkzeug's line per request off the terminal."""
    logger = logging.getLogger("werkzeug")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
