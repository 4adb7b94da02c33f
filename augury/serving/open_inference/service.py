"""The protocol's questions about models, and its predictions, answered for one client at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from augury import __version__
from augury.errors import AuguryError, Detail, Kind
from augury.names import ClientName
from augury.registry import PipelineTarget, Variation
from augury.serving.directory import Deployed, PipelineDirectory
from augury.serving.engine import PredictionEngine
from augury.serving.model_cache import ModelCache
from augury.serving.models import Model
from augury.serving.open_inference.errors import in_its_words
from augury.serving.open_inference.inputs import InferRequest, read_document, read_infer
from augury.serving.open_inference.metadata import describe_input
from augury.serving.open_inference.outputs import describe_outputs, with_binary, write_infer

type Json = dict[str, Any]


class OpenInference:
    """A client's pipelines as the protocol's models.

    Parameters
    ----------
    engine : PredictionEngine
        Makes, logs and shows the predictions.
    directory : PipelineDirectory
        Which versions answer.
    models : ModelCache
        Loaded models.
    """

    def __init__(self, engine: PredictionEngine, directory: PipelineDirectory, models: ModelCache) -> None:
        self._engine = engine
        self._directory = directory
        self._models = models

    def server(self) -> Json:
        """Return the server's metadata."""
        return {"name": "augury", "version": __version__, "extensions": ["binary_tensor_data"]}

    def metadata(self, client: ClientName, name: str, version: str | None = None) -> Json:
        """Describe a model: its versions that answer, its inputs and its outputs.

        Parameters
        ----------
        client : ClientName
            Whose.
        name : str
            The pipeline.
        version : str, optional
            Which version's inputs and outputs; those of the version with the greatest share unless given.

        Raises
        ------
        AuguryError
            404 where the client has no such pipeline, or none that answers by that version; 503 where it is broken.
        """
        deployed = self._deployed(client, name)
        variation = _chosen(deployed, version)
        model = self._model(client, deployed, variation)
        return {"name": name, "versions": _versions(deployed), **_described(model, variation)}

    def ready(self, client: ClientName, name: str, version: str | None = None) -> Json:
        """Say that a model answers, which loads it.

        Raises
        ------
        AuguryError
            As :meth:`metadata` does.
        """
        deployed = self._deployed(client, name)
        self._model(client, deployed, _chosen(deployed, version))
        return {"name": name, "ready": True}

    def infer(
        self,
        client: ClientName,
        name: str,
        body: bytes,
        version: str | None = None,
        *,
        json_length: str | None = None,
        deadline: float | None = None,
    ) -> Json:
        """Answer one or several rows.

        Parameters
        ----------
        client : ClientName
            Who asks.
        name : str
            The pipeline.
        body : bytes
            The request: JSON, which tensors in binary may follow.
        version : str, optional
            Which of the versions that answer; as the routing has it unless given.
        json_length : str, optional
            What the header ``Inference-Header-Content-Length`` says.
        deadline : float, optional
            As of :meth:`augury.serving.PredictionEngine.predict`.

        Raises
        ------
        AuguryError
            As :meth:`augury.serving.PredictionEngine.predict` does, and 404 where no such version answers.
        """
        return self._infer(client, name, lambda: read_infer(body, name, json_length), version, deadline)[0]

    def infer_body(
        self,
        client: ClientName,
        name: str,
        body: bytes,
        version: str | None = None,
        *,
        json_length: str | None = None,
        deadline: float | None = None,
    ) -> tuple[bytes, int | None]:
        """Answer as :meth:`infer` does, in bytes.

        Returns
        -------
        bytes
            JSON, which the elements of those outputs follow that were wanted in binary.
        int or None
            How many bytes of it are JSON, where something follows.
        """
        content, request = self._infer(client, name, lambda: read_infer(body, name, json_length), version, deadline)
        return with_binary(content, request.wants_binary)

    def infer_document(
        self,
        client: ClientName,
        name: str,
        document: Json,
        version: str | None = None,
        *,
        is_large: bool = False,
        deadline: float | None = None,
    ) -> Json:
        """Answer as :meth:`infer` does what came by other means than JSON, in the same words.

        Parameters
        ----------
        client, name, version, deadline
            As of :meth:`infer`.
        document : dict
            What the JSON would say.
        is_large : bool
            Whether a row can be larger than an event may be, and has to be measured.
        """
        read = partial(read_document, document, name, is_large=is_large)
        return self._infer(client, name, read, version, deadline)[0]

    def _infer(
        self,
        client: ClientName,
        name: str,
        read: Callable[[], InferRequest],
        version: str | None,
        deadline: float | None,
    ) -> tuple[Json, InferRequest]:
        label = None if version is None else _chosen(self._deployed(client, name), version).label
        try:
            request = read()
            answer = self._engine.predict(client, request.prediction, variation=label, deadline=deadline)
        except AuguryError as error:
            raise in_its_words(error) from error.__cause__
        return write_infer(answer, name, request.outputs), request

    def _deployed(self, client: ClientName, name: str) -> Deployed:
        try:
            return self._directory.deployed(client, name)
        except AuguryError as error:
            raise in_its_words(error) from error.__cause__

    def _model(self, client: ClientName, deployed: Deployed, variation: Variation) -> Model | None:
        """Return the model of a variation; None where its target is outside this process."""
        if not isinstance(variation.target, PipelineTarget):
            return None
        version = deployed.versions.get(variation.target.version)
        if version is None:
            raise AuguryError(Kind.PIPELINE_BROKEN, [Detail(("path", "name"), "its version is not registered")])
        return self._models.get(client, version)


def _answering(deployed: Deployed) -> list[Variation]:
    return [variation for variation in deployed.deployment.answering if variation.ratio > 0]


def _versions(deployed: Deployed) -> list[str]:
    targets = [variation.target for variation in _answering(deployed)]
    return list(dict.fromkeys(str(target.version) for target in targets if isinstance(target, PipelineTarget)))


def _chosen(deployed: Deployed, version: str | None) -> Variation:
    """Return the variation that answers by a version, or the one with the greatest share."""
    answering = _answering(deployed)
    if version is None:
        return max(answering, key=lambda variation: variation.ratio)
    for variation in answering:
        if isinstance(variation.target, PipelineTarget) and variation.target.version == version:
            return variation
    reason = f"no version {version!r} answers; there is {', '.join(_versions(deployed)) or 'none that has a version'}"
    raise AuguryError(Kind.PIPELINE_UNKNOWN, [Detail(("path", "version"), reason)])


def _described(model: Model | None, variation: Variation) -> Json:
    if model is None:
        return {"platform": f"augury_{variation.target.kind}", "inputs": [], "outputs": []}
    return {
        "platform": f"augury_{model.manifest.lane}",
        "inputs": [describe_input(field) for field in model.manifest.inputs.fields],
        "outputs": describe_outputs(model.manifest.classes),
    }
