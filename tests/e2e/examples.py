"""Each example pipeline as it is served, beside the same one as it was fitted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from augury.artifacts import DataWindow, Manifest
from augury.cli.signatures import signer_of, trust_of
from augury.clients import NewClient
from augury.names import PipelineName, Version
from augury.pipelines._pandas_lane import PandasScorer
from augury.training import load_definition, register, train
from augury.training.folds import Folds
from augury.training.stages import events_of, fit, seeded
from tests.artifacts import ROOT
from tests.e2e.conftest import World

EXAMPLES = {
    "iris_xgboost": 150,
    "iris_sklearn": 150,
    "wine": 178,
    "breast_cancer": 200,
    "diabetes": 200,
    "tickets_tfidf": 30,
    "flights": 200,
}
"""How many of their events each is trained on."""

# Texts without what JSON or UTF-8 can't carry, and numbers at the edges of float32, float64 and int64.
HOSTILE = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 2**53 + 1, 2**63 - 1, -(2**63), 1e-320, -0.0, 3.5e38, 1e300, 1.7976931348623157e308]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(
        ["", "1", "true", "NaN", "null", "2013-02-30", "0001-01-01", "9999-12-31T23:59:60Z", "\0", "a" * 500]
    ),
    st.lists(st.integers(0, 9), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(0, 9), max_size=2),
)


@dataclass(frozen=True)
class Example:
    """A pipeline that is served, and the same one as it was fitted."""

    client: NewClient
    bearer: str
    manifest: Manifest
    fitted: PandasScorer
    records: list[dict[str, Any]]

    def rows(self) -> st.SearchStrategy[dict[str, Any]]:
        """Return records that are like those of training, but for some fields, which may be missing."""
        names = list(self.manifest.inputs.names)
        spoilt = st.dictionaries(st.sampled_from(names), HOSTILE, max_size=2)
        missing = st.sets(st.sampled_from(names), max_size=1)
        made = st.tuples(st.sampled_from(self.records), spoilt, st.one_of(st.just(set()), missing))
        return made.map(lambda one: {name: value for name, value in {**one[0], **one[1]}.items() if name not in one[2]})

    def would_answer(self, row: Mapping[str, Any]) -> bool:
        """Say whether a record fits the schema, and the fitted pipeline has an answer to it."""
        return not self.manifest.inputs.problems(row) and bool(self.fitted.answers([row]).answered.all())


def served(world: World, name: str, place: Path) -> Example:
    """Train an example and register it as the default pipeline of a client of its own."""
    client, definition = world.new_client(), load_definition(ROOT / "training" / f"{name}.py")
    frame = definition.example()
    frame = frame.sample(EXAMPLES[name], random_state=0) if len(frame) > EXAMPLES[name] else frame
    deployment, connection = world.platform.deployment, world.platform.connection
    outcome = train(
        definition,
        frame,
        client=client.name,
        pipeline=PipelineName("fuzzed"),
        version=Version("1"),
        directory=place / "1",
        data_window=DataWindow(),
        folds=Folds(2),
        signer=signer_of(deployment, connection),
    )
    trust = trust_of(deployment, connection)
    register(outcome.directory, client.name, store=world.store, registry=world.registry, trust=trust)
    events, inputs = events_of(frame), outcome.manifest.inputs
    known = json.loads(events[list(inputs.names)].head(20).to_json(orient="records"))
    fitted = PandasScorer(fit(seeded(definition.pipeline(), 0), events), inputs)
    return Example(client, f"Bearer {world.token(client)}", outcome.manifest, fitted, known)
