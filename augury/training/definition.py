"""Pipeline definitions: Python files that say how to build a pipeline."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sklearn.pipeline import Pipeline

from augury.names import InvalidName, PipelineName
from augury.training.refusal import TrainingRefused


@dataclass(frozen=True, slots=True)
class Definition:
    """How to build a pipeline, and what it is called.

    Parameters
    ----------
    name : PipelineName
        What the pipeline is called unless the caller says otherwise.
    build_pipeline : callable
        Returns a new, unfitted pipeline.
    """

    name: PipelineName
    build_pipeline: Callable[[], Pipeline]


def load_definition(path: Path) -> Definition:
    """Run a definition file.

    Parameters
    ----------
    path : Path
        Python file that defines ``build_pipeline() -> Pipeline`` and, if it wants, ``NAME``; without it the pipeline is
        called what stands in the file's name before the first underscore.

    Raises
    ------
    TrainingRefused
        The file is missing, fails when it is run, defines no ``build_pipeline``, or has a name that is none.
    """
    if not path.is_file():
        raise TrainingRefused(f"there is no pipeline definition {path}")
    module = _run(path)
    build_pipeline = getattr(module, "build_pipeline", None)
    if not callable(build_pipeline):
        raise TrainingRefused(f"{path} does not define build_pipeline()")
    try:
        return Definition(PipelineName(getattr(module, "NAME", path.stem.split("_")[0])), build_pipeline)
    except InvalidName as error:
        raise TrainingRefused(f"{path}: {error}; define NAME") from None


def _run(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"augury_definition_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise TrainingRefused(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    # The file is the user's, and may raise anything.
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise TrainingRefused(f"{path} fails: {type(error).__name__}: {error}") from error
    return module
