"""The report of a training, as one HTML file."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from augury.artifacts import DataWindow
from augury.names import ClientName, PipelineName, Version
from augury.pipelines import XGBoostClassifier
from augury.training import Definition, Folds, Search, train

HOSTILE = "</script><script>alert('x')</script><img src=x onerror=\"alert(1)\"> $\\frac{a}{b}$ 未知 &amp; #010101"
VOID = {"meta", "br", "img", "link", "input"}


class Reader(HTMLParser):
    """Collects elements and texts, and fails on elements that are not closed."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page.decode())
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def report_of(directory: Path, frame: pd.DataFrame, *, folds: int = 2, search: Search | None = None) -> bytes:
    def build_pipeline() -> Pipeline:
        return Pipeline([("xgb", XGBoostClassifier("label", n_estimators=3, nthread=1))])

    def search_space(trial: Any) -> dict[str, Any]:
        return {"xgb__max_depth": trial.suggest_int("depth", 1, 3)}

    outcome = train(
        Definition(PipelineName("p"), build_pipeline, search_space),
        frame,
        client=ClientName("acme"),
        pipeline=PipelineName("p"),
        version=Version("1"),
        directory=directory / "artifact",
        data_window=DataWindow(),
        folds=Folds(folds),
        search=search,
    )
    return (outcome.directory / "report.html").read_bytes()


def frame_of(classes: list[str], columns: list[str], rows_of_each: int = 6) -> pd.DataFrame:
    labels = classes * rows_of_each
    random = np.random.default_rng(0)
    codes = np.arange(len(labels)) % len(classes)
    return pd.DataFrame({name: codes + random.normal(size=len(labels)) / 9 for name in columns} | {"label": labels})


def test_the_report_needs_no_other_file_and_runs_no_script(tmp_path: Path) -> None:
    page = report_of(tmp_path, frame_of(["a", "b", "c"], ["x", "y"]), search=Search(3))
    reader = Reader(page)
    assert not {"script", "link", "img", "iframe", "object"} & reader.tags.keys()
    assert not re.search(rb"(?:src|href)=\"(?!#)", page)
    assert not re.search(rb"https?://(?!www\.w3\.org|purl\.org|creativecommons|matplotlib)", page)
    titles = re.findall(r"<h2>(.*?)</h2>", page.decode())
    assert titles == [
        "Scores",
        "Classes",
        "Curves",
        "What it relies on",
        "Tuning",
        "Data",
        "Parity",
        "How it came about",
    ]


def test_hostile_names_and_values_are_only_text(tmp_path: Path) -> None:
    frame = frame_of([HOSTILE, "b"], [HOSTILE, "y"])
    page = report_of(tmp_path, frame.assign(**{"<b>note</b>": HOSTILE}))
    reader = Reader(page)
    assert not {"script", "img"} & reader.tags.keys()
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert "alert('x')" in "".join(reader.texts)


def test_many_columns_classes_and_rows_do_not_make_the_report_heavy(tmp_path: Path) -> None:
    frame = frame_of([f"class number {code}" for code in range(40)], [f"column {place}" for place in range(150)], 3)
    page = report_of(tmp_path, frame)
    assert len(page) < 500_000
    assert "The first 60 are shown" in page.decode()
    assert "all others" in page.decode()


def test_the_colours_of_the_figures_are_those_of_the_page(tmp_path: Path) -> None:
    page = report_of(tmp_path, frame_of(["a", "b"], ["x"])).decode()
    assert "var(--ink)" in page
    assert "prefers-color-scheme: dark" in page
    assert "#01010" not in page


@pytest.mark.parametrize("rows_of_each", [2, 3])
def test_the_tiniest_training_has_a_report_too(tmp_path: Path, rows_of_each: int) -> None:
    page = report_of(tmp_path, frame_of(["a", "b"], ["x"], rows_of_each))
    assert "Calibration" in page.decode()
