"""NVIDIA's gRPC client as its users have it: ``python triton_grpc.py HOST:PORT TOKEN MODEL ROWS``."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import tritonclient.grpc as triton


def main() -> None:
    """Print one JSON object: what the server says of itself and of the model, and what it answers."""
    address, token, model, rows = sys.argv[1:]
    columns: dict[str, list[float]] = json.loads(rows)
    headers = {"authorization": f"Bearer {token}"}
    client = triton.InferenceServerClient(address)
    metadata = client.get_model_metadata(model, headers=headers, as_json=True)
    said = {
        "live": client.is_server_live(),
        "ready": client.is_server_ready(),
        "model_ready": client.is_model_ready(model, headers=headers),
        "server": client.get_server_metadata(headers=headers, as_json=True),
        "model": metadata,
        "outputs": infer(client, metadata, columns, headers),
    }
    print(json.dumps(said))


def infer(client: Any, metadata: Any, columns: dict[str, list[float]], headers: dict[str, str]) -> Any:
    """Return every output, as lists, given inputs of the names and types that the metadata has."""
    inputs = []
    for expected in metadata["inputs"]:
        values = np.array(columns[expected["name"]], dtype=triton.triton_to_np_dtype(expected["datatype"]))
        tensor = triton.InferInput(expected["name"], list(values.shape), expected["datatype"])
        tensor.set_data_from_numpy(values)
        inputs.append(tensor)
    result = client.infer(metadata["name"], inputs, headers=headers)
    return {output["name"]: texts(result.as_numpy(output["name"])) for output in metadata["outputs"]}


def texts(tensor: Any) -> Any:
    """Return a tensor as lists, bytes as text."""
    decoded = np.vectorize(lambda each: each.decode() if isinstance(each, bytes) else each)
    return (decoded(tensor) if tensor.dtype == object else tensor).tolist()


if __name__ == "__main__":
    main()
