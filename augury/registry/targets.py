"""What answers a variation's calls: a registered version, a Lambda function, or a service that speaks HTTP."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, StringConstraints, field_validator

from augury.names import Version

MAX_TIMEOUT_S = 20.0
"""Longest that a target may take; API Gateway waits for 30 s, and the answer has to be written too."""

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*|\[[0-9a-f:.]{{2,45}}\]")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]{1,100}){0,10}/?")
_LAMBDA = re.compile(r"lambda:(?P<function>[A-Za-z0-9_-]{1,64})(:(?P<alias>[A-Za-z0-9_-]{1,128}))?")


class _Target(BaseModel):
    model_config = ConfigDict(frozen=True)


class PipelineTarget(_Target):
    """A registered version, served in the process of the predict function."""

    kind: Literal["pipeline"] = "pipeline"
    version: Version

    @property
    def name(self) -> str:
        """What people call it."""
        return str(self.version)


class LambdaTarget(_Target):
    """An alias of a Lambda function in the deployment's account; it takes ``{"client", "json"}``.

    Parameters
    ----------
    function, alias : str
        Names of the function and of its alias or version; by default what was published last.
    timeout_s : float
        Seconds that it may take, 2 unless given.
    """

    kind: Literal["lambda"] = "lambda"
    function: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    alias: Annotated[str, StringConstraints(pattern=r"^(\$LATEST|[A-Za-z0-9_-]{1,128})$")] = "$LATEST"
    timeout_s: PositiveFloat = Field(default=2.0, le=MAX_TIMEOUT_S)

    @property
    def name(self) -> str:
        """What people call it."""
        return f"lambda:{self.function}" if self.alias == "$LATEST" else f"lambda:{self.function}:{self.alias}"


class HttpTarget(_Target):
    """A service that speaks the microservice contract, ``GET|POST /predict`` with ``client`` and ``json``.

    Whether its host may be called is decided where it is called, by the operator's list of allowed hosts.

    Parameters
    ----------
    url : str
        Scheme, host, port and path, and nothing else; the path is ``/predict`` unless given.
    method : {"POST", "GET"}
        ``POST`` sends a form; ``GET`` puts a request of up to 4 KiB into the address, as Seldon Server did, and is
        tried again where nothing came back.
    timeout_s : float
        Seconds that it may take, 2 unless given.

    Examples
    --------
    >>> HttpTarget(url="https://Scores.example.com").url
    'https://scores.example.com/predict'
    """

    kind: Literal["http"] = "http"
    url: str = Field(max_length=512)
    method: Literal["POST", "GET"] = "POST"
    timeout_s: PositiveFloat = Field(default=2.0, le=MAX_TIMEOUT_S)

    @field_validator("url")
    @classmethod
    def _plain(cls, url: str) -> str:
        return _plain_url(url)

    @property
    def name(self) -> str:
        """What people call it: scheme, host and port."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


type Target = Annotated[PipelineTarget | LambdaTarget | HttpTarget, Field(discriminator="kind")]
"""What answers; ``kind`` tells which."""


def parse_target(
    text: str, *, timeout_s: float | None = None, method: Literal["POST", "GET"] = "POST"
) -> PipelineTarget | LambdaTarget | HttpTarget:
    """Return the target that an operator names.

    Parameters
    ----------
    text : str
        A version, ``lambda:FUNCTION[:ALIAS]``, or an ``http`` or ``https`` address.
    timeout_s : float, optional
        Seconds that a function or service may take.
    method : {"POST", "GET"}
        How a service is asked.

    Raises
    ------
    ValueError
        It is none of these; the message says which rule it breaks.

    Examples
    --------
    >>> parse_target("20261123-115912").kind, parse_target("lambda:scores:live").kind
    ('pipeline', 'lambda')
    >>> parse_target("https://user@example.com/")
    Traceback (most recent call last):
    ...
    ValueError: 'https://user@example.com/' is no address of a target: give scheme, host, port and path only
    """
    limits = {} if timeout_s is None else {"timeout_s": timeout_s}
    if "://" in text:
        return HttpTarget.model_validate({"url": _plain_url(text), "method": method, **limits})
    if match := _LAMBDA.fullmatch(text):
        named = {name: value for name, value in match.groupdict().items() if value is not None}
        return LambdaTarget.model_validate({**named, **limits})
    return PipelineTarget(version=Version(text))


def _plain_url(url: str) -> str:
    """Return an address in its one spelling; what two readers of it could read differently is refused."""
    refusal = ValueError(f"{url!r} is no address of a target: give scheme, host, port and path only")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise refusal from None
    scheme, host, path = parts.scheme.lower(), parts.netloc.lower(), parts.path or "/predict"
    bare = host if port is None else host.removesuffix(f":{port}")
    written = f"{scheme}://{host}{parts.path}"
    if scheme not in ("http", "https") or url.lower() != written.lower() or port == 0:
        raise refusal
    if not _HOST.fullmatch(bare) or not _PATH.fullmatch(path) or any(part in (".", "..") for part in path.split("/")):
        raise refusal
    return f"{scheme}://{host}{'/predict' if path == '/' else path}"
