"""The split in bulk as one call, for whoever has a Spark: the command line, a Glue job, ``spark-submit``, EMR."""

from __future__ import annotations

import os
import platform
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from augury.aws import ObjectStore, Table
from augury.aws.addresses import LakeAddress
from augury.lake import EventsPrefix
from augury.split.bulk.layout import TARGET_BYTES
from augury.split.bulk.outcome import BulkOutcome
from augury.split.bulk.planning import Scope
from augury.split.bulk.publication import Publication
from augury.split.bulk.running import LOCK_S, held, run_bulk
from augury.split.bulk.survey import Survey, survey
from augury.split.ledger import Ledger
from augury.split.plan_rows import PlanRows
from augury.split.run_lock import RunLock

if TYPE_CHECKING:
    from pyspark import SparkContext

ENGINE = "spark"
"""Name of the engine in the ledger."""


@dataclass(frozen=True, slots=True)
class BulkSplit:
    """What is to be split in bulk, and where.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    table : Table
        Augury's table, with the ledger.
    scope : Scope
        Whose days are rewritten.
    prefix : EventsPrefix
        Where the events stream lays its objects.
    target_bytes : int
        Uncompressed size of the files to make.
    """

    store: ObjectStore
    table: Table
    scope: Scope
    prefix: EventsPrefix
    target_bytes: int = TARGET_BYTES

    def survey(self) -> Survey:
        """Look for what there is to do, and change nothing."""
        ledger = Ledger(self.table, ENGINE)
        now = datetime.now(UTC)
        return survey(self.store, ledger, self.scope, self.prefix, now=now, target_bytes=self.target_bytes)

    def is_idle(self) -> bool:
        """Tell whether there is nothing to do, and nothing that an earlier run left undone."""
        return self.survey().plan.is_idle and not list(PlanRows(self.table).unfinished())

    def run(
        self,
        context: SparkContext,
        lake: LakeAddress,
        *,
        abandon: bool = False,
        on_step: Callable[[str], object] = lambda _: None,
    ) -> list[BulkOutcome]:
        """Do it by Spark, alone among runs.

        Parameters
        ----------
        context : SparkContext
            A running one; it is left running.
        lake : LakeAddress
            Where the data bucket is, for the executors.
        abandon : bool
            Take back what an earlier run left undone and not committed.
        on_step : callable
            Told before each step what it is.

        Raises
        ------
        AlreadyRunning
            Another run holds the lock.
        InputsVanished, Contended, ClaimLost, AwsUnavailable
            As :func:`augury.split.bulk.running.run_bulk`.
        """
        from augury.split.bulk.spark_engine import SparkEngine

        engine, plans = SparkEngine(context, lake), PlanRows(self.table)
        with held(RunLock(self.table, _holder(), LOCK_S), on_lost=context.cancelAllJobs) as ensure_held:

            def step(what: str) -> None:
                ensure_held()
                on_step(what)

            publication = Publication(self.store, Ledger(self.table, ENGINE), plans, engine, step)
            return run_bulk(publication, plans, lambda: self.survey().plan, abandon=abandon)


def _holder() -> str:
    return f"{platform.node()}, process {os.getpid()}, {uuid.uuid4().hex[:8]}"
