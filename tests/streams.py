"""A delivery stream that fails as a test tells it to."""

from __future__ import annotations

from collections.abc import Sequence

from augury.aws import DeliveryStream, PutOutcome


class ScriptedStream(DeliveryStream):
    """A delivery stream that fails as it is told, then accepts everything."""

    def __init__(self, *script: Sequence[int] | Exception) -> None:
        self.script = list(script)
        self.accepted: list[bytes] = []
        self.calls: list[list[bytes]] = []

    @property
    def lines(self) -> list[bytes]:
        return b"".join(self.accepted).splitlines()

    def put_batch(self, records: Sequence[bytes]) -> PutOutcome:
        self.calls.append(list(records))
        step = self.script.pop(0) if self.script else ()
        if isinstance(step, Exception):
            raise step
        self.accepted += [record for position, record in enumerate(records) if position not in step]
        return PutOutcome(tuple(step))
