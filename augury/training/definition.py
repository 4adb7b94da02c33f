"""Pipeline definitions: Python files that say how to build a pipeline."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from augury.names import InvalidName, PipelineName
from augury.training.refusal import TrainingRefused
from augury.training.tuning import SearchSpace


@dataclass(frozen=True, slots=True)
class Definition:
    """How to build a pipeline, and what it is called.

    Parameters
    ----------
    name : PipelineName
        What the pipeline is called unless the caller says otherwise.
    build_pipeline : callable
        Returns a new, unfitted pipeline.
    search_space : callable, optional
        Draws parameters of the pipeline from an Optuna trial, for tuning.
    load_frame : callable, optional
        Returns example data, for trying the pipeline without a client's events.
    """

    name: PipelineName
    build_pipeline: Callable[[], Pipeline]
    search_space: SearchSpace | None = None
    load_frame: Callable[[], pd.DataFrame] | None = None

    def pipeline(self) -> Pipeline:
        """Return a new, unfitted pipeline.

        Raises
        ------
        TrainingRefused
            The definition fails, or returns something else.
        """
        return _returned("build_pipeline", self.build_pipeline, Pipeline)

    def example(self) -> pd.DataFrame:
        """Return the example data.

        Raises
        ------
        TrainingRefused
            The definition has none, fails, or returns something else.
        """
        if self.load_frame is None:
            raise TrainingRefused("the definition has no example data: it does not define load_frame()")
        return _returned("load_frame", self.load_frame, pd.DataFrame)


def load_definition(path: Path) -> Definition:
    """Run a definition file.

    Parameters
    ----------
    path : Path
        Python file that defines ``build_pipeline() -> Pipeline`` and, if it wants, ``search_space(trial) -> dict`` for
        tuning, ``load_frame() -> DataFrame`` with example data, and ``NAME``; without a name the pipeline is called
        what stands in the file's name before the first underscore.

    Raises
    ------
    TrainingRefused
        The file is missing, fails when it is run, defines no ``build_pipeline``, or has a name that is none.
    """
    if not path.is_file():
        raise TrainingRefused(f"there is no pipeline definition {path}")
    module = _run(path)
    build_pipeline = _function(path, module, "build_pipeline")
    if build_pipeline is None:
        raise TrainingRefused(f"{path} does not define build_pipeline()")
    try:
        name = PipelineName(getattr(module, "NAME", path.stem.split("_")[0]))
    except InvalidName as error:
        raise TrainingRefused(f"{path}: {error}; define NAME") from None
    optional = {name: _function(path, module, name) for name in ("search_space", "load_frame")}
    return Definition(name, build_pipeline, **optional)


def _function(path: Path, module: ModuleType, name: str) -> Callable[..., Any] | None:
    function = getattr(module, name, None)
    if function is not None and not callable(function):
        raise TrainingRefused(f"{path} does not define {name}(): it is no function")
    return function


def _returned[T](name: str, function: Callable[[], T], expected: type[T]) -> T:
    try:
        made = function()
    except (Exception, SystemExit) as error:  # the user's code, which may raise anything
        raise TrainingRefused(f"{name}() fails: {type(error).__name__}: {error}") from error
    if not isinstance(made, expected):
        raise TrainingRefused(f"{name}() must return a {expected.__name__}, not {type(made).__name__}")
    return made


def _run(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"augury_definition_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise TrainingRefused(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    # The file is the user's, and may raise anything.
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise TrainingRefused(f"{path} fails: {type(error).__name__}: {error}") from error
    return module
