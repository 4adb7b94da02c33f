"""The one table of HTTP routes.

The CDK app, the local front, the functions' tests and the documentation are all made from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a credential may be used for."""

    EVENTS = "events"
    PREDICT = "predict"


class Credential(StrEnum):
    """How a caller of a route proves who they are."""

    NONE = "none"
    KEY_AND_SECRET = "key and secret"
    BEARER = "bearer"
    JS_KEY = "js key"


class Function(StrEnum):
    """A Lambda function that answers HTTP routes; the value names its folder under ``functions/``."""

    TOKEN = "token"
    INGEST = "ingest"
    PREDICT = "predict"
    FEEDBACK = "feedback"

    @property
    def handler(self) -> str:
        """Dotted name of the Lambda handler.

        Examples
        --------
        >>> Function.INGEST.handler
        'functions.ingest.handler.handler'
        """
        return f"functions.{self.value}.handler.handler"


@dataclass(frozen=True, slots=True)
class Route:
    """One method and path of the HTTP API, and who answers it for whom."""

    method: str
    path: str
    function: Function
    credential: Credential
    scope: Scope | None
    summary: str

    @property
    def key(self) -> str:
        """API Gateway's route key, such as ``POST /events``."""
        return f"{self.method} {self.path}"

    def parameters(self, path: str) -> dict[str, str] | None:
        """Return what a request's path has in the place of each ``{name}``, or None where it is not this route's.

        Examples
        --------
        >>> find("GET", "/pipelines/iris").parameters("/pipelines/iris")
        {'name': 'iris'}
        """
        ours, given = self.path.split("/"), path.split("/")
        if len(ours) != len(given):
            return None
        found = {}
        for part, value in zip(ours, given, strict=True):
            if part.startswith("{") and value:
                found[part.strip("{}")] = value
            elif part != value:
                return None
        return found


def _predict_routes(*rows: tuple[str, str, str]) -> Iterator[Route]:
    """Yield the routes of method, path and summary that take a token with the scope of predictions."""
    for method, path, summary in rows:
        yield Route(method, path, Function.PREDICT, Credential.BEARER, Scope.PREDICT, summary)


ROUTES: tuple[Route, ...] = (
    Route("POST", "/token", Function.TOKEN, Credential.KEY_AND_SECRET, None, "Exchange a key and secret for a token"),
    Route("POST", "/events", Function.INGEST, Credential.BEARER, Scope.EVENTS, "Send one event or many"),
    Route("GET", "/js/event/new", Function.INGEST, Credential.JS_KEY, Scope.EVENTS, "Send an event from a page"),
    Route("POST", "/js/event/new", Function.INGEST, Credential.JS_KEY, Scope.EVENTS, "Send events from a page"),
    Route("OPTIONS", "/js/event/new", Function.INGEST, Credential.NONE, None, "May a page send events (CORS)"),
    Route("GET", "/js/augury.js", Function.INGEST, Credential.NONE, None, "The script that sends a page's events"),
    Route("POST", "/predict", Function.PREDICT, Credential.BEARER, Scope.PREDICT, "Ask for a prediction"),
    Route("GET", "/js/predict", Function.PREDICT, Credential.JS_KEY, Scope.PREDICT, "Ask for one from a page"),
    Route("OPTIONS", "/js/predict", Function.PREDICT, Credential.NONE, None, "May a page ask for one (CORS)"),
    Route("POST", "/feedback", Function.FEEDBACK, Credential.BEARER, Scope.PREDICT, "Say what became of a prediction"),
    Route("GET", "/pipelines", Function.PREDICT, Credential.BEARER, Scope.PREDICT, "The client's pipelines"),
    Route(
        "GET", "/pipelines/{name}", Function.PREDICT, Credential.BEARER, Scope.PREDICT, "One of them, with its schema"
    ),
    *_predict_routes(
        ("GET", "/openapi.json", "The client's own OpenAPI document"),
        ("GET", "/v2", "Open Inference Protocol: the server"),
        ("GET", "/v2/models/{name}", "A model's inputs and outputs"),
        ("GET", "/v2/models/{name}/ready", "Whether a model answers"),
        ("POST", "/v2/models/{name}/infer", "Ask a model"),
        ("GET", "/v2/models/{name}/versions/{version}", "One version's inputs and outputs"),
        ("GET", "/v2/models/{name}/versions/{version}/ready", "Whether a version answers"),
        ("POST", "/v2/models/{name}/versions/{version}/infer", "Ask one version"),
    ),
    Route("GET", "/v2/health/live", Function.PREDICT, Credential.NONE, None, "Open Inference Protocol: liveness"),
    Route("GET", "/v2/health/ready", Function.PREDICT, Credential.NONE, None, "Open Inference Protocol: readiness"),
    Route("GET", "/health", Function.PREDICT, Credential.NONE, None, "Liveness and version"),
)

SPLIT_HANDLER = "functions.split_events.handler.handler"
"""Dotted name of the Lambda handler that splits raw objects; it has no HTTP route."""

HEAVY_HANDLER = "functions.predict.scoring.handler"
"""Dotted name of the Lambda handler that the predict function calls for pipelines without a plan."""

HEAVY_ALIAS = "live"
"""Alias of the version of the heavy function that the predict function calls."""

PREPARE_HANDLER = "functions.training_jobs.prepare.handler"
"""Dotted name of the Lambda handler that plans a training job."""

REGISTER_HANDLER = "functions.training_jobs.register.handler"
"""Dotted name of the Lambda handler that registers what a training job made."""

ROTATE_HANDLER = "functions.token.rotate.handler"
"""Dotted name of the Lambda handler that Secrets Manager calls to rotate the token signing key."""


_BY_KEY = {route.key: route for route in ROUTES if "{" not in route.path}
_WITH_PARAMETERS = tuple(route for route in ROUTES if "{" in route.path)


def find(method: str, path: str) -> Route | None:
    """Return the route of a method and a path, or None where API Gateway would answer 404.

    Examples
    --------
    >>> find("POST", "/events").function
    <Function.INGEST: 'ingest'>
    >>> find("DELETE", "/events") is None
    True
    """
    exact = _BY_KEY.get(f"{method} {path}")
    if exact is not None:
        return exact
    return next((route for route in _WITH_PARAMETERS if route.method == method and route.parameters(path)), None)
