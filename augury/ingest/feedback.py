"""Feedback: what became of a prediction, told by its puid alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from augury import events
from augury.errors import AuguryError, Detail, Kind
from augury.names import ClientName

MAX_FEEDBACK_BYTES = 16 * 1024
"""Largest body of a request."""

MAX_TRUTH_BYTES = 1024
"""Longest text that can be a truth, in UTF-8."""

_FIELDS = ("puid", "reward", "truth")

type Truth = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a client says of one of its predictions.

    Parameters
    ----------
    puid : str
        Id of the prediction.
    reward : int or float, optional
        How good it was; finite, on a scale of the client's own.
    truth : str, number or bool, optional
        What would have been right, such as the class.
    """

    puid: str
    reward: float | None = None
    truth: Truth | None = None

    def line(self, client: ClientName, received_at: datetime) -> bytes:
        """Return the line that is stored, without its newline.

        Parameters
        ----------
        client : ClientName
            The authenticated client.
        received_at : datetime
            When the request came, with its zone.
        """
        return orjson.dumps(
            {
                "client": str(client),
                "puid": self.puid,
                "reward": self.reward,
                "truth": self.truth,
                "_event_id": events.new_event_id(received_at),
                "_received_at": events.receipt_text(received_at),
            }
        )


def parse_feedback(body: bytes) -> Feedback:
    """Return the feedback of a ``POST /feedback`` body. A field that is null counts as left out.

    Raises
    ------
    AuguryError
        413 where it is too large; 400 where it is malformed, with every offending field.

    Examples
    --------
    >>> parse_feedback(b'{"puid": "order-17", "reward": 1}')
    Feedback(puid='order-17', reward=1, truth=None)
    """
    if len(body) > MAX_FEEDBACK_BYTES:
        raise AuguryError(Kind.BODY_TOO_LARGE, [Detail(("body",), "send at most 16 KiB")])
    value = events.parse_json(body)
    if not isinstance(value, dict):
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("body",), 'send a JSON object, such as {"puid": "…"}')])
    offences = _offences(value)
    if offences:
        raise AuguryError(Kind.INVALID_REQUEST, offences)
    return Feedback(value["puid"], value.get("reward"), value.get("truth"))


def _offences(value: Mapping[str, Any]) -> list[Detail]:
    found = [Detail((name,), "no such field: send puid, reward and truth") for name in value if name not in _FIELDS]
    if not events.is_puid(value.get("puid")):
        found.append(Detail(("puid",), "a text of 1 to 128 printable characters is expected"))
    reward, truth = value.get("reward"), value.get("truth")
    if reward is None and truth is None:
        found.append(Detail(("reward",), "send a reward, a truth or both"))
    if reward is not None and not _is_number(reward):
        found.append(Detail(("reward",), "a finite number is expected"))
    if isinstance(truth, dict | list):
        found.append(Detail(("truth",), "a text, a number or a boolean is expected"))
    if isinstance(truth, str) and len(truth.encode()) > MAX_TRUTH_BYTES:
        found.append(Detail(("truth",), "send at most 1,024 bytes"))
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
