"""Text becomes a list of tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

from pydantic import model_validator

from augury.plans.step import Operation, Slots, Step
from augury.plans.values import is_numeral

type Tokens = Callable[[Any], list[str]]


class Split(Step):
    """The tokens of several texts as one list, in lower case; what is no text has none.

    Parameters
    ----------
    fields : tuple of str
        Texts, in this order.
    output : str
        Field that receives the list.
    expression : str
        Regular expression of what stands between tokens.
    ignore_numbers : bool
        Whether tokens that are numbers are left out.
    """

    kind: Literal["split"] = "split"
    fields: tuple[str, ...]
    output: str
    expression: str
    ignore_numbers: bool = False

    @model_validator(mode="after")
    def _expression_compiles(self) -> Split:
        try:
            re.compile(self.expression)
        except re.error as error:
            raise ValueError(f"split expression {self.expression!r} is no regular expression: {error}") from None
        return self

    @property
    def reads(self) -> tuple[str, ...]:
        """The texts."""
        return self.fields

    @property
    def writes(self) -> tuple[str, ...]:
        """The field that receives the list."""
        return (self.output,)

    def tokens(self) -> Tokens:
        """Return the function from one value to its tokens."""
        split, keeps_numbers = re.compile(self.expression).split, not self.ignore_numbers

        def tokens(value: Any) -> list[str]:
            if type(value) is not str:
                return []
            # A group of the expression that takes no part in a match splits off None.
            found = [token.rstrip().lower() for token in split(value) if token is not None]
            return found if keeps_numbers else [token for token in found if not is_numeral(token)]

        return tokens

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes the list."""
        sources, (target,) = tuple(read), write
        tokens = self.tokens()

        def split(slots: Slots) -> None:
            slots[target] = [token for source in sources for token in tokens(slots[source])]

        return split
