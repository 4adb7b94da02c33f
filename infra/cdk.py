"""The CDK's own command, in the version that goes with the library: ``python -m infra.cdk deploy 'Augury-dev/*'``.

It runs on the packaged Node, so that a machine needs neither a Node of its own nor the command installed.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.node import packaged_node

ROOT = Path(__file__).parents[1]

CLI = Path(".build/cdk-cli/node_modules/aws-cdk/bin/cdk")
"""Where `make cdk-cli` puts the command, below the checkout."""


def cdk_command(arguments: Sequence[str], *, root: Path = ROOT) -> list[str]:
    """Return the command line that runs the CDK's command.

    Parameters
    ----------
    arguments : sequence of str
        What it is to do.
    root : Path
        The checkout.

    Raises
    ------
    FileNotFoundError
        The command was not fetched.
    """
    if not (root / CLI).exists():
        raise FileNotFoundError("the CDK's command is not here: run `make cdk-cli`")
    return [str(packaged_node()), str(root / CLI), *arguments]


def main(arguments: Sequence[str]) -> int:
    """Run the CDK's command in the checkout, and return its exit status."""
    try:
        command = cdk_command(arguments)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)  # noqa: T201  (a command's own error)
        return 1
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603  (our own)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
