"""NVIDIA's HTTP client as its users have it: ``python triton_http.py HOST:PORT TOKEN MODEL ROWS``.

Prints one JSON object: what the server says of itself and of the model, and what it answers, in JSON and in binary.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import tritonclient.http as triton


def main() -> None:
    """Ask everything that the client can ask of a server it does not know."""
    address, token, model, rows = sys.argv[1:]
    columns: dict[str, list[float]] = json.loads(rows)
    headers = {"Authorization": f"Bearer {token}"}
    client = triton.InferenceServerClient(address)
    metadata = client.get_model_metadata(model, headers=headers)
    said = {
        "live": client.is_server_live(),
        "ready": client.is_server_ready(),
        "model_ready": client.is_model_ready(model, headers=headers),
        "server": client.get_server_metadata(headers=headers),
        "model": metadata,
        "json": infer(client, metadata, columns, headers, binary=False),
        "binary": infer(client, metadata, columns, headers, binary=True),
        "refusal": refusal(client, model, headers),
    }
    print(json.dumps(said))


def infer(client: Any, metadata: Any, columns: dict[str, list[float]], headers: dict[str, str], *, binary: bool) -> Any:
    """Return every output, as lists, given inputs of the names and types that the metadata has."""
    inputs = []
    for expected in metadata["inputs"]:
        values = np.array(columns[expected["name"]], dtype=triton.triton_to_np_dtype(expected["datatype"]))
        tensor = triton.InferInput(expected["name"], list(values.shape), expected["datatype"])
        tensor.set_data_from_numpy(values, binary_data=binary)
        inputs.append(tensor)
    names = [output["name"] for output in metadata["outputs"]]
    outputs = [triton.InferRequestedOutput(name, binary_data=binary) for name in names]
    result = client.infer(metadata["name"], inputs, outputs=outputs, headers=headers)
    return {name: texts(result.as_numpy(name)) for name in names}


def texts(tensor: Any) -> Any:
    """Return a tensor as lists, bytes as text."""
    decoded = np.vectorize(lambda each: each.decode() if isinstance(each, bytes) else each)
    return (decoded(tensor) if tensor.dtype == object else tensor).tolist()


def refusal(client: Any, model: str, headers: dict[str, str]) -> str:
    """Return what the client says of a request that lacks an input."""
    tensor = triton.InferInput("nothing", [1], "FP64")
    tensor.set_data_from_numpy(np.array([1.0]))
    try:
        client.infer(model, [tensor], headers=headers)
    except triton.InferenceServerException as error:
        return str(error)
    return ""


if __name__ == "__main__":
    main()
