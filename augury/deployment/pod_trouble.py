"""Why Pods do not become ready, as Kubernetes tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from augury.deployment.kubernetes_manifests import Manifest

_HOPELESS = {
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
    "ErrImageNeverPull",
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "RunContainerError",
}


def is_ready(pod: Manifest) -> bool:
    """Tell whether a Pod takes calls."""
    conditions = pod.get("status", {}).get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def hopeless(pods: Iterable[Manifest]) -> str | None:
    """Return why Pods will not become ready by themselves; None while they may.

    Examples
    --------
    >>> waiting = {"reason": "ImagePullBackOff", "message": "not found"}
    >>> hopeless([{"status": {"containerStatuses": [{"state": {"waiting": waiting}}]}}])
    'ImagePullBackOff: not found'
    """
    return next((told for pod in pods for reason, told in _troubles(pod) if reason in _HOPELESS), None)


def trouble(pods: Iterable[Manifest]) -> str:
    """Return what keeps Pods from being ready, for people."""
    found = dict.fromkeys(told for pod in pods for _, told in _troubles(pod))
    return "; ".join(list(found)[:3]) or "its health check does not answer"


def _troubles(pod: Manifest) -> Iterator[tuple[str, str]]:
    status: dict[str, Any] = pod.get("status", {})
    for container in status.get("containerStatuses", []):
        if waiting := container.get("state", {}).get("waiting"):
            yield _told(waiting, container.get("lastState", {}).get("terminated"))
        if ended := container.get("state", {}).get("terminated"):
            yield "CrashLoopBackOff", f"it ended with exit code {ended.get('exitCode')}"
    for condition in status.get("conditions", []):
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            yield _told(condition, None)


def _told(waiting: dict[str, Any], ended: dict[str, Any] | None) -> tuple[str, str]:
    reason = str(waiting.get("reason", "Waiting"))
    more = f"it ended with exit code {ended['exitCode']}" if ended else waiting.get("message")
    return reason, f"{reason}: {more}" if more else reason
