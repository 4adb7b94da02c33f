"""How many predictions, by how many processes, and how these are stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from augury.local.faults import FirehoseFault
from augury.serving import TRY_S
from augury.serving.background_log import EVERY_S

LONGEST_LOSS_S = EVERY_S + TRY_S
"""What a killed process may lose, by the documentation: answers younger than this, in seconds."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One drill.

    Parameters
    ----------
    predictions : int
        How many are asked for.
    workers : int
        Processes at a time.
    rate : float
        Predictions a second that each process is asked for.
    life_s : float
        Seconds that a process is asked for on average, before it is stopped.
    seed : int
        Of everything that is drawn.
    faults : mapping
        What goes wrong inside Firehose, and how often.
    longest_loss_s : float
        Age in seconds, when its process is killed, up to which an answer may be lost.
    """

    predictions: int
    workers: int
    rate: float
    life_s: float
    seed: int = 1
    faults: Mapping[FirehoseFault, float] = field(
        default_factory=lambda: {
            FirehoseFault.ENTRY_REFUSED: 0.1,
            FirehoseFault.RECORD_TWICE: 0.05,
            FirehoseFault.OBJECT_TWICE: 0.05,
        }
    )
    longest_loss_s: float = LONGEST_LOSS_S


FULL = Scenario(predictions=50_000, workers=4, rate=250, life_s=4)
"""What ``make log-drill`` runs: a minute, and some fifty stops."""

SHORT = Scenario(predictions=1_000, workers=2, rate=250, life_s=1, longest_loss_s=60)
"""What ``make test`` runs, on machines that may be busy."""
