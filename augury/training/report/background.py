"""The parts of a report that say what the pipeline relies on, what it was trained on, and how it came about."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from augury.pipelines import ParityReport
from augury.training.evaluation import LOSS
from augury.training.importance import MOST_FIELDS, Importance
from augury.training.report.curves import draw_search
from augury.training.report.figures import figure
from augury.training.report.markup import Content, Markup, definitions, number, section, shortened, table, tag
from augury.training.report.profile import ColumnProfile, profile_of
from augury.training.report.scores import SCORE_NAMES
from augury.training.report.sparkline import sparkline
from augury.training.report.story import Story

_MOST_COLUMNS = 60
_MOST_BARS = 25


def importance_section(story: Story) -> Markup:
    """Return what each field is worth, as bars."""
    if not story.importances:
        return Markup("")
    loss = SCORE_NAMES[LOSS[story.evaluation.kind]]
    words = f"By how much the {loss} of held-out events grows when a field's values are shuffled among them."
    if len(story.manifest.inputs.fields) > MOST_FIELDS:
        words += f" Of {len(story.manifest.inputs.fields)} fields the first {MOST_FIELDS} were tried."
    greatest = max(max(one.loss for one in story.importances), 1e-12)
    bars = (_bar(one, greatest) for one in story.importances[:_MOST_BARS])
    return section("What it relies on", tag("p", words), tag("div", *bars, class_="bars"))


def tuning_section(story: Story) -> Markup:
    """Return the best parameters and how they were found; nothing without a search."""
    if story.tuning is None:
        return Markup("")
    found = story.tuning
    tried = len(found.losses) + found.pruned + found.failed
    words = f"{tried} trials, {found.pruned} of them given up early and {found.failed} refused by the pipeline. "
    words += f"The best has a cross-validated {SCORE_NAMES[found.metric]} of {number(found.loss)}, "
    words += "on folds of its own, not on those of the scores above."
    rows = ([name, shortened(_value(value))] for name, value in found.parameters.items())
    drawing = figure("search", lambda axes: draw_search(axes, found))
    return section("Tuning", tag("p", words), tag("div", table(["parameter", "best"], rows), drawing, class_="pair"))


def data_section(story: Story) -> Markup:
    """Return what each column of the events looks like."""
    columns = list(story.events.columns)
    profiles = (profile_of(story.events[name]) for name in columns[:_MOST_COLUMNS])
    words = f"{len(story.events):,} events with {len(columns)} fields."
    if len(columns) > _MOST_COLUMNS:
        words += f" The first {_MOST_COLUMNS} are shown."
    inputs = set(story.manifest.inputs.names)
    rows = (_profile_row(profile, profile.name in inputs, story.shows_values) for profile in profiles)
    header = ["field", "type", "missing", "distinct", "least, median, greatest; or most frequent", ""]
    return section(
        "Data", tag("p", f"{words} Fields that the pipeline reads are in bold."), table(header, rows, class_="profile")
    )


def parity_section(story: Story) -> Markup:
    """Return how what is served compares with what was fitted, and why the pandas lane is needed if it is."""
    parity, reason = story.parity, story.manifest.lane_reason
    agreed = "What is served answers as the fitted pipeline does, and refuses what it refuses."
    verdict = agreed if parity.agrees else f"What is served differs from the fitted pipeline: {parity.difference}."
    why = f" It is served by the fitted pipeline itself, because {reason}." if reason else ""
    relative = " of the value" if parity.kind == "regression" else ""
    return section(
        "Parity",
        tag("p", verdict + why),
        definitions([
            ("training rows compared", f"{parity.training_rows:,}"),
            ("adversarial rows compared", f"{parity.adversarial_rows:,}"),
            ("rows that both refuse", f"{parity.unanswered_rows:,}"),
            ("largest difference", f"{parity.max_difference:.2g}{relative}"),
            *_near_zero(parity),
            ("tolerance", f"{parity.tolerance:g}{relative}"),
        ]),
    )  # fmt: skip


def _near_zero(parity: ParityReport) -> Iterator[tuple[Content, Content]]:
    if parity.strict_difference is not None:
        yield "largest difference, values near zero included", f"{parity.strict_difference:.2g} of the value"
        yield "rows that agree only because they are near zero", f"{parity.near_zero_rows:,}"


def provenance_section(story: Story) -> Markup:
    """Return when, from what and with what the artifact was made, and how long each stage took."""
    manifest = story.manifest
    stages: Iterator[tuple[Content, Content]] = ((name, f"{seconds:.2f} s") for name, seconds in story.seconds.items())
    return section(
        "How it came about",
        definitions([
            ("made", f"{manifest.created_at:%Y-%m-%d %H:%M} UTC"),
            ("seed", str(manifest.seed)),
            *sorted(manifest.libraries.items()),
        ]),
        tag("h3", "Time"),
        definitions(stages),
    )  # fmt: skip


def _bar(one: Importance, greatest: float) -> Markup:
    share = max(one.loss, 0) / greatest
    places = max(0, 2 - math.floor(math.log10(greatest)))  # as many as tell the fields apart
    return tag(
        "div",
        tag("span", shortened(one.field, 40), title=one.field),
        tag("i", tag("b", "", style=f"width: {share:.1%}")),
        tag("span", f"{one.loss:,.{places}f} ± {one.spread:,.{places}f}"),
    )


def _profile_row(profile: ColumnProfile, is_input: bool, shows_values: bool) -> list[Content]:
    name = shortened(profile.name, 40)
    return [
        tag("strong", name) if is_input else name,
        profile.kind,
        f"{profile.missing:.1%}" if profile.missing else "",
        f"{profile.distinct:,}",
        shortened(profile.summary, 80) if shows_values else "",
        sparkline(profile.counts),
    ]


def _value(value: Any) -> str:
    return number(value) if isinstance(value, float) else str(value)
