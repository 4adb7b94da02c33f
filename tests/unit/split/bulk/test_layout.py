"""How days are spread over files and tasks."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from augury.names import ClientName
from augury.split.bulk.layout import lay_out, slices
from augury.split.lines import Owner

DAY = date(2026, 11, 23)
SIZES = st.dictionaries(
    st.builds(lambda n: Owner(ClientName(f"c{n}"), DAY), st.integers(0, 50)), st.integers(0, 1_000), max_size=30
)


@given(SIZES, st.integers(1, 8))
def test_each_day_has_one_file_per_target_and_no_task_is_much_above_it(sizes: dict[Owner, int], cores: int) -> None:
    layout = lay_out(sizes, parallelism=cores, target_bytes=100)
    assert {owner: len(parts.tasks) for owner, parts in layout.items()} == {
        owner: max(1, -(-size // 100)) for owner, size in sizes.items()
    }
    loads = dict[int, float]()
    for owner, parts in layout.items():
        for task in parts.tasks:
            loads[task] = loads.get(task, 0) + sizes[owner] / len(parts.tasks)
    assert max(loads.values(), default=0) <= 200


@given(SIZES)
def test_the_number_of_files_does_not_depend_on_the_machine(sizes: dict[Owner, int]) -> None:
    one, many = (lay_out(sizes, parallelism=cores, target_bytes=100) for cores in (1, 64))
    assert {owner: len(parts.tasks) for owner, parts in one.items()} == {
        owner: len(parts.tasks) for owner, parts in many.items()
    }


def test_a_client_with_most_events_is_spread_and_small_ones_share_tasks() -> None:
    sizes = {Owner(ClientName(f"c{n}"), DAY): 9_000 if n == 0 else 10 for n in range(100)}
    layout = lay_out(sizes, parallelism=4, target_bytes=500)
    big = layout[Owner(ClientName("c0"), DAY)]
    assert len(set(big.tasks)) == 18
    assert len({parts.tasks for owner, parts in layout.items() if owner.client != "c0"}) < 20


@given(st.lists(st.integers(0, 1_000), max_size=50), st.integers(1, 8))
def test_every_file_is_in_one_slice(sizes: list[int], cores: int) -> None:
    dealt = slices(sizes, lambda size: size, parallelism=cores, slice_bytes=500)
    assert sorted(size for some in dealt for size in some) == sorted(sizes)
    assert all(dealt)
