"""The npm that comes with the packaged Node: ``python -m infra.npm DIRECTORY`` installs what is pinned there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from infra.node import packaged_node


def install_pinned(directory: Path) -> int:
    """Install exactly what a directory's ``package-lock.json`` names, and run none of its scripts.

    Returns
    -------
    int
        npm's exit status.
    """
    npm = packaged_node().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    command = [str(packaged_node()), str(npm), "ci", *options]
    return subprocess.run(command, cwd=directory, check=False).returncode  # noqa: S603  (our own)


if __name__ == "__main__":
    sys.exit(install_pinned(Path(sys.argv[1])))
