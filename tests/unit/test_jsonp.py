"""JSONP answers."""

from __future__ import annotations

import pytest

from augury.errors import AuguryError
from augury.jsonp import checked_callback, wrap


@pytest.mark.parametrize("name", ["f", "app.on_event", "$", "_a1.b2.$c"])
def test_a_dotted_identifier_is_a_callback(name: str) -> None:
    assert checked_callback(name) == name


@pytest.mark.parametrize(
    "name", ["", "1f", "f(", "alert(1)//", "a.b.", ".a", "a..b", "a b", "a[0]", "é", "f\n", "a" * 129, "<script>"]
)
def test_a_callback_that_could_run_code_is_refused(name: str) -> None:
    with pytest.raises(AuguryError) as refused:
        checked_callback(name)
    assert refused.value.status == 400


def test_line_separators_are_escaped() -> None:
    assert wrap("f", '"\u2028\u2029"') == '/**/f("\\u2028\\u2029");'
