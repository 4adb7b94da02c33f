"""``python -m tests.drills``: the drills as a command; exit code 1 where a request failed that should not have."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console

from tests.drills.report import print_report
from tests.drills.scenes import DRILLS, Outcome
from tests.drills.world import world


def main() -> int:
    """Run the drills that the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    parser.add_argument("drills", nargs="*", default=list(DRILLS), metavar="drill", help=", ".join(DRILLS))
    parser.add_argument("--seconds", type=float, default=10, help="how long each waits where it can (%(default)s)")
    parser.add_argument("--ttl", type=int, default=5, help="seconds that a server trusts the registry (%(default)s)")
    given = parser.parse_args()
    unknown = sorted(set(given.drills) - DRILLS.keys())
    if unknown:
        parser.error(f"there is no drill {', '.join(unknown)}: there are {', '.join(DRILLS)}")
    console, outcomes = Console(width=None if sys.stdout.isatty() else 140), dict[str, Outcome]()
    with world(given.seconds, given.ttl) as made, made.weight() as heavy:
        for name in given.drills:
            with console.status(name):
                outcomes[name] = DRILLS[name](made)
    print_report(outcomes, heavy, console)
    return 1 if heavy.failed or any(outcome.wrong for outcome in outcomes.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
