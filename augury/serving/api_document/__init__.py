"""One client's OpenAPI document."""

from augury.serving.api_document.answering import AnsweringPipeline
from augury.serving.api_document.document import client_document

__all__ = ["AnsweringPipeline", "client_document"]
