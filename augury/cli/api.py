"""A small client of Augury's HTTP API, for what the command line itself sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
import urllib3

from augury.clients import NewClient

_TIMEOUT = urllib3.Timeout(connect=5, read=30)


class UnexpectedAnswer(ValueError):
    """The API answered something else than it should have: the message quotes it."""


class ApiClient:
    """Calls the HTTP API for one client.

    Parameters
    ----------
    api_url : str
        Address of the API.
    client : NewClient
        Keys and secret of the client.
    """

    def __init__(self, api_url: str, client: NewClient) -> None:
        self._api_url = api_url
        self._client = client
        self._http = urllib3.PoolManager(timeout=_TIMEOUT)
        self._token: str | None = None

    def send_events(self, events: Sequence[Mapping[str, Any]]) -> int:
        """Send events in one ``POST /events`` and return how many were accepted."""
        answer = self._post("/events", list(events))
        return int(answer["accepted"])

    def send_js_event(self, event: Mapping[str, Any]) -> None:
        """Send an event as a page does, each field a text parameter of ``GET /js/event/new``."""
        answer = self._get("/js/event/new", event)
        if "json" not in answer:
            raise UnexpectedAnswer(f"GET /js/event/new answered {answer}")

    def predict(self, features: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for a prediction by ``POST /predict``."""
        return self._post("/predict", {"data": features})

    def predict_js(self, features: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for a prediction as a page does, by ``GET /js/predict``."""
        return self._get("/js/predict", features)

    def _post(self, path: str, content: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.bearer()}", "Content-Type": "application/json"}
        return self._call("POST", path, body=orjson.dumps(content), headers=headers)

    def _get(self, path: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        query = urlencode({"consumer_key": self._client.js_key, **fields})
        return self._call("GET", f"{path}?{query}")

    def bearer(self) -> str:
        """Return a bearer token, fetched once."""
        if self._token is None:
            pair = f"{self._client.consumer_key}:{self._client.consumer_secret}"
            headers = {
                **urllib3.make_headers(basic_auth=pair),
                "Content-Type": "application/x-www-form-urlencoded",
            }
            answer = self._call("POST", "/token", body=b"grant_type=client_credentials", headers=headers)
            self._token = str(answer["access_token"])
        return self._token

    def _call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        answer = self._http.request(method, self._api_url + path, **arguments)
        if answer.status != 200:
            raise UnexpectedAnswer(
                f"{method} {path.partition('?')[0]} answered {answer.status}: {answer.data.decode()}"
            )
        content: dict[str, Any] = orjson.loads(answer.data)
        return content
