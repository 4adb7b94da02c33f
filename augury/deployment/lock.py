"""One deployment of a microservice at a time: a row of the table that ends by itself unless it is renewed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from augury.aws import ConditionFailed, Item, Removal, Table
from augury.deployment.clock import Clock, WallClock
from augury.names import ClientName, ServiceName

_PARTITION = "DEPLOYING"

LEASE_S: Final = 300.0
"""Seconds after which a deployment that broke off no longer keeps others out."""


class AlreadyDeploying(Exception):
    """Somebody else deploys the microservice; the message says who, since when, and when that ends by itself."""


class DeployLock:
    """The right to change one microservice.

    Parameters
    ----------
    table : Table
        The deployment's table.
    client : ClientName
        Whose microservice.
    service : ServiceName
        Its name.
    holder : str
        Who changes it.
    run : str
        What tells this run from another of the same holder.
    clock : Clock, optional
        The time.
    """

    def __init__(
        self,
        table: Table,
        client: ClientName,
        service: ServiceName,
        *,
        holder: str,
        run: str,
        clock: Clock | None = None,
    ) -> None:
        self._table = table
        self._key = {"pk": f"{_PARTITION}#{client}", "sk": str(service)}
        self._service = service
        self._holder = holder
        self._run = run
        self._clock = clock or WallClock()

    def __enter__(self) -> DeployLock:
        self.renew()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def renew(self) -> None:
        """Take the lock, or hold it for its time from now on.

        Raises
        ------
        AlreadyDeploying
            Another run holds it.
        AwsUnavailable
            DynamoDB did not answer.
        """
        found = self._table.get(self._key["pk"], self._key["sk"])
        now = self._clock.now()
        is_mine = found is not None and found["run"] == self._run
        if found and not is_mine and now.timestamp() < found["until"]:
            raise AlreadyDeploying(self._taken(found))
        since = found["since"] if found and is_mine else now.timestamp()
        item = {**self._key, "holder": self._holder, "run": self._run, "since": since}
        item["until"] = (now + timedelta(seconds=LEASE_S)).timestamp()
        try:
            expected = {"run": found["run"]} if found else None
            self._table.put(item, must_be_new=found is None, expected=expected)
        except ConditionFailed:
            raise AlreadyDeploying(f"somebody else began to deploy {self._service} at the same moment") from None

    def release(self) -> None:
        """Give the lock up; one that is another's stays so."""
        try:
            self._table.transact([Removal(self._key["pk"], self._key["sk"], {"run": self._run})])
        except ConditionFailed:
            return

    def _taken(self, found: Item) -> str:
        return (
            f"{found['holder']} has been deploying {self._service} since {_moment(found['since'])}: wait for that to "
            f"end, or until {_moment(found['until'])}, when it counts as broken off unless it goes on"
        )


def _moment(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
