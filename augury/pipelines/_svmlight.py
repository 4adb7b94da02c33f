"""Columns to sparse vectors."""

from __future__ import annotations

import csv
from collections.abc import Collection
from os import PathLike
from pathlib import Path

import pandas as pd

from augury.pipelines._coded import coded
from augury.pipelines._columns import object_array
from augury.pipelines._frame_transform import FrameTransform, refuse_bare_text
from augury.plans import AnyStep, Svmlight
from augury.plans.steps.svmlight import entries_function, features_of, sorted_entries


class SvmlightTransform(FrameTransform):
    """Give every feature of some columns an id, and write each row as a list of ids and numbers.

    A number or boolean is the feature ``column`` with that number. Text is the feature ``column_text``, each item of an
    array ``column_item``, and each key of an object ``column_key`` with its number, or ``column_key_text``; all these
    with 1.0 unless they have a number. What has no id is left out.

    Parameters
    ----------
    included : collection of str, optional
        The only columns to read; by default all but the excluded ones.
    zero_based : bool, default False
        Whether ids start at 0 instead of 1.
    excluded : collection of str, default ()
        Columns that are not read, such as the target.
    output_feature : str
        Column that receives the list of pairs, by ascending id.
    id_map_file : path, optional
        File that ``fit`` writes the ids to, as CSV lines ``id,name``.

    Attributes
    ----------
    ids_ : dict of str to int
        Id of each feature: column by column in the frame's order, in each by name.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [20, 40], "city": ["Rome", None], "tags": [["new"], ["new", "red"]]})
    >>> svmlight = SvmlightTransform(output_feature="svm").fit(frame)
    >>> svmlight.ids_
    {'age': 1, 'city_Rome': 2, 'tags_new': 3, 'tags_red': 4}
    >>> svmlight.transform(frame)["svm"].tolist()
    [[(1, 20.0), (2, 1.0), (3, 1.0)], [(1, 40.0), (3, 1.0), (4, 1.0)]]
    """

    def __init__(
        self,
        included: Collection[str] | None = None,
        zero_based: bool = False,
        excluded: Collection[str] = (),
        output_feature: str | None = None,
        id_map_file: str | PathLike[str] | None = None,
    ) -> None:
        self.included = included
        self.zero_based = zero_based
        self.excluded = excluded
        self.output_feature = output_feature
        self.id_map_file = id_map_file

    def _fit(self, frame: pd.DataFrame) -> None:
        refuse_bare_text(included=self.included, excluded=self.excluded)
        if self.output_feature is None:
            raise ValueError("output_feature must be the name of the column that receives the vectors")
        names: dict[str, None] = {}
        for field in self._fields():
            found = {name for value in coded(frame[field]).values for name, _ in features_of(field, value)}
            names |= dict.fromkeys(sorted(found))
        self.ids_ = {name: number for number, name in enumerate(names, 0 if self.zero_based else 1)}
        if self.id_map_file is not None:
            self._write_ids(Path(self.id_map_file))

    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        columns = [
            coded(frame[field]).mapped(entries_function(field, self.ids_)) for field in self._fields() if field in frame
        ]
        rows = [sorted_entries(parts) for parts in zip(*columns, strict=True)] if columns else [[] for _ in frame.index]
        return frame.assign(**{str(self.output_feature): object_array(rows)})

    def _outputs(self) -> tuple[str, ...]:
        return (str(self.output_feature),)

    def to_plan(self) -> list[AnyStep]:
        """Return the one step that makes the list."""
        return [Svmlight(fields=tuple(self._fields()), output=str(self.output_feature), ids=self.ids_)]

    def _fields(self) -> list[str]:
        included = self.feature_names_in_ if self.included is None else self.included
        return [name for name in self.feature_names_in_ if name in included and name not in self.excluded]

    def _write_ids(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([number, name] for name, number in self.ids_.items())
