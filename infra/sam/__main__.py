"""Run the platform with its functions in containers: ``python -m infra.sam``, which ``make sam`` does.

The platform of ``augury local up`` stands in for AWS; the functions run as SAM has Lambda run them.
"""

from __future__ import annotations

import argparse
import signal
import socket
import sys
import tempfile
from pathlib import Path

from augury.cli import seeding
from augury.clients import NewClient
from augury.local import LocalPlatform
from infra.sam.docker import DockerMissing, bridge_address
from infra.sam.running import SamFailed, build_images, start_api
from infra.sam.template import write_template

_ROOT = Path(__file__).parents[2]
_SAM = _ROOT / ".build" / "sam-cli" / "bin" / "sam"
_MODEL_CACHE = Path("/tmp/augury-models")  # noqa: S108  (in a container of its own)

_TO_TRY = """\
ready  {url}

TOKEN=$(curl -s -u {key}:{secret} -d grant_type=client_credentials {url}/token |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')

curl -s {url}/events -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
     -d '{{"f1":5.1,"f2":3.5,"f3":1.4,"f4":0.2,"name":"Iris-setosa"}}'

curl -s {url}/predict -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
     -d '{{"data":{{"f1":1,"f2":2.7,"f3":5.3,"f4":1.9}}}}'

Ctrl-C ends it.
"""


def main() -> int:
    """Serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m infra.sam", description=__doc__)
    parser.add_argument("--port", type=int, default=3000, help="port of the HTTP API; 0 takes a free one")
    parser.add_argument("--base", help="base image of the predictor; the Dockerfile's own unless given")
    told = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _serve(told.port or _free_port(), told.base)
    except (DockerMissing, SamFailed, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _serve(port: int, base: str | None) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="augury-sam-") as scratch,
        LocalPlatform(port=0, aws_host=bridge_address()) as platform,
    ):
        place = Path(scratch)
        _say("Making client `test` and its Iris pipeline")
        client = seeding.seed(platform).client
        _say("Synthesising the template, and building the predictor's image (a minute or two, the first time)")
        template = write_template(place / "assembly", root=_ROOT, variables=_variables(platform), base=base)
        build_images(_SAM, template, place / "built")
        _say("Starting the functions")
        with start_api(_SAM, template, port, place / "sam.log") as url:
            _say(_to_try(url, client))
            signal.pause()


def _variables(platform: LocalPlatform) -> dict[str, str]:
    """Return what the functions are told; credentials and region are SAM's to give."""
    told = platform.function_environment(_MODEL_CACHE) | {"AUGURY_PANDAS_LANE": "false"}
    return {name: value for name, value in told.items() if not name.startswith("AWS_") or name == "AWS_ENDPOINT_URL"}


def _to_try(url: str, client: NewClient) -> str:
    return _TO_TRY.format(url=url, key=client.consumer_key, secret=client.consumer_secret)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
