"""OpenAPI 3.1 documents, made from the route table and the error table."""

from augury.openapi.collection import document

__all__ = ["document"]
