"""Whether a new version speaks the microservice contract, found out before anybody depends on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from augury.deployment.failures import Unfit

PUID = "augury-deploy-check"
"""Id of the predictions that are asked for to look at the answer."""

type Ask = Callable[[str], bytes]
"""Sends ``json`` to the new version and returns its answer; raises :class:`ContractBroken` where there is none."""

type FindProblem = Callable[[bytes], str | None]
"""Returns what is wrong with an answer to one row, or None."""


class ContractBroken(Unfit):
    """The new version does not answer as the microservice contract says."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What a new version is asked, and what it may answer.

    Parameters
    ----------
    find_problem : callable
        Returns what is wrong with the answer to one row of data, or None.
    sample : mapping, optional
        Data that has to be answered. Without it an empty row is sent, which a service may refuse, in the contract's
        form.
    """

    find_problem: FindProblem
    sample: Mapping[str, Any] | None = None

    @property
    def json(self) -> str:
        """The request."""
        return orjson.dumps({"meta": {"puid": PUID}, "data": self.sample or {}}).decode()

    def check(self, ask: Ask) -> None:
        """Ask once.

        Raises
        ------
        ContractBroken
            There was no answer, or it is none; the message says why.
        """
        body = ask(self.json)
        refusal = _refusal(body)
        if refusal is None:
            problem = self.find_problem(body)
            if problem:
                raise ContractBroken(f"it does not speak the microservice contract: {problem}")
        elif self.sample is not None:
            raise ContractBroken(f"it refuses the sample: {refusal}")


def _refusal(body: bytes) -> str | None:
    """Return why an answer in the form of Augury's errors refuses the data; None where it is another answer."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(content, dict) or "error_id" not in content:
        return None
    return str(content.get("error_msg", "without a reason"))[:200]
