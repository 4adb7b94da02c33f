"""What an artifact says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    JsonValue,
    NonNegativeInt,
    model_validator,
)

from augury.artifacts.layout import LANE_FILES, MANIFEST_FILE, SIGNATURE_FILE, Kind, Lane
from augury.names import ClientName, PipelineName, Version
from augury.schema import InputSchema

FORMAT = 1
"""Version of the artifact's layout; an artifact of another version is refused."""

type FileName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]
type Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ParitySummary(_Part):
    """How far what is served is from the fitted pipeline.

    Parameters
    ----------
    rows : int
        Rows compared: all training rows and the adversarial ones.
    max_difference : float
        Greatest absolute difference of a probability, or relative one of a regression's value that is not near zero.
    strict_difference : float, optional
        Greatest relative difference of a regression's value, near zero too.
    near_zero_rows : int, default 0
        Rows of a regression that agree only because they are near zero.
    class_disagreements : int
        Rows whose most probable class differs.
    refusal_disagreements : int, default 0
        Rows that one answers and the other refuses.
    tolerance : float
        Difference up to which the two count as equal.
    agrees : bool
        Whether they do.
    """

    rows: NonNegativeInt
    max_difference: FiniteFloat
    strict_difference: FiniteFloat | None = None
    near_zero_rows: NonNegativeInt = 0
    class_disagreements: NonNegativeInt
    refusal_disagreements: NonNegativeInt = 0
    tolerance: FiniteFloat
    agrees: bool


class DataWindow(_Part):
    """The UTC days whose events were trained on, both included; None where the data had no days."""

    first: date | None = None
    last: date | None = None


class Manifest(_Part):
    """The file that names, and vouches for, all others.

    Parameters
    ----------
    client, pipeline, version : ClientName, PipelineName, Version
        Whose artifact it is.
    created_at : datetime
        When it was made, with its time zone.
    lane : {"plan", "pandas"}
        How it is served.
    lane_reason : str, optional
        Why it is the pandas lane; None for the plan lane.
    kind : {"classification", "regression"}, default "classification"
        What it predicts.
    inputs : InputSchema
        What a record must bring.
    classes : tuple of str, optional
        Readable class names in the order of the model's probabilities; None for a regression.
    metrics : dict of str to float
        Cross-validated scores.
    parameters : dict of str to scalar, default {}
        The pipeline's parameters that were tuned, by ``step__parameter``.
    parity : ParitySummary
        Plan and model against the fitted pipeline.
    data_window : DataWindow
        What it was trained on.
    rows : int
        Events that it was trained on.
    libraries : dict of str to str
        Versions of the libraries that made it.
    seed : int
        Seed of the cross-validation.
    files : dict of str to str
        SHA-256 of every other file, in hexadecimal.
    """

    format: Literal[1] = 1
    client: ClientName
    pipeline: PipelineName
    version: Version
    created_at: AwareDatetime
    lane: Lane
    lane_reason: str | None = None
    kind: Kind = "classification"
    inputs: InputSchema
    classes: tuple[str, ...] | None
    metrics: dict[str, FiniteFloat]
    parameters: dict[str, JsonValue] = {}
    parity: ParitySummary
    data_window: DataWindow
    rows: NonNegativeInt
    libraries: dict[str, str]
    seed: int
    files: dict[FileName, Sha256]

    @model_validator(mode="after")
    def _files_fit_the_lane(self) -> Self:
        for name in (MANIFEST_FILE, SIGNATURE_FILE):
            if name in self.files:
                raise ValueError(f"{name} cannot vouch for itself")
        missing = set(LANE_FILES[self.lane]) - self.files.keys()
        if missing:
            raise ValueError(f"the {self.lane} lane needs {', '.join(sorted(missing))}")
        if (self.lane == "plan") != (self.lane_reason is None):
            raise ValueError("lane_reason says why it is the pandas lane, and only then")
        return self

    @model_validator(mode="after")
    def _classes_fit_the_kind(self) -> Self:
        if (self.kind == "classification") != bool(self.classes):
            raise ValueError("a classification has classes, and a regression has none")
        return self

    @property
    def served_files(self) -> tuple[str, ...]:
        """Names of the files that serving it needs."""
        return LANE_FILES[self.lane]

    def dump(self) -> bytes:
        """Return the manifest as JSON, the bytes that its digest is of."""
        return self.model_dump_json(indent=2).encode() + b"\n"


def digest(body: bytes) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    return sha256(body).hexdigest()


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each file, by name."""
    return {name: digest(body) for name, body in files.items()}
