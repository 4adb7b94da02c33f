"""One pipeline that a process has with it: answered without a registry, and without AWS."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from augury import artifacts
from augury.errors import AuguryError, Detail, Kind
from augury.plans import InvalidPlan
from augury.serving.answers import Answer
from augury.serving.models import Lane, Model, NoSuchLane, load_model
from augury.serving.requests import PredictRequest


class BakedPipeline:
    """A pipeline that was loaded from an artifact directory.

    Parameters
    ----------
    model : Model
        The loaded version.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    @classmethod
    def load(cls, directory: Path, trust: artifacts.Trust, lanes: Mapping[str, Lane]) -> Self:
        """Return the pipeline of a directory, verified.

        Parameters
        ----------
        directory : Path
            An artifact.
        trust : Trust
            Whose signature it needs.
        lanes : mapping of str to Lane
            How the artifacts of each lane are loaded.

        Raises
        ------
        ValueError
            It is missing, was refused, or can't be served here; the message says why.
        """
        try:
            return cls(load_model(artifacts.load(directory, trust, for_serving=True), lanes))
        except (artifacts.ArtifactRefused, InvalidPlan, NoSuchLane, OSError) as error:
            raise ValueError(f"the pipeline in {directory} can't be served: {error}") from error

    def answer(self, client: str, request: PredictRequest) -> Answer:
        """Return the answer to a client's request.

        Parameters
        ----------
        client : str
            Who asks; may be empty, as there is but one pipeline.
        request : PredictRequest
            What is asked. The pipeline that it names is the caller's word for this one.

        Raises
        ------
        AuguryError
            403 for another client than the pipeline's, 422 where a row does not fit.
        """
        manifest = self._model.manifest
        if client not in ("", manifest.client):
            raise AuguryError(Kind.CREDENTIAL_NOT_AUTHORIZED, [Detail(("client",), "the pipeline is another client's")])
        return Answer(
            puid=request.puid or secrets.token_hex(16),
            pipeline=manifest.pipeline,
            variation="default",
            predictions=self._model.predict(request.rows, single=request.single),
            single=request.single,
            version=manifest.version,
            classes=tuple(self._model.classes),
        )
