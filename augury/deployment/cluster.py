"""The only door to a Kubernetes cluster: a few methods, and few exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson

from augury.deployment.kubernetes_manifests import Manifest

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

_MANAGER = "augury"
_WITHIN_S = (5, 30)  # to connect, and to answer
_OF_CLUSTER = {"Namespace"}
_PATHS = {
    "Namespace": "/api/v1/namespaces",
    "Pod": "/api/v1/{}/pods",
    "Service": "/api/v1/{}/services",
    "ServiceAccount": "/api/v1/{}/serviceaccounts",
    "Deployment": "/apis/apps/v1/{}/deployments",
    "HorizontalPodAutoscaler": "/apis/autoscaling/v2/{}/horizontalpodautoscalers",
    "Ingress": "/apis/networking.k8s.io/v1/{}/ingresses",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/{}/networkpolicies",
    "PodDisruptionBudget": "/apis/policy/v1/{}/poddisruptionbudgets",
}


class ClusterUnavailable(Exception):
    """The cluster was not reached, or did not do what it was asked; the same call may succeed later."""


class ClusterRefused(ClusterUnavailable):
    """The cluster does not take a manifest, or may not be asked; the message is its own."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a Pod answered."""

    status: int
    body: bytes


class Cluster:
    """One cluster.

    Parameters
    ----------
    api : ApiClient
        Client of the ``kubernetes`` package.
    """

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    @classmethod
    def of_kubeconfig(cls, path: str | None = None, context: str | None = None) -> Cluster:
        """Return the cluster of a context of a kubeconfig file; by default those that ``kubectl`` would take.

        Raises
        ------
        ValueError
            There is no such file or context, or the ``kubernetes`` package is not installed.
        """
        try:
            from kubernetes.config import ConfigException, new_client_from_config
        except ImportError:
            raise ValueError("--target eks needs the kubernetes package: pip install 'augury[deploy]'") from None
        try:
            api = new_client_from_config(path, context, persist_config=False)  # type: ignore[no-untyped-call]
        except (ConfigException, OSError) as error:
            raise ValueError(f"--kubeconfig and --context name no cluster: {error}") from None
        return cls(api)

    @property
    def address(self) -> str:
        """Where its API server is."""
        return str(self._api.configuration.host)

    def get(self, kind: str, namespace: str, name: str) -> Manifest | None:
        """Return an object, or None where there is none."""
        status, body = self._call("GET", f"{_path(kind, namespace)}/{name}")
        return None if status == 404 else self._content(f"read {kind} {name}", status, body)

    def apply(self, manifest: Manifest, *, force: bool = False) -> Manifest:
        """Make an object, or have it become what a manifest says, by server-side apply.

        Fields that the manifest does not name stay as they are.

        Parameters
        ----------
        manifest : Manifest
            The object.
        force : bool
            Whether to take over fields that another manager owns.

        Raises
        ------
        ClusterRefused
            The manifest is not valid, another manager owns a field, or the user may not do it.
        """
        metadata = manifest["metadata"]
        kind, name = manifest["kind"], metadata["name"]
        query = {"fieldManager": _MANAGER, "force": str(force).lower()}
        path = f"{_path(kind, metadata.get('namespace', ''))}/{name}?{urlencode(query)}"
        body = orjson.dumps(manifest).decode()
        status, told = self._call("PATCH", path, body, {"Content-Type": "application/apply-patch+yaml"})
        return self._content(f"apply {kind} {name}", status, told)

    def delete(self, kind: str, namespace: str, name: str) -> None:
        """Remove an object and what it made; one that is not there is removed already."""
        status, body = self._call("DELETE", f"{_path(kind, namespace)}/{name}?propagationPolicy=Background")
        if status != 404:
            self._content(f"remove {kind} {name}", status, body)

    def list(self, kind: str, namespace: str, labels: Mapping[str, str] | None = None) -> list[Manifest]:
        """Return the objects of a kind that have some labels."""
        selector = ",".join(f"{name}={value}" for name, value in (labels or {}).items())
        query = f"?{urlencode({'labelSelector': selector})}" if selector else ""
        status, body = self._call("GET", f"{_path(kind, namespace)}{query}")
        return [] if status == 404 else list(self._content(f"list {kind}", status, body)["items"])

    def ask(self, namespace: str, pod: str, port: int, client: str, json: str) -> Answered:
        """Return what a Pod's ``POST /predict`` answers, through the API server."""
        path = f"{_path('Pod', namespace)}/{pod}:{port}/proxy/predict"
        form = urlencode({"client": client, "json": json}, quote_via=quote)
        status, body = self._call("POST", path, form, {"Content-Type": "application/x-www-form-urlencoded"})
        return Answered(status, body)

    def _call(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        from urllib3.exceptions import HTTPError

        sent = {"Accept": "application/json", **(headers or {})}
        self._api.update_params_for_auth(sent, [], ["BearerToken"], path, method, body)
        options: dict[str, Any] = {"timeout": _timeout(), "retries": False, "redirect": False}
        try:
            response = self._api.rest_client.pool_manager.request(
                method, f"{self.address}{path}", body=body, headers=sent, **options
            )
        except HTTPError as error:
            why = type(error).__name__
            raise ClusterUnavailable(f"the cluster at {self.address} does not answer ({why})") from error
        return int(response.status), bytes(response.data)

    def _content(self, what: str, status: int, body: bytes) -> Manifest:
        try:
            content = orjson.loads(body)
        except orjson.JSONDecodeError:
            content = {}
        if 200 <= status < 300 and isinstance(content, dict):
            return content
        reason = content.get("message") if isinstance(content, dict) else None
        kind = ClusterRefused if status in (400, 401, 403, 409, 422) else ClusterUnavailable
        raise kind(f"the cluster did not {what}: {reason or f'it answered {status}'}")


def _path(kind: str, namespace: str) -> str:
    return _PATHS[kind].format(f"namespaces/{namespace}") if kind not in _OF_CLUSTER else _PATHS[kind]


def _timeout() -> Any:
    from urllib3 import Timeout

    connect, read = _WITHIN_S
    return Timeout(connect=connect, read=read)
