"""Recorded plans of the split in bulk: where each is written down, and how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from augury.aws import ConditionFailed, Table

PLANS: Final = "SPLIT-PLANS"
"""The partition of all plans' rows."""


class PlanState(StrEnum):
    """How far a plan is.

    ``WRITTEN`` is the point of no return: all outputs are there. Before it a plan can be ``ABANDONED``, and nothing of
    it is there then.
    """

    PLANNED = "planned"
    WRITTEN = "written"
    FINISHED = "finished"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan's row.

    Parameters
    ----------
    plan_id : str
        The plan's name.
    document : str
        Key of the object that holds the plan.
    state : PlanState
        How far it is.
    """

    plan_id: str
    document: str
    state: PlanState


class PlanRows:
    """The rows of recorded plans.

    Parameters
    ----------
    table : Table
        Augury's table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def record(self, plan_id: str, document: str) -> None:
        """Write a new plan's row; doing it again changes nothing."""
        try:
            self._table.put(_item(PlanRow(plan_id, document, PlanState.PLANNED)), must_be_new=True)
        except ConditionFailed:
            return

    def row(self, plan_id: str) -> PlanRow | None:
        """Return a plan's row; None where it was never recorded."""
        found = self._table.get(PLANS, plan_id)
        return PlanRow(plan_id, found["document"], PlanState(found["state"])) if found else None

    def unfinished(self) -> Iterator[PlanRow]:
        """Yield the rows of plans that are not finished, by their names."""
        for item in self._table.query(PLANS):
            if item["state"] in (PlanState.PLANNED, PlanState.WRITTEN):
                yield PlanRow(item["sk"], item["document"], PlanState(item["state"]))

    def advance(self, row: PlanRow, to: PlanState) -> PlanRow:
        """Write that a plan came further; return its new row.

        Raises
        ------
        ConditionFailed
            The plan is not where the row says.
        AwsUnavailable
            DynamoDB did not answer.
        """
        advanced = PlanRow(row.plan_id, row.document, to)
        self._table.put(_item(advanced), expected={"state": str(row.state)})
        return advanced


def _item(row: PlanRow) -> dict[str, str]:
    return {"pk": PLANS, "sk": row.plan_id, "document": row.document, "state": str(row.state)}
