"""All that one client can call, as an OpenAPI 3.1 document made from the schemas of its pipelines.

References
----------
https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

from collections.abc import Iterable

from augury import openapi
from augury.openapi.parts import Json, paths
from augury.serving.api_document import catalogue, open_inference, predictions
from augury.serving.api_document.answering import AnsweringPipeline


def client_document(version: str, pipelines: Iterable[AnsweringPipeline]) -> Json:
    """Return the document of a client: the routes that are everybody's, and those of its pipelines.

    Parameters
    ----------
    version : str
        Version of the service.
    pipelines : iterable of AnsweringPipeline
        The client's.

    Examples
    --------
    >>> document = client_document("1.0.0", [])
    >>> document["info"], "/events" in document["paths"], "/predict" in document["paths"]
    ({'title': 'Augury', 'version': '1.0.0'}, True, True)
    """
    known = list(pipelines)
    shared = openapi.document(version)
    operations = {
        **predictions.operations(known),
        **catalogue.operations(known),
        **open_inference.operations(known),
    }
    schemas = {**predictions.schemas(known), **catalogue.SCHEMAS, **open_inference.SCHEMAS}
    components = {**shared["components"], "schemas": {**shared["components"]["schemas"], **schemas}}
    return {**shared, "paths": {**shared["paths"], **paths(operations)}, "components": components}
