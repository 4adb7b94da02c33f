"""AutoTransform against a ColumnTransformer that someone wrote who knew each column."""

from __future__ import annotations

from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

from augury.pipelines import AutoTransform
from benchmarks.pipelines.events import wide_frame
from benchmarks.pipelines.figure import Figure, in_turn, medians

ROUNDS = 3
MOST_TIMES_SKLEARN = 2.0


def hand_written() -> ColumnTransformer:
    """Return what one would write: numbers imputed and standardised, texts to numbers, booleans as they are."""
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), [*(f"n{i}" for i in range(20)), "g0", "g1"]),
            (
                "texts",
                OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
                [f"t{i}" for i in range(6)],
            ),
            ("flags", "passthrough", ["b0", "b1"]),
        ]
    ).set_output(transform="pandas")


def figures(rows: int) -> list[Figure]:
    """Measure ``fit_transform`` of both."""
    frame = wide_frame(rows)
    ours, theirs = medians(
        in_turn([lambda: AutoTransform().fit_transform(frame), lambda: hand_written().fit_transform(frame)], ROUNDS)
    )
    ratio = ours / theirs
    return [
        Figure(f"ColumnTransformer.fit_transform, {rows:,} x 30", f"{theirs:.2f} s"),
        Figure("AutoTransform.fit_transform, the same frame", f"{ours:.2f} s"),
        Figure("their ratio", f"{ratio:.2f}", f"<= {MOST_TIMES_SKLEARN:.0f}", ratio <= MOST_TIMES_SKLEARN),
    ]
