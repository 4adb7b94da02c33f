"""Pin the base image of every Dockerfile to the digest that its tag has now: ``make pin-base``.

Registries are asked as the OCI distribution specification and its token authentication have it
(https://github.com/opencontainers/distribution-spec, https://distribution.github.io/distribution/spec/auth/token/).
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

HERE = Path(__file__).parent
_BASE = re.compile(r"^ARG BASE_IMAGE=(?P<host>[^/\s]+)/(?P<name>[^:@\s]+):(?P<tag>[^@\s]+)(?:@\S+)?$", re.MULTILINE)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MANIFESTS = (
    "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
)
_TIMEOUT_S = 20


class NotPinned(Exception):
    """A digest is not known; the message says why."""


def digest_of(host: str, name: str, tag: str, *, scheme: str = "https") -> str:
    """Return the digest that a registry has for a tag.

    Raises
    ------
    NotPinned
        The registry was not reached, or has no such tag.
    """
    url = f"{scheme}://{host}/v2/{name}/manifests/{tag}"
    try:
        found = _ask(url)
    except HTTPError as error:
        raise NotPinned(f"{host}/{name}:{tag}: the registry answered {error.code}") from None
    except (URLError, TimeoutError) as error:
        reason = getattr(error, "reason", error)
        raise NotPinned(f"{host} was not reached ({reason}): run this where it is, or give digests by hand") from None
    if not _DIGEST.fullmatch(found):
        raise NotPinned(f"{host}/{name}:{tag}: the registry told no digest")
    return found


def pinned(dockerfile: str, *, scheme: str = "https") -> str:
    """Return a Dockerfile whose base image is pinned."""
    match = _BASE.search(dockerfile)
    if match is None:
        raise NotPinned("there is no line ARG BASE_IMAGE=HOST/NAME:TAG")
    host, name, tag = match["host"], match["name"], match["tag"]
    line = f"ARG BASE_IMAGE={host}/{name}:{tag}@{digest_of(host, name, tag, scheme=scheme)}"
    return dockerfile[: match.start()] + line + dockerfile[match.end() :]


def _ask(url: str) -> str:
    headers = {"Accept": _MANIFESTS}
    try:
        return _digest(Request(url, headers=headers, method="HEAD"))
    except HTTPError as error:
        if error.code != 401:
            raise
        headers["Authorization"] = f"Bearer {_token(error.headers.get('WWW-Authenticate', ''))}"
    return _digest(Request(url, headers=headers, method="HEAD"))


def _digest(request: Request) -> str:
    with urlopen(request, timeout=_TIMEOUT_S) as answer:
        return str(answer.headers.get("Docker-Content-Digest", ""))


def _token(challenge: str) -> str:
    told = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    if "realm" not in told:
        raise NotPinned("the registry wants credentials of a kind that is not known here")
    query = urlencode({name: told[name] for name in ("service", "scope") if name in told})
    with urlopen(f"{told['realm']}?{query}", timeout=_TIMEOUT_S) as answer:
        said = json.load(answer)
    return str(said.get("token") or said["access_token"])


def main(directory: Path = HERE, *, scheme: str = "https") -> int:
    """Pin every Dockerfile below a directory, or none, and return the exit code."""
    paths = sorted(directory.glob("*/Dockerfile"))
    try:
        texts = [pinned(path.read_text(encoding="utf-8"), scheme=scheme) for path in paths]
    except NotPinned as error:
        sys.stderr.write(f"pin-base: {error}\n")
        return 1
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
        match = _BASE.search(text)
        sys.stdout.write(f"{path.relative_to(directory)}: {match[0] if match else ''}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
