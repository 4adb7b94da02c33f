"""``POST /token`` and ``POST /events`` as a patient caller uses them."""

from __future__ import annotations

import base64
import gzip
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
import urllib3
from urllib3.exceptions import HTTPError

from augury.cli.persistence import Persistence, TryAgain
from augury.errors import Kind
from augury.names import ClientName

_TIMEOUT = urllib3.Timeout(connect=5, read=35)  # API Gateway answers within 30 s
_RENEWED_BEFORE_S = 60
_LONGEST_WAIT_S = 300.0


class Refused(ValueError):
    """The API refused a request for good; the message says why."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A client's consumer key and secret."""

    key: str
    secret: str

    def __repr__(self) -> str:
        return f"Credentials({self.key!r})"


@dataclass(frozen=True, slots=True)
class Rejection:
    """One event of a batch that was not kept, by its place in the batch."""

    index: int
    reason: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What the API answered to one batch."""

    accepted: int
    rejected: tuple[Rejection, ...]


class CollectionApi:
    """Sends batches of events for one client.

    Parameters
    ----------
    api_url : str
        Address of the API.
    client : ClientName
        Whose events they are; a token of another client is refused.
    credentials : Credentials
        Exchanged for tokens as they are needed.
    persistence : Persistence
        How often a call is tried.
    clock : callable, optional
        Seconds that pass, for the age of the token.
    """

    def __init__(
        self,
        api_url: str,
        client: ClientName,
        credentials: Credentials,
        persistence: Persistence,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._client = client
        self._credentials = credentials
        self._persistence = persistence
        self._clock = clock
        self._http = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)
        self._token = ""
        self._renew_at = clock()

    @property
    def retries(self) -> int:
        """Calls that had to be made again so far."""
        return self._persistence.retries

    def send(self, lines: list[bytes]) -> BatchOutcome:
        """Send lines of NDJSON as one request, again and again with the same bytes until it is answered.

        Raises
        ------
        Refused
            The credentials are refused, or they are another client's.
        GaveUp
            No try was answered. Some of the events may have been kept all the same.
        """
        body = gzip.compress(b"\n".join(lines), mtime=0)
        return self._persistence.call(lambda: self._post(body, len(lines)))

    def _post(self, body: bytes, count: int) -> BatchOutcome:
        answer = self._post_with_token(body)
        if answer.status == 401:  # expired early, or revoked: a new token tells which
            self._renew_at = self._clock()
            answer = self._post_with_token(body)
        content = _content(answer)
        if answer.status == 200 and isinstance(content.get("accepted"), int):
            return BatchOutcome(content["accepted"], tuple(_rejections(content.get("rejected", []))))
        if content.get("error_id") == Kind.EVERY_EVENT_REFUSED.error_id:
            return BatchOutcome(0, tuple(_from_details(content, count)))
        if answer.status in (400, 413):
            return BatchOutcome(0, tuple(Rejection(index, content) for index in range(count)))
        raise _failure("POST /events", answer, content)

    def _post_with_token(self, body: bytes) -> urllib3.BaseHTTPResponse:
        headers = {
            "Authorization": f"Bearer {self._bearer()}",
            "Content-Type": "application/x-ndjson",
            "Content-Encoding": "gzip",
        }
        return self._request("/events", body, headers)

    def _bearer(self) -> str:
        if self._clock() >= self._renew_at:
            answer = self._request("/token", b"grant_type=client_credentials&scope=events", self._basic())
            content = _content(answer)
            if answer.status != 200 or not isinstance(content.get("access_token"), str):
                raise _failure("POST /token", answer, content)
            self._token = content["access_token"]
            self._renew_at = self._clock() + max(float(content.get("expires_in", 0)) - _RENEWED_BEFORE_S, 1.0)
            self._check_owner()
        return self._token

    def _basic(self) -> dict[str, str]:
        # RFC 6749, section 2.3.1: both parts are form-encoded first.
        pair = f"{quote(self._credentials.key, safe='')}:{quote(self._credentials.secret, safe='')}"
        return {**urllib3.make_headers(basic_auth=pair), "Content-Type": "application/x-www-form-urlencoded"}

    def _check_owner(self) -> None:
        """Refuse a token that says to be another client's: its events would be filed under that client."""
        owner = _subject(self._token)
        if owner is not None and owner != self._client:
            raise Refused(f"the consumer key is of client {owner!r}, and not of {str(self._client)!r}")

    def _request(self, path: str, body: bytes, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        try:
            return self._http.request("POST", self._api_url + path, body=body, headers=headers)
        except HTTPError as error:
            raise TryAgain(f"POST {path}: {type(error).__name__}") from None


def _content(answer: urllib3.BaseHTTPResponse) -> dict[str, Any]:
    try:
        content = orjson.loads(answer.data)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _failure(what: str, answer: urllib3.BaseHTTPResponse, content: dict[str, Any]) -> Exception:
    """Return what an answer that is no success means: wait, or stop."""
    said = content.get("error_msg") or content.get("error_description") or content.get("message") or "no reason given"
    reason = f"{what} answered {answer.status}: {said}"
    if answer.status == 429 or answer.status >= 500:
        return TryAgain(reason, _retry_after_s(answer))
    return Refused(reason)


def _retry_after_s(answer: urllib3.BaseHTTPResponse) -> float:
    text = answer.headers.get("Retry-After", "")
    return min(float(text), _LONGEST_WAIT_S) if text.isdecimal() else 0.0


def _rejections(entries: list[dict[str, Any]]) -> list[Rejection]:
    return [Rejection(entry["index"], {k: v for k, v in entry.items() if k != "index"}) for entry in entries]


def _from_details(content: dict[str, Any], count: int) -> list[Rejection]:
    """Return one rejection for each event of a batch of which none was good."""
    reasons = {detail["loc"][0]: detail["msg"] for detail in content.get("details", []) if detail.get("loc")}
    shared = {"error_id": content["error_id"]}
    return [
        Rejection(index, shared | {"error_msg": reasons.get(index, content["error_msg"])}) for index in range(count)
    ]


def _subject(token: str) -> str | None:
    """Return whom a JWT says to be of; not verified, as this only spares an honest caller a mistake."""
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    except (IndexError, ValueError):
        return None
    subject = claims.get("sub") if isinstance(claims, dict) else None
    return subject if isinstance(subject, str) else None
