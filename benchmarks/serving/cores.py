"""Who runs on which core of this machine."""

from __future__ import annotations

import os

_ALL = os.sched_getaffinity(0)

SERVER_CORES = {max(_ALL)}
"""The core of what is measured."""

LOAD_CORES = _ALL - SERVER_CORES or _ALL
"""The cores of everything else: the load, and the AWS behind our servers."""
