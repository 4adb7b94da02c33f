"""The example that the demo and ``local up --seed`` share: real flowers, and the pipeline that knows them."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import augury

DEFINITION = Path(augury.__file__).parents[1] / "training" / "iris_xgboost.py"
"""The pipeline's definition file, in the project's checkout."""


def iris_events() -> list[dict[str, Any]]:
    """Return the 150 Iris events.

    Raises
    ------
    ValueError
        Augury runs from a wheel, which holds no examples.
    """
    if not DEFINITION.is_file():
        raise ValueError("the Iris example is part of the project's checkout: run this from a clone")
    # By name, because the library stands below the examples and may not import them.
    events: list[dict[str, Any]] = importlib.import_module("training.iris_xgboost").example_events()
    return events
