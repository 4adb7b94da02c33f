"""Errors of the engine, with the places in a request named as the protocol's callers wrote them."""

from __future__ import annotations

from augury.errors import AuguryError, Detail

_PLACES: dict[tuple[str | int, ...], tuple[str | int, ...]] = {
    ("meta", "puid"): ("id",),
    ("meta", "key"): ("parameters", "key"),
    ("meta", "pipeline"): ("path", "name"),
    ("data",): ("inputs",),
}


def in_its_words(error: AuguryError) -> AuguryError:
    """Return an error of the engine with the places that it names as they are called here.

    Examples
    --------
    >>> from augury.errors import Kind
    >>> str(in_its_words(AuguryError(Kind.SCHEMA_MISMATCH, [Detail(("data", 0, "f1"), "a number is required")])))
    "The data does not fit the pipeline's schema; inputs.f1.0: a number is required"
    """
    details = [Detail(_place(detail.loc), detail.msg) for detail in error.details]
    return AuguryError(error.kind, details, error.retry_after_s)


def _place(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    if len(loc) > 2 and loc[0] == "data":
        _, row, field, *within = loc
        return ("inputs", field, row, *within)
    return _PLACES.get(loc, loc)
