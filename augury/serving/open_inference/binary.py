"""Tensors whose elements stand behind the JSON, as Triton's clients send and want them unless told otherwise.

References
----------
https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from augury.errors import AuguryError, Detail, Kind

_FORMATS: Mapping[str, str] = {
    "BOOL": "?",
    "INT8": "b",
    "INT16": "h",
    "INT32": "i",
    "INT64": "q",
    "UINT8": "B",
    "UINT16": "H",
    "UINT32": "I",
    "UINT64": "Q",
    "FP16": "e",
    "FP32": "f",
    "FP64": "d",
}


def attach(inputs: Any, packed: bytes) -> Any:
    """Return inputs with the elements that stand behind the JSON put into each tensor's ``data``.

    Parameters
    ----------
    inputs : Any
        The request's ``inputs``; what is no tensor with a ``binary_data_size`` stays as it is.
    packed : bytes
        What follows the JSON: the tensors' elements, little-endian, in the order of ``inputs``. NaN is read as null.

    Raises
    ------
    AuguryError
        400: some tensor can't be read, or the bytes are more or fewer than the tensors say.

    Examples
    --------
    >>> attach([{"name": "age", "datatype": "INT16", "parameters": {"binary_data_size": 2}}], bytes([31, 0]))[0]["data"]
    [31]
    """
    if not isinstance(inputs, list):
        return inputs
    attached, at = [], 0
    for tensor in inputs:
        size = _size(tensor)
        if size is None:
            attached.append(tensor)
        else:
            attached.append(tensor | {"data": unpacked(tensor, packed[at : at + size], size)})
            at += size
    if at != len(packed):
        reason = f"{len(packed)} bytes follow the JSON, and the tensors' binary_data_size add up to {at}"
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("inputs",), reason)])
    return attached


def _size(tensor: Any) -> int | None:
    parameters = tensor.get("parameters") if isinstance(tensor, dict) else None
    size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
    return size if type(size) is int and size >= 0 else None


def packed(datatype: str, elements: Sequence[Any]) -> bytes:
    r"""Return elements in binary, little-endian; null is NaN among floats, and an empty text.

    Examples
    --------
    >>> packed("BYTES", ["ab"])
    b'\x02\x00\x00\x00ab'
    """
    if datatype == "BYTES":
        texts = [("" if text is None else str(text)).encode("utf-8", "replace") for text in elements]
        return b"".join(struct.pack("<I", len(text)) + text for text in texts)
    numbers = [math.nan if number is None else number for number in elements]
    return struct.pack(f"<{len(numbers)}{_FORMATS[datatype]}", *numbers)


def unpacked(tensor: Mapping[str, Any], packed: bytes, size: int) -> list[Any]:
    """Return a tensor's elements from binary; NaN is null.

    Raises
    ------
    AuguryError
        400: they are not ``size`` bytes, or none of its datatype.
    """
    datatype = tensor.get("datatype")
    try:
        if len(packed) == size and datatype == "BYTES":
            return _texts(packed)
        if len(packed) == size and isinstance(datatype, str) and datatype in _FORMATS:
            # Only NaN differs from itself.
            return [None if x != x else x for (x,) in struct.iter_unpack(f"<{_FORMATS[datatype]}", packed)]
    except (struct.error, UnicodeDecodeError):
        pass
    reason = f"its bytes are no {datatype}"
    raise AuguryError(Kind.INVALID_REQUEST, [Detail(("inputs", str(tensor.get("name")), "data"), reason)])


def _texts(packed: bytes) -> list[str]:
    """Return texts that each stand behind their length, of four bytes."""
    texts, at = [], 0
    while at < len(packed):
        (length,) = struct.unpack_from("<I", packed, at)
        at += 4
        if at + length > len(packed):
            raise struct.error("a text goes on beyond the tensor")
        texts.append(packed[at : at + length].decode())
        at += length
    return texts
