"""Transformers that are made of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from augury.pipelines._not_compilable import NotCompilable
from augury.pipelines._sklearn_forms import _columns, _dispatch
from augury.pipelines._sklearn_forms._selectors import aliases
from augury.plans import AnyStep

type Names = Sequence[str]


def column_transformer(transformer: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the steps of each part of a ColumnTransformer, the remainder included."""
    steps: list[AnyStep] = []
    for name, part, _ in transformer.transformers_:
        columns = transformer.output_indices_[name]
        if part != "drop" and columns.stop > columns.start:
            # scikit-learn keeps what a callable, a mask, a slice or "remainder" came to in this private attribute only.
            positions = transformer._transformer_to_input_indices[name]
            steps += _dispatch.steps_of(part, [inputs[position] for position in positions], outputs[columns])
    return steps


def feature_union(union: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the steps of each part of a FeatureUnion."""
    if union.transformer_weights:
        raise NotCompilable("FeatureUnion has no plan form with weights")
    steps: list[AnyStep] = []
    begin = 0
    for _, part in union.transformer_list:
        end = begin + _columns.width_of(part, inputs)
        if part != "drop":
            steps += _dispatch.steps_of(part, inputs, outputs[begin:end])
        begin = end
    return steps


def pipeline(pipeline: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the steps of the transformers of a Pipeline, one after the other."""
    steps = [step for _, step in pipeline.steps if step is not None and step != "passthrough"]
    if not steps or not outputs:
        return aliases(inputs, outputs)
    return list(_chained(steps, inputs, outputs))


def _chained(steps: Sequence[Any], inputs: Names, outputs: Names) -> Iterator[AnyStep]:
    columns = tuple(inputs)
    for number, step in enumerate(steps[:-1]):
        between = tuple(f"{outputs[0]}#{number}.{column}" for column in range(_columns.width_of(step, columns)))
        yield from _dispatch.steps_of(step, columns, between)
        columns = between
    yield from _dispatch.steps_of(steps[-1], columns, outputs)
