"""Texts to a list of tokens."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import reduce
from operator import add

import pandas as pd

from augury.pipelines._coded import coded
from augury.pipelines._columns import object_array
from augury.pipelines._frame_transform import FrameTransform, refuse_bare_text
from augury.plans import AnyStep, Split


class SplitTransform(FrameTransform):
    """Split texts into tokens, in lower case, and collect those of all input columns in one list.

    Parameters
    ----------
    split_expression : str, default " "
        Regular expression of what stands between tokens. Two such in a row have an empty token between them.
    ignore_numbers : bool, default False
        Leave out tokens that spell a finite number.
    input_features : collection of str, default ()
        Columns to split, in this order. What is no text, and columns that are missing, have no tokens.
    output_feature : str
        Column that receives the list.

    Examples
    --------
    >>> frame = pd.DataFrame({"title": ["Red Shoes 42"], "note": ["NEW"]})
    >>> split = SplitTransform(input_features=["title", "note"], output_feature="words", ignore_numbers=True)
    >>> split.fit_transform(frame)["words"][0]
    ['red', 'shoes', 'new']
    """

    def __init__(
        self,
        split_expression: str = " ",
        ignore_numbers: bool = False,
        input_features: Collection[str] = (),
        output_feature: str | None = None,
    ) -> None:
        self.split_expression = split_expression
        self.ignore_numbers = ignore_numbers
        self.input_features = input_features
        self.output_feature = output_feature

    def _fit(self, frame: pd.DataFrame) -> None:  # noqa: ARG002
        refuse_bare_text(input_features=self.input_features)
        if self.output_feature is None:
            raise ValueError("output_feature must be the name of the column that receives the tokens")
        try:
            re.compile(self.split_expression)
        except re.error as error:
            raise ValueError(f"split_expression {self.split_expression!r} is no regular expression: {error}") from None

    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        tokens = self._step().tokens()
        columns = [coded(frame[name]).mapped(tokens) for name in self._known_inputs() if name in frame]
        # Adding to an empty list makes a new one for each row, also where rows have the same text.
        rows: list[list[str]] = [reduce(add, parts, []) for parts in zip(*columns, strict=True)]
        tokens_of_rows = rows if columns else [[] for _ in range(len(frame))]
        return frame.assign(**{self._output: object_array(tokens_of_rows)})

    def _outputs(self) -> tuple[str, ...]:
        return (self._output,)

    def to_plan(self) -> list[AnyStep]:
        """Return the one step that makes the list."""
        return [self._step(self._known_inputs())]

    @property
    def _output(self) -> str:
        return str(self.output_feature)

    def _known_inputs(self) -> tuple[str, ...]:
        return tuple(name for name in self.input_features if name in self.feature_names_in_)

    def _step(self, fields: tuple[str, ...] = ()) -> Split:
        return Split(
            fields=fields,
            output=self._output,
            expression=self.split_expression,
            ignore_numbers=self.ignore_numbers,
        )
