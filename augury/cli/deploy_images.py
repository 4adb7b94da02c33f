"""Which image a deployment means: found in its registry, and pinned by its digest."""

from __future__ import annotations

from dataclasses import replace

from augury.aws import NotFound
from augury.aws.images import ImageRepository
from augury.cli.deploy_options import Where
from augury.cli.session import Session
from augury.deployment import ImageName, Microservice
from augury.deployment.mirroring import mirror, mirrored_name


def pinned(
    run: Session, image: ImageName, service: Microservice, where: Where, *, push: bool, copy: bool
) -> Microservice:
    """Return a microservice with its image's digest in place of its version.

    Parameters
    ----------
    run : Session
        The run.
    image : ImageName
        The image as the operator names it.
    service : Microservice
        What is deployed.
    where : Where
        What is to run it.
    push : bool
        Whether it is taken from the stage's repository.
    copy : bool
        Whether it may be copied there now.

    Raises
    ------
    ValueError
        There is no such image, or nothing that could run it from where it is.
    """
    if push:
        return _from_stage(run, image, service, copy=copy)
    if image.account is None:
        if where is Where.EKS and image.is_pinned:
            return replace(service, image=image.whole)
        can = (
            "or give its digest sha256:… as VERSION"
            if where is Where.EKS
            else "for Lambda takes images from there only"
        )
        raise ValueError(f"IMAGE {image.name} is not in Elastic Container Registry: add --push to copy it there, {can}")
    if where is Where.LAMBDA and image.region != run.deployment.region:
        raise ValueError(
            f"IMAGE is in {image.region}, and Lambda takes images of its own region {run.deployment.region} only: add "
            "--push to copy it there"
        )
    return replace(service, image=image.at(_digest(_repository(run, image), image)))


def _from_stage(run: Session, image: ImageName, service: Microservice, *, copy: bool) -> Microservice:
    address = run.deployment.microservice_repository
    if address is None:
        raise ValueError("--push: this deployment has no repository for images; update its stacks")
    to = mirrored_name(image, service, address)
    repository = _repository(run, to)
    try:
        return replace(service, image=to.at(repository.digest(to.version)))
    except NotFound:
        if not copy:
            return replace(service, image=to.whole)
    mirror(image, to, repository)
    return replace(service, image=to.at(_digest(repository, to)))


def _repository(run: Session, image: ImageName) -> ImageRepository:
    return ImageRepository(run.connection.ecr(), image.account or "", image.repository)


def _digest(repository: ImageRepository, image: ImageName) -> str:
    try:
        return repository.digest(image.version)
    except NotFound:
        raise ValueError(
            f"there is no image {image.whole}: push it first, or add --push to copy one that docker has here"
        ) from None
