"""Carrying out a plan of the split in bulk, so that a reader never sees less than before and a crash is made whole.

The plan is recorded, and its raw objects are given to it in the ledger, before anything is written. All keys follow
from the plan: whoever carries it out again writes the same objects again. One conditional write says that all of it
is there; only after that is anything removed, and only what the plan names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched

from augury.aws import ObjectStore
from augury.lake import split_outcome_key, split_outputs_key, split_plan_key
from augury.split.bulk.documents import read_document, read_keys, write_document, write_keys
from augury.split.bulk.engine import Engine
from augury.split.bulk.layout import lay_out
from augury.split.bulk.outcome import BulkOutcome, Found, SourceReport
from augury.split.bulk.planning import BulkPlan, DayFiles
from augury.split.bulk.survey import files_of
from augury.split.bulk.writing import part_key
from augury.split.entries import Outcome
from augury.split.ledger import Ledger
from augury.split.lines import Owner
from augury.split.plan_rows import PlanRow, PlanRows, PlanState

_WORKERS = 8
_CHUNK = 50


class InputsVanished(Exception):
    """Objects that a recorded plan reads are gone; the message says how to go on."""


class Publication:
    """The steps of one run, each of which can be repeated.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    ledger : Ledger
        Who has split what.
    plans : PlanRows
        How far recorded plans are.
    engine : Engine
        What reads and writes.
    on_step : callable, optional
        Told before each step what it is. What it raises ends the run there.
    """

    def __init__(
        self,
        store: ObjectStore,
        ledger: Ledger,
        plans: PlanRows,
        engine: Engine,
        on_step: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._plans = plans
        self._engine = engine
        self._on_step = on_step

    def record(self, plan: BulkPlan) -> PlanRow:
        """Record a plan.

        Raises
        ------
        AwsUnavailable
            S3 or DynamoDB failed; the next run goes on with what is recorded.
        """
        while self._plans.row(plan.plan_id) is not None:  # of a plan that was abandoned
            plan = plan.next_attempt()
        self._on_step("record the plan")
        write_document(self._store, split_plan_key(plan.plan_id), plan)
        self._plans.record(plan.plan_id, split_plan_key(plan.plan_id))
        return PlanRow(plan.plan_id, split_plan_key(plan.plan_id), PlanState.PLANNED)

    def finish(self, row: PlanRow) -> BulkOutcome | None:
        """Carry a recorded plan out, from wherever it was left.

        None says that a function was faster with one of its raw objects: the plan is taken back, and another is needed.

        Raises
        ------
        InputsVanished
            Something that it reads is gone. Nothing was removed.
        AwsUnavailable
            S3 or DynamoDB failed; finishing it again makes it whole.
        """
        if row.state is PlanState.PLANNED:
            plan = read_document(self._store, row.document, BulkPlan)
            if not self._assign(plan):
                self.abandon(row)
                return None
            try:
                outcome = self._write(plan)
            finally:
                self._engine.close()
            self._on_step("record the outcome")
            write_document(self._store, split_outcome_key(row.plan_id), outcome)
            self._on_step("commit")
            row = self._plans.advance(row, PlanState.WRITTEN)
        outcome = read_document(self._store, split_outcome_key(row.plan_id), BulkOutcome)
        self._on_step("mark what is split")
        _for_chunks(lambda reports: self._complete(row.plan_id, reports), outcome.sources)
        self._on_step("remove what was replaced")
        for some in batched(outcome.replaced, _CHUNK):
            self._on_step("remove some of what was replaced")
            self._store.delete(some)
        self._on_step("finish")
        self._plans.advance(row, PlanState.FINISHED)
        return outcome

    def abandon(self, row: PlanRow) -> None:
        """Take a plan back that is not committed: remove what it wrote, and leave its raw objects to the next one."""
        plan = read_document(self._store, row.document, BulkPlan)
        self._on_step("remove what the plan wrote")
        self._store.delete(read_keys(self._store, split_outputs_key(row.plan_id)))
        self._on_step("give its sources back")
        _for_chunks(lambda sources: self._ledger.withdraw(row.plan_id, sources), plan.sources)
        self._plans.advance(row, PlanState.ABANDONED)

    def _assign(self, plan: BulkPlan) -> bool:
        self._on_step("assign the sources")
        outcomes: list[Outcome] = []
        _for_chunks(
            lambda sources: outcomes.extend(self._ledger.assign_to_plan(plan.plan_id, sources).values()), plan.sources
        )
        return all(outcome is Outcome.CLAIMED for outcome in outcomes)

    def _write(self, plan: BulkPlan) -> BulkOutcome:
        """Read all that the plan names, and write it anew."""
        self._on_step("read the raw objects")
        found = self._engine.read_sources(plan.sources)
        _require(plan, found)
        touched = set(found.sizes)
        rewritten = plan.rewritten(touched)
        self._on_step("read the days")
        kept = [(day.owner, file) for day in rewritten for file in day.files if not plan.is_own_beginning(file.key)]
        in_days = self._engine.read_files(kept)
        _require(plan, in_days)
        found.add(in_days)
        layout = lay_out(found.sizes, parallelism=self._engine.parallelism, target_bytes=plan.target_bytes)
        self._on_step("record the outputs")
        places = ((owner, part) for owner, parts in layout.items() for part in range(len(parts.tasks)))
        keys = [part_key(plan.plan_id, owner, part) for owner, part in places]
        write_keys(self._store, split_outputs_key(plan.plan_id), keys)
        self._on_step("write")
        parts = sorted(self._engine.write(plan.plan_id, layout), key=lambda part: part.key)
        return BulkOutcome(
            plan_id=plan.plan_id,
            sources=tuple(sorted(found.sources, key=lambda report: report.source.key)),
            parts=tuple(parts),
            replaced=tuple(self._replaced(plan, rewritten, touched, found.unreadable)),
            unreadable=tuple(sorted(found.unreadable)),
        )

    def _replaced(
        self, plan: BulkPlan, rewritten: Iterable[DayFiles], touched: Iterable[Owner], unreadable: Sequence[str]
    ) -> list[str]:
        read = {file.key for day in rewritten for file in day.files} - set(unreadable)
        listed = files_of(self._store, sorted(touched))
        beginnings = {file.key for files in listed for file in files if plan.is_own_beginning(file.key)}
        return sorted(read | beginnings)

    def _complete(self, plan_id: str, reports: Sequence[SourceReport]) -> None:
        for report in reports:
            self._ledger.complete(report.source, plan_id, report.counts)


def _for_chunks[T](act: Callable[[Sequence[T]], object], things: Sequence[T]) -> None:
    """Act on some things at a time, on several chunks at once where there are."""
    if len(things) <= _CHUNK:
        act(things)
        return
    with ThreadPoolExecutor(_WORKERS) as pool:
        for _ in pool.map(act, batched(things, _CHUNK)):
            pass


def _require(plan: BulkPlan, found: Found) -> None:
    if found.missing:
        raise InputsVanished(
            f"{len(found.missing)} objects that plan {plan.plan_id} reads are gone or changed, {found.missing[0]} "
            "among them. Restore them and run again; or run with --abandon, which takes the plan back and plans anew "
            "with what there is"
        )
