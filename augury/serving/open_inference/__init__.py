"""The Open Inference Protocol, version 2, over REST: what KServe's and Triton's clients speak.

It translates: the engine, the routing, the schema check and the log are those of every other prediction.

References
----------
https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
"""

from augury.serving.open_inference.service import OpenInference

__all__ = ["OpenInference"]
