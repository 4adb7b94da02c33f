"""One drill from beginning to end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from random import Random

from tests.log_drill.audit import Findings, Life, audit
from tests.log_drill.scenario import Scenario
from tests.log_drill.stage import Stage, stage

_ROOT = Path(__file__).parents[2]
_BATCH = 25
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Report:
    """What a drill did and found."""

    scenario: Scenario
    lives: list[Life]
    findings: Findings
    faults: Counter[str]
    seconds: float


def run(scenario: Scenario, on_progress: Callable[[int], None] = lambda _: None) -> Report:
    """Ask, stop, and look for every prediction; ``on_progress`` gets how many were asked for."""
    began = time.perf_counter()
    with stage(scenario) as running:
        lives = _Drill(scenario, running, on_progress).run()
        running.faults.rates = {}
        running.firehose.flush_all()
        findings = audit(lives, running.read(), running.count_lines(), scenario.longest_loss_s)
        faults = Counter({str(fault): count for fault, count in running.faults.injected.items()})
    return Report(scenario, lives, findings, faults, time.perf_counter() - began)


class _Drill:
    def __init__(self, scenario: Scenario, running: Stage, on_progress: Callable[[int], None]) -> None:
        self._scenario = scenario
        self._stage = running
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._asked = 0
        self._lives: list[Life] = []
        self._stops = cycle(["SIGKILL", "SIGTERM"])

    def run(self) -> list[Life]:
        seeds = Random(self._scenario.seed)
        randoms = [Random(seeds.random()) for _ in range(self._scenario.workers)]
        with ThreadPoolExecutor(self._scenario.workers) as slots:
            for slot in slots.map(self._keep_one_running, randoms):
                assert slot is None
        return self._lives

    def _keep_one_running(self, random: Random) -> None:
        while puids := self._take():
            life = Life()
            with self._lock:
                self._lives.append(life)
                how = next(self._stops)
            _Worker(life, how, self._stage.variables).live(puids, self._take, random, self._scenario)

    def _take(self) -> list[str]:
        """Return the next puids to ask for; none when all are asked for."""
        with self._lock:
            first, self._asked = self._asked, min(self._asked + _BATCH, self._scenario.predictions)
            self._on_progress(self._asked)
            return [f"drill-{number:06d}" for number in range(first, self._asked)]


class _Worker:
    """One process, until it is stopped or nothing is left to ask for."""

    def __init__(self, life: Life, how: str, variables: Mapping[str, str]) -> None:
        self._life = life
        self._how = how
        self._asked = 0
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.log_drill.worker"],
            cwd=_ROOT,
            env={**os.environ, **variables, "PYTHONPATH": str(_ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def live(self, puids: list[str], take: Callable[[], list[str]], random: Random, scenario: Scenario) -> None:
        """Ask at the scenario's rate; stop the process after a while, in one way or the other."""
        self._ask(puids)
        self._wait_for_answers()  # its life begins when it has started
        batches = round(random.uniform(0.5, 1.5) * scenario.life_s * scenario.rate / _BATCH)
        for _ in range(batches):
            time.sleep(random.uniform(0, 2 * _BATCH / scenario.rate))
            if not (puids := take()):
                return self._end()
            self._ask(puids)
            self._wait_for_answers()
        self._ask(take())  # it is stopped while it answers these
        time.sleep(random.uniform(0, 0.01))
        self._stop(self._how)
        return self._end()

    def _ask(self, puids: list[str]) -> None:
        assert self._process.stdin is not None
        self._asked += len(puids)
        self._process.stdin.write("".join(f"{puid}\n" for puid in puids))
        self._process.stdin.flush()

    def _wait_for_answers(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._life.answered) == self._asked, _PATIENCE_S)

    def _stop(self, how: str) -> None:
        self._life.stop, self._life.stopped_at = how, time.monotonic()
        if how == "SIGKILL":
            self._process.kill()
        else:
            self._process.terminate()

    def _end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._reader.join()
        self._life.exit_code = self._process.wait()
        self._process.stdout.close()

    def _read(self) -> None:
        """Take the answers; half a line is no answer."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.endswith("\n"):
                puid, at = line.split()
                with self._changed:
                    self._life.answered[puid] = float(at)
                    self._changed.notify_all()
