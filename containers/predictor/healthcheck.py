"""Ask this container's server whether it is ready. Lambda asks nothing of the kind, and its function always is."""

import os
import sys
from urllib.request import urlopen

_PORTS = {"predictor": "8080", "microservice": "5000"}

server = os.environ.get("AUGURY_SERVER", "")
if server in _PORTS:
    port = os.environ.get("AUGURY_PORT", _PORTS[server])
    try:
        urlopen(f"http://127.0.0.1:{port}/health", timeout=4).close()
    except OSError as error:
        sys.exit(f"not healthy: {error}")
