"""Every example: real data, the plan lane, and parity on its whole data set and on adversarial rows."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest

from augury.pipelines import servable
from augury.training import Definition, load_definition
from augury.training.stages import events_of, fit, seeded
from training import iris_xgboost

EXAMPLES = {path.stem: path for path in sorted(Path(iris_xgboost.__file__).parent.glob("[a-z]*.py"))}
ROWS = {
    "breast_cancer": 569,
    "diabetes": 442,
    "flights": 327_346,
    "iris_sklearn": 150,
    "iris_xgboost": 150,
    "tickets_tfidf": 30,
    "wine": 178,
}


def definition(name: str) -> Definition:
    return load_definition(EXAMPLES[name])


def test_every_example_is_tested() -> None:
    assert EXAMPLES.keys() == ROWS.keys()


@pytest.mark.parametrize("name", ROWS)
def test_an_example_is_served_by_a_plan_that_agrees_on_all_of_its_data_and_on_adversarial_rows(name: str) -> None:
    example = definition(name)
    events = events_of(example.example())
    served = servable(fit(seeded(example.pipeline(), 0), events), events)
    assert (served.lane, served.lane_reason) == ("plan", None)
    assert served.parity.training_rows == len(events) == ROWS[name]
    assert served.parity.adversarial_rows > 30
    assert served.parity.agrees


def test_the_examples_have_names_of_their_own() -> None:
    assert len({definition(name).name for name in ROWS}) == len(ROWS)


def test_the_search_of_an_example_draws_parameters_that_its_pipeline_has() -> None:
    wine = definition("wine")
    assert wine.search_space is not None
    drawn = wine.search_space(optuna.create_study().ask())
    wine.pipeline().set_params(**drawn)
