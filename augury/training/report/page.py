"""The page that a report is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from augury.training.report.background import (
    data_section,
    importance_section,
    parity_section,
    provenance_section,
    tuning_section,
)
from augury.training.report.markup import Content, Markup, number, tag
from augury.training.report.scores import SCORE_NAMES, predictions_section, scores_section
from augury.training.report.story import Story

_FIRST_SCORES = {"classification": ("accuracy", "auc", "log_loss"), "regression": ("rmse", "r2", "mae")}


def report_html(story: Story) -> bytes:
    """Return the report of a training as one HTML file in UTF-8.

    Parameters
    ----------
    story : Story
        What it tells. Names and values of the events are escaped, and large numbers of fields, classes, folds and
        events are cut down to what can be looked at.
    """
    manifest = story.manifest
    title = f"{manifest.pipeline} {manifest.version}"
    head = tag(
        "head",
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark">'),
        tag("title", f"{title}: training report"),
        tag("style", Markup(_style())),
    )
    main = tag(
        "main",
        _header(story),
        tag("div", *_cards(story), class_="cards"),
        scores_section(story.evaluation),
        predictions_section(story.evaluation, manifest.seed),
        importance_section(story),
        tuning_section(story),
        data_section(story),
        parity_section(story),
        provenance_section(story),
    )
    return f"<!doctype html>\n{tag('html', head, tag('body', main), lang='en')}\n".encode()


def _header(story: Story) -> Markup:
    manifest = story.manifest
    window = manifest.data_window
    days = f" of {window.first} to {window.last}" if window.first and window.last else ""
    words = f"{manifest.kind.capitalize()} for client {manifest.client}, trained on {manifest.rows:,} events{days}."
    return tag(
        "header", tag("h1", manifest.pipeline, " ", tag("small", f"version {manifest.version}")), tag("p", words)
    )


def _cards(story: Story) -> Iterator[Markup]:
    evaluation = story.evaluation
    for name in _FIRST_SCORES[evaluation.kind]:
        if name in evaluation.names:
            yield _card(
                SCORE_NAMES[name], number(evaluation.mean(name)), f"± {number(evaluation.spread(name))} over folds"
            )
    lane = story.manifest.lane
    yield _card("lane", lane, "served without pandas" if lane == "plan" else "served by the fitted pipeline")
    yield _card("parity", "agrees" if story.parity.agrees else "differs", f"on {story.parity.rows:,} rows")


def _card(name: Content, value: Content, more: Content) -> Markup:
    return tag("div", tag("span", name), tag("strong", value), tag("span", more))


@cache
def _style() -> str:
    return files("augury.training.report").joinpath("style.css").read_text(encoding="utf-8")
