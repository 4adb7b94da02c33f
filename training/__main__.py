"""``python -m training``: train in a container, as SageMaker calls it; see :mod:`augury.training.container`."""

from __future__ import annotations

import os
import sys

from augury.training.container import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ, sys.stdout, sys.stderr))
