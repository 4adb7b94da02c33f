"""Columns that are chosen, or pass as they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import Any

from augury.pipelines._not_compilable import NotCompilable
from augury.plans import Alias, AnyStep

type Names = Sequence[str]


def identity(transformer: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the steps of a FunctionTransformer without a function, which is what "passthrough" becomes."""
    if getattr(transformer, "func", None) is not None:
        raise NotCompilable("FunctionTransformer has no plan form: a plan holds no code")
    return aliases(inputs, outputs)


def selector(transformer: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the steps of a feature selector."""
    return aliases(list(compress(inputs, transformer.get_support())), outputs)


def aliases(inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the steps that give each input the name of an output, none of which is an input too."""
    return [Alias(field=field, output=output) for field, output in zip(inputs, outputs, strict=True)]
