"""What stays, kept from the garbage collector."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from augury.serving.long_lived import LongLived


class Circle:
    """An object that nothing but a collection frees."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def unfrozen() -> Iterator[None]:
    """Leave nothing aside, and collect only where a test says so."""
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


def is_looked_at(kept: object) -> bool:
    return any(each is kept for each in gc.get_objects())


def test_collections_do_not_look_at_what_is_set_aside() -> None:
    kept = [Circle()]
    assert is_looked_at(kept)

    LongLived().set_aside()

    assert not is_looked_at(kept)


def test_garbage_is_freed_before_the_rest_is_set_aside() -> None:
    garbage = weakref.ref(Circle())

    LongLived().set_aside()

    assert garbage() is None


def test_what_becomes_garbage_while_it_is_aside_is_freed_by_and_by() -> None:
    kept = Circle()
    garbage, long_lived = weakref.ref(kept), LongLived(every=3)
    long_lived.set_aside()
    del kept

    long_lived.set_aside()
    assert garbage() is not None
    long_lived.set_aside()
    assert garbage() is None


def test_at_the_beginning_everything_is_set_aside_unseen() -> None:
    garbage = weakref.ref(Circle())

    LongLived().begin()

    assert garbage() is not None
    assert not gc.get_objects()
