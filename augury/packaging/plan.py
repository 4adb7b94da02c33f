"""What packaging a pipeline will do, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from augury import __version__
from augury.artifacts import Manifest

DOCKERFILE = "containers/predictor/Dockerfile"
"""Path of the predictor's Dockerfile below a checkout."""

LANE_TARGETS: Mapping[str, str] = {"plan": "thin", "pandas": "heavy"}
"""Stage of that Dockerfile by the lane that a pipeline is served by."""

_PLATFORM = "linux/amd64"
_PART = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
# The grammar of references, https://pkg.go.dev/github.com/distribution/reference; no digest, which the build decides.
_TAG = re.compile(
    rf"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{{1,5}})?/)?{_PART}(?:/{_PART})*(?::[A-Za-z0-9_][A-Za-z0-9._-]{{0,127}})?"
)


def checked_tag(tag: str) -> str:
    """Return the name of an image, if it may be one.

    Raises
    ------
    ValueError
        It may not.

    Examples
    --------
    >>> checked_tag("registry.example.com:5000/models/iris:2026-05")
    'registry.example.com:5000/models/iris:2026-05'
    >>> checked_tag("Iris model")
    Traceback (most recent call last):
    ...
    ValueError: --tag 'Iris model' is no name of an image: give NAME or NAME:TAG in lower case, such as iris:1
    """
    if len(tag) > 255 or not _TAG.fullmatch(tag):
        raise ValueError(f"--tag {tag!r} is no name of an image: give NAME or NAME:TAG in lower case, such as iris:1")
    return tag


@dataclass(frozen=True, slots=True)
class Predictor:
    """The image that a pipeline is put into.

    Parameters
    ----------
    image : str
        Its name.
    build : tuple of str
        Arguments of the ``docker`` command that builds it; empty where it is there already.
    """

    image: str
    build: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackagePlan:
    """What will be built.

    Parameters
    ----------
    manifest : Manifest
        Of the artifact that is put into the image.
    predictor : Predictor
        What it is put into.
    tag : str
        Name of the image that is made.
    """

    manifest: Manifest
    predictor: Predictor
    tag: str

    @property
    def build(self) -> tuple[str, ...]:
        """Arguments of the last ``docker`` command, without its context."""
        return ("build", "--platform", _PLATFORM, "--tag", self.tag)

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """Arguments of every ``docker`` command, in order."""
        first = (self.predictor.build,) if self.predictor.build else ()
        return (*first, (*self.build, "CONTEXT"))

    def as_json(self) -> dict[str, object]:
        """Return it for machines."""
        return {
            "client": self.manifest.client,
            "pipeline": self.manifest.pipeline,
            "version": self.manifest.version,
            "lane": self.manifest.lane,
            "predictor": self.predictor.image,
            "image": self.tag,
            "commands": [["docker", *arguments] for arguments in self.commands],
        }


def plan_package(
    manifest: Manifest, tag: str, *, root: Path, base: str | None = None, predictor: str | None = None
) -> PackagePlan:
    """Plan the image of a pipeline.

    Parameters
    ----------
    manifest : Manifest
        Of the registered artifact.
    tag : str
        Name of the image.
    root : Path
        Checkout that the predictor is built from.
    base : str, optional
        Image that the predictor is built on; the Dockerfile's own unless given.
    predictor : str, optional
        A predictor's image that is there already, instead of one that is built.

    Raises
    ------
    ValueError
        The tag is none, both ``base`` and ``predictor`` are given, or there is no checkout to build a predictor from.
    """
    checked_tag(tag)
    if predictor is not None and base is not None:
        raise ValueError("--base is for a predictor that is built: give either it or --predictor")
    found = Predictor(predictor) if predictor is not None else _built(manifest.lane, root, base)
    return PackagePlan(manifest, found, tag)


def _built(lane: str, root: Path, base: str | None) -> Predictor:
    if not (root / DOCKERFILE).is_file():
        raise ValueError(
            f"there is no {DOCKERFILE} below {root}, where this command was installed from: "
            "run it from a checkout (`make demo` installs one), or name a predictor's image with --predictor"
        )
    target = LANE_TARGETS[lane]
    image = f"augury-predictor:{__version__}-{target}"
    arguments = ["build", "--platform", _PLATFORM, "--target", target, "--file", str(root / DOCKERFILE), "--tag", image]
    based = ["--build-arg", f"BASE_IMAGE={base}"] if base else []
    return Predictor(image, (*arguments, *based, str(root)))
