"""What can be known of a definition file without running it."""

from __future__ import annotations

import ast
from pathlib import Path

from augury.names import InvalidName, PipelineName
from augury.training_jobs.requests import InvalidTraining


def read_source(path: Path) -> str:
    """Return the text of a definition file.

    Raises
    ------
    InvalidTraining
        There is none, or it is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InvalidTraining(f"there is no pipeline definition {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidTraining(f"{path} can't be read as text: {error}") from None


def named(path: Path, source: str) -> PipelineName:
    """Return what a definition calls its pipeline: by ``NAME``, else by its file's name before the first underscore.

    The file is read and never run: that is for the training job to do, in its own role.

    Raises
    ------
    InvalidTraining
        It is no Python, or the name is none or is computed.

    Examples
    --------
    >>> named(Path("iris_xgboost.py"), ""), named(Path("x.py"), "NAME = 'flowers'")
    ('iris', 'flowers')
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise InvalidTraining(f"{path} is no Python: {error.msg}, line {error.lineno}") from None
    name: object = path.stem.split("_")[0]
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "NAME" for to in node.targets):
            name = node.value.value if isinstance(node.value, ast.Constant) else None
    if not isinstance(name, str):
        raise InvalidTraining(f"{path}: write NAME as a text, so that it is known before the file is run")
    try:
        return PipelineName(name)
    except InvalidName as error:
        raise InvalidTraining(f"{path}: {error}; define NAME") from None
