"""From a document to what runs: a slot for every value, and operations in an order that suits.

Every value has one slot and is written once. So any order in which a step follows those that it reads from gives the
same result, and steps of one kind that do not depend on each other are done in one loop.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from augury.plans.document import PlanDocument
from augury.plans.door import Entry
from augury.plans.step import Bound, Operation, Step
from augury.plans.steps import Alias, Require


@dataclass(frozen=True, slots=True)
class Program:
    """What turns one record into a vector.

    Parameters
    ----------
    inputs : tuple of str
        Fields that are read from a record into the first slots.
    blank : list
        What the other slots hold at first.
    operations : tuple of callable
        Done in this order.
    begin : int
        First slot of the vector, which takes all slots from there on.
    origins : dict of str to str
        An input that each written field is made from.
    bound : tuple of Bound
        The steps that the operations do, in their order.
    entries : tuple of Entry
        How the vector is made when they are done.
    """

    inputs: tuple[str, ...]
    blank: list[Any]
    operations: tuple[Operation, ...]
    begin: int
    origins: dict[str, str]
    bound: tuple[Bound, ...]
    entries: tuple[Entry, ...]


def live_steps(steps: Sequence[Step], vector: Sequence[str]) -> list[Step]:
    """Return the steps that the vector needs, and those that may refuse a record for a field that it needs."""
    needed = set(vector)
    live = [False] * len(steps)
    for position, step in reversed(list(enumerate(steps))):
        if not step.writes or not needed.isdisjoint(step.writes):
            needed.difference_update(step.writes)
            needed.update(step.reads)
            live[position] = True
    for position, step in enumerate(steps):
        live[position] |= isinstance(step, Require) and _was_read(step.field, steps[:position], live)
    return [step for step, lives in zip(steps, live, strict=True) if lives]


def _was_read(field: str, steps: Sequence[Step], live: Sequence[bool]) -> bool:
    """Whether a live step has read the value that a field has after some steps."""
    for step, lives in reversed(list(zip(steps, live, strict=False))):
        if field in step.writes and not isinstance(step, Require):
            return False
        if lives and field in step.reads:
            return True
    return False


def link(document: PlanDocument) -> Program:
    """Return the program of a document."""
    graph = _Graph()
    for step in document.steps:
        graph.add(step)
    vector = [graph.current(name) for name in document.vector]
    slots, begin = _slots(graph, vector)
    levels = _levels(graph, slots)
    entries = _entries(graph, vector, slots, begin)
    done = [operation for level in levels for operation in type(level[0].step).bind_all(level)]
    return Program(
        inputs=tuple(graph.inputs),
        blank=_blank(graph, slots, begin + len(vector)),
        operations=(*done, *document.door.operations(entries)),
        begin=begin,
        origins=graph.origins,
        bound=tuple(bound for level in levels for bound in level),
        entries=tuple(entries),
    )


class _Value(NamedTuple):
    """What is known of a value before the plan runs."""

    producer: Step | None
    """The step that writes it; None for an input."""
    level: int
    """How many steps, one after the other, lead to it."""
    origin: str
    """An input that it is made from."""


class _Graph:
    """Values by number, and the steps between them."""

    def __init__(self) -> None:
        self.values: list[_Value] = []
        self.inputs: dict[str, int] = {}
        self.levels: defaultdict[tuple[int, type[Step]], list[Bound]] = defaultdict(list)
        self.origins: dict[str, str] = {}
        self._current: dict[str, int] = {}

    def current(self, name: str) -> int:
        """Return the value that a field has at this moment: what was written last, else what the record brings."""
        if name not in self._current:
            self.inputs[name] = self._current[name] = self._new(_Value(None, 0, name))
        return self._current[name]

    def add(self, step: Step) -> None:
        read = tuple(map(self.current, step.reads))
        origin = self.values[read[0]].origin if read else ""
        self.origins.update(dict.fromkeys(step.writes, origin))
        if isinstance(step, Alias):
            self._current[step.output] = read[0]
            return
        level = 1 + max((self.values[value].level for value in read), default=0)
        write = tuple(self._new(_Value(step, level, origin)) for _ in step.writes)
        self._current.update(zip(step.writes, write, strict=True))
        self.levels[level, type(step)].append(Bound(step, read, write))

    def _new(self, value: _Value) -> int:
        self.values.append(value)
        return len(self.values) - 1


def _slots(graph: _Graph, vector: Sequence[int]) -> tuple[dict[int, int], int]:
    """Give every value a slot, inputs first and the vector's numbers last; return the vector's first slot too."""
    finished: dict[int, int] = {}
    for position, value in enumerate(vector):
        producer = graph.values[value].producer
        if producer is not None and producer.gives_features:
            finished.setdefault(value, position)
    inputs = list(graph.inputs.values())
    between = [v for v, known in enumerate(graph.values) if known.producer is not None and v not in finished]
    slots = {value: slot for slot, value in enumerate([*inputs, *between])}
    begin = len(slots)
    return slots | {value: begin + position for value, position in finished.items()}, begin


def _blank(graph: _Graph, slots: Mapping[int, int], size: int) -> list[Any]:
    blank: list[Any] = [None] * size
    for value, slot in slots.items():
        producer = graph.values[value].producer
        blank[slot] = producer.initial if producer else None
    return blank[len(graph.inputs) :]


def _levels(graph: _Graph, slots: Mapping[int, int]) -> list[list[Bound]]:
    """Return the steps with their slots: those of one kind that do not depend on each other together."""
    return [
        [Bound(step, tuple(slots[v] for v in read), tuple(slots[v] for v in write)) for step, read, write in bound]
        for _, bound in sorted(graph.levels.items(), key=lambda item: item[0][0])
    ]


def _entries(graph: _Graph, vector: Sequence[int], slots: Mapping[int, int], begin: int) -> list[Entry]:
    return [
        Entry(
            source=slots[value],
            target=begin + position,
            origin=graph.values[value].origin,
            may_be_missing=(producer := graph.values[value].producer) is None or producer.gives_missing,
        )
        for position, value in enumerate(vector)
    ]
