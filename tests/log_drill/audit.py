"""What was answered against what the log has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.log_drill.scenario import LONGEST_LOSS_S


@dataclass(slots=True)
class Life:
    """One process: what it answered and when, and how and when it was stopped."""

    answered: dict[str, float] = field(default_factory=dict)
    stop: str = "none"
    stopped_at: float = float("inf")
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What an audit found.

    Parameters
    ----------
    answered, logged : int
        Predictions that callers had an answer to, and those that the log has.
    lost : mapping of str to int
        Answered predictions that the log does not have, by how their process was stopped.
    oldest_lost_s : float
        Age of the oldest of them when its process was stopped.
    lines, twice : int
        Lines in the lake, and those among them that were there before, which readers leave out.
    differences : tuple of str
        What is not as documented.
    """

    answered: int
    logged: int
    lost: Mapping[str, int]
    oldest_lost_s: float
    lines: int
    twice: int
    differences: tuple[str, ...]


def audit(lives: Iterable[Life], read: Iterable[str], lines: int, longest_loss_s: float = LONGEST_LOSS_S) -> Findings:
    """Compare what processes answered with the puids that a reader of the log gets."""
    lives, counted = list(lives), Counter(read)
    answered = {puid for life in lives for puid in life.answered}
    lost: Counter[str] = Counter()
    for life in lives:
        lost[life.stop] += len(life.answered.keys() - counted.keys())
    ages = [life.stopped_at - life.answered[puid] for life in lives for puid in life.answered.keys() - counted.keys()]
    return Findings(
        answered=len(answered),
        logged=len(counted),
        lost=lost,
        oldest_lost_s=max(ages, default=0.0),
        lines=lines,
        twice=lines - counted.total(),
        differences=tuple(_differences(lives, counted, longest_loss_s)),
    )


def _differences(lives: Iterable[Life], counted: Counter[str], longest_loss_s: float) -> Iterator[str]:
    for puid, times in counted.items():
        if times > 1:
            yield f"{puid} is read {times} times"
    for life in lives:
        lost = [puid for puid in life.answered if puid not in counted]
        if life.stop != "SIGKILL":
            yield from (f"{puid} was answered by a process that ended in order, and is not in the log" for puid in lost)
            if life.exit_code != 0:
                yield f"a process that was to end in order ended with {life.exit_code}"
        elif lost:
            yield from _beyond_the_documented(life, lost, counted, longest_loss_s)


def _beyond_the_documented(life: Life, lost: list[str], counted: Counter[str], longest_loss_s: float) -> Iterator[str]:
    kept_until = max((at for puid, at in life.answered.items() if puid in counted), default=float("-inf"))
    for puid in lost:
        at = life.answered[puid]
        if at < kept_until:
            yield f"{puid} is lost, and what the same process answered after it is not"
        if life.stopped_at - at > longest_loss_s:
            yield f"{puid} is lost, {life.stopped_at - at:.1f} s after its answer"
