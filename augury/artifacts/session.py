"""How a model is opened, to be compared as to be served."""

from __future__ import annotations

import onnxruntime as ort

from augury.artifacts.layout import MODEL_FILE
from augury.artifacts.refusal import ArtifactRefused


def open_session(onnx: bytes) -> ort.InferenceSession:
    """Return a session of ONNX Runtime that runs on the calling thread.

    It takes no thread pool, and no memory beside what a run needs: a process holds the models of many clients, and one
    row is far too little work to share among threads.

    Parameters
    ----------
    onnx : bytes
        The model.

    Raises
    ------
    ArtifactRefused
        ONNX Runtime can't load it.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    try:
        session = ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own have no common class
        raise ArtifactRefused(MODEL_FILE, f"ONNX Runtime can't load it: {type(error).__name__}") from error
    # ONNX Runtime keeps the bytes for sessions that it makes again on another device; there is no other here.
    session._model_bytes = None
    return session
