from __future__ import annotations

import sys
from typing import cast

import pytest

from augury.artifacts import Artifact
from augury.serving import NoSuchLane
from functions.predict.heavy import pandas_lane


def test_an_image_without_pandas_has_no_pandas_lane_whatever_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "augury.pipelines", None)
    with pytest.raises(NoSuchLane, match="pandas"):
        pandas_lane(cast(Artifact, None))
