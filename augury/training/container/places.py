"""Where what stands in a training container."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """Where what stands in the container.

    Parameters
    ----------
    hyperparameters : Path
        JSON object of hyperparameters; it may be missing.
    code, checkpoints : Path
        Directories that may be missing.
    model : Path
        What is below it is kept as the job's model.
    output : Path
        What is below it is kept beside the model.
    failure : Path
        File that receives the reason of a failure.
    channels : mapping of str to Path
        Directories of input by channel.
    """

    hyperparameters: Path
    code: Path
    checkpoints: Path
    model: Path
    output: Path
    failure: Path
    channels: Mapping[str, Path]

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Places:
        """Return the places that the environment names, else SageMaker's own below ``/opt/ml``."""
        base = Path(environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
        data = base / "input" / "data"
        standard = {path.name: path for path in sorted(data.glob("*")) if path.is_dir()}
        named = {
            name.removeprefix("SM_CHANNEL_").lower(): Path(path)
            for name, path in environ.items()
            if name.startswith("SM_CHANNEL_")
        }
        return cls(
            hyperparameters=base / "input" / "config" / "hyperparameters.json",
            code=Path(environ.get("SM_MODULE_DIR", base / "code")),
            checkpoints=base / "checkpoints",
            model=Path(environ.get("SM_MODEL_DIR", base / "model")),
            output=Path(environ.get("SM_OUTPUT_DATA_DIR", base / "output" / "data")),
            failure=base / "output" / "failure",
            channels=standard | named,
        )
