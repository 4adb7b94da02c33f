"""A Kubernetes API server on this machine, with as much of Kubernetes behind it as a deployment meets.

It speaks HTTP, and keeps to these rules of Kubernetes:

- Server-side apply needs a field manager; a field that another manager owns is a conflict (409) unless it is forced;
  fields that a manager no longer names go. ("Server-Side Apply")
- An object's generation grows with its ``spec``; a Deployment's status follows a step later. ("Deployments")
- A rolling update with ``maxUnavailable: 0`` removes an old Pod only for a new one that is ready.
- What is in a namespace needs the namespace (404), and a namespace that enforces the restricted standard refuses other
  Pods (403). ("Pod Security Standards")
- Pods never change: applying another ``spec`` is refused (422).
- A Service's Pods are those that its selector matches and that are ready.
- The API server passes calls on to a Pod: ``…/pods/NAME:PORT/proxy/…``.

Containers are Python functions, by the last part of their image's digest. Time is stepped by :meth:`ApiServer.step`.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

type Manifest = dict[str, Any]
type Container = Callable[[dict[str, str]], tuple[int, bytes]]

_OBJECT = re.compile(
    r"/(api|apis/[a-z0-9.]+)/(v1|v2)(/namespaces/(?P<namespace>[a-z0-9-]+))?/(?P<kind>[a-z]+)"
    r"(/(?P<name>[a-z0-9-]+)(:(?P<port>\d+))?(/proxy(?P<path>/.*))?)?"
)
_NAMESPACE = re.compile(r"/api/v1/namespaces/(?P<name>[a-z0-9-]+)")


class MissingImage(Exception):
    """A container whose image there is not."""


class Crashing(Exception):
    """A container that ends when it is started."""


class Unhealthy(Exception):
    """A container whose health check never answers."""


@dataclass
class Reply:
    """What the server answers."""

    status: int
    body: bytes

    @classmethod
    def of(cls, content: Mapping[str, Any], status: int = 200) -> Reply:
        return cls(status, json.dumps(content).encode())

    @classmethod
    def refusal(cls, status: int, message: str) -> Reply:
        return cls.of({"kind": "Status", "status": "Failure", "message": message, "code": status}, status)


@dataclass
class ApiServer:
    """The cluster.

    ``containers`` says what an image does: a function, or an exception that says why it does not run.
    """

    containers: dict[str, Container | Exception] = field(default_factory=dict)
    port: int = 0
    is_lost: bool = False
    requests: list[tuple[str, str]] = field(default_factory=list)
    lost_after: int | None = None

    def __post_init__(self) -> None:
        self.objects: dict[tuple[str, str, str], Manifest] = {}
        self._owners: dict[tuple[str, str, str], dict[str, str]] = {}
        self._numbers = count(1)
        self._turns = count()
        self._lock = threading.RLock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def find(self, kind: str, namespace: str = "") -> list[Manifest]:
        with self._lock:
            return [one for (k, n, _), one in self.objects.items() if k == kind and n == namespace]

    def call_service(self, namespace: str, name: str, form: dict[str, str]) -> tuple[int, bytes]:
        """Answer as a load balancer in front of a Service does: by one of its ready Pods."""
        with self._lock:
            service = self.objects.get(("services", namespace, name))
            pods = [one for one in self.find("pods", namespace) if service and _selected(service, one) and _ready(one)]
            if not pods:
                return 503, b"no endpoints"
            pod = pods[next(self._turns) % len(pods)]
            container = self._container(pod)
        assert not isinstance(container, Exception)
        return container(form)

    def step(self) -> None:
        """Let the controllers do what they do in a moment."""
        with self._lock:
            for key, one in list(self.objects.items()):
                if key[0] == "deployments":
                    self._roll(one)

    def handle(self, method: str, target: str, body: bytes) -> Reply | None:
        """Answer a request; None where the connection breaks."""
        with self._lock:
            self.requests.append((method, urlsplit(target).path))
            if self.lost_after is not None and len(self.requests) > self.lost_after:
                self.is_lost = True
        if self.is_lost:
            return None
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if match := _NAMESPACE.fullmatch(parts.path):
            return self._object(method, ("namespaces", "", match["name"]), query, body)
        match = _OBJECT.fullmatch(parts.path)
        if match is None:
            return Reply.refusal(404, "the server could not find the requested resource")
        if match["path"]:
            return self._proxy(match["namespace"], match["name"], match["path"], body)
        if match["name"] is None:
            return self._list(match["kind"], match["namespace"], query)
        return self._object(method, (match["kind"], match["namespace"], match["name"]), query, body)

    def _object(self, method: str, key: tuple[str, str, str], query: dict[str, str], body: bytes) -> Reply:
        with self._lock:
            if method == "PATCH":
                return self._apply(key, query, json.loads(body))
            if key not in self.objects:
                return Reply.refusal(404, f'{key[0]} "{key[2]}" not found')
            if method == "DELETE":
                self._delete(key)
                return Reply.of({"kind": "Status", "status": "Success"})
            return Reply.of(self.objects[key])

    def _list(self, kind: str, namespace: str, query: dict[str, str]) -> Reply:
        wanted = dict(one.split("=") for one in query.get("labelSelector", "").split(",") if one)
        found = [one for one in self.find(kind, namespace) if wanted.items() <= one["metadata"]["labels"].items()]
        return Reply.of({"kind": "List", "items": found})

    def _proxy(self, namespace: str, name: str, path: str, body: bytes) -> Reply:
        with self._lock:
            pod = self.objects.get(("pods", namespace, name))
            if pod is None or not _ready(pod):
                return Reply.refusal(503, "no endpoints available")
            container = self._container(pod)
        if path != "/predict" or isinstance(container, Exception):
            return Reply.refusal(404, "not found")
        form = {field: values[0] for field, values in parse_qs(body.decode()).items()}
        return Reply(*container(form))

    def _apply(self, key: tuple[str, str, str], query: dict[str, str], wanted: Manifest) -> Reply:
        kind, namespace, name = key
        refusal = self._refusal(key, query, wanted)
        if refusal is not None:
            return refusal
        manager, before = query["fieldManager"], self.objects.get(key)
        owners = self._owners.setdefault(key, {})
        fields = dict(_leaves(wanted.get("spec", {})))
        known = dict(_leaves(before.get("spec", {}))) if before else {}
        taken = [
            path for path, value in fields.items() if owners.get(path, manager) != manager and known[path] != value
        ]
        if taken and query.get("force") != "true":
            return Reply.refusal(409, f'Apply failed with 1 conflict: conflict with "{owners[taken[0]]}": {taken[0]}')
        owners |= dict.fromkeys(fields, manager)
        made = json.loads(json.dumps(wanted))
        made["metadata"].setdefault("generation", 1)
        if before is not None:
            grown = before.get("spec") != made.get("spec")
            made["metadata"]["generation"] = before["metadata"]["generation"] + grown
            made["status"] = before.get("status", {})
        self.objects[key] = made
        if kind == "pods":
            self._start(made)
        if kind == "deployments":
            made["spec"].setdefault(
                "replicas", before["spec"]["replicas"] if before else self._replicas(namespace, name)
            )
            if before is not None:
                made["metadata"]["generation"] = before["metadata"]["generation"] + (before["spec"] != made["spec"])
        return Reply.of(made, 200 if before else 201)

    def _refusal(self, key: tuple[str, str, str], query: dict[str, str], wanted: Manifest) -> Reply | None:
        kind, namespace, name = key
        if "fieldManager" not in query:
            return Reply.refusal(400, "fieldManager is required for apply patch")
        if wanted["metadata"]["name"] != name or wanted["metadata"].get("namespace", "") != namespace:
            return Reply.refusal(400, "the name of the object does not match the name on the URL")
        space = self.objects.get(("namespaces", "", namespace))
        if kind != "namespaces" and space is None:
            return Reply.refusal(404, f'namespaces "{namespace}" not found')
        before = self.objects.get(key)
        if kind == "pods" and before is not None and before["spec"] != wanted["spec"]:
            return Reply.refusal(422, f'Pod "{name}" is invalid: spec: Forbidden: pod updates may not change fields')
        if kind == "pods" and not _is_restricted(wanted["spec"]):
            return Reply.refusal(403, f'pods "{name}" is forbidden: violates PodSecurity "restricted:latest"')
        return None

    def own(self, key: tuple[str, str, str], path: str, manager: str) -> None:
        """Have another manager own a field, as who edits it by hand does."""
        self._owners[key][path] = manager

    def _delete(self, key: tuple[str, str, str]) -> None:
        del self.objects[key]
        self._owners.pop(key, None)
        kind, namespace, name = key
        for other in list(self.objects):
            owner = self.objects[other]["metadata"].get("ownerReferences", [{}])[0].get("name")
            if other[1] == namespace and kind == "deployments" and owner == name:
                del self.objects[other]
            if kind == "namespaces" and other[1] == name:
                del self.objects[other]

    def _replicas(self, namespace: str, name: str) -> int:
        scaler = self.objects.get(("horizontalpodautoscalers", namespace, name))
        return int(scaler["spec"]["minReplicas"]) if scaler else 1

    def _roll(self, deployment: Manifest) -> None:
        metadata, spec = deployment["metadata"], deployment["spec"]
        namespace, template = metadata["namespace"], spec["template"]
        spec["replicas"] = max(spec["replicas"], self._replicas(namespace, metadata["name"]))
        mine = [one for one in self.find("pods", namespace) if _owner(one) == metadata["name"]]
        new = [one for one in mine if one["template"] == template]
        old = [one for one in mine if one["template"] != template]
        if len(new) < spec["replicas"] and not any(not _ready(one) for one in new):
            new.append(self._pod(deployment))
        while old and sum(map(_ready, new)) + sum(map(_ready, old)) > spec["replicas"]:
            gone = old.pop()
            del self.objects["pods", namespace, gone["metadata"]["name"]]
        if not any(map(_ready, old)) and sum(map(_ready, new)) >= spec["replicas"]:
            old.clear()
        deployment["status"] = {
            "observedGeneration": metadata["generation"],
            "replicas": len(new) + len(old),
            "updatedReplicas": len(new),
            "availableReplicas": sum(map(_ready, new + old)),
        }

    def _pod(self, deployment: Manifest) -> Manifest:
        metadata, template = deployment["metadata"], deployment["spec"]["template"]
        name = f"{metadata['name']}-{next(self._numbers)}"
        owned = {"kind": "ReplicaSet", "name": metadata["name"]}
        pod: Manifest = {
            "metadata": {
                "name": name,
                "namespace": metadata["namespace"],
                "labels": template["metadata"]["labels"],
                "ownerReferences": [owned],
            },
            "spec": template["spec"],
            "template": template,
        }
        assert deployment["spec"]["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
        assert _is_restricted(template["spec"])
        self.objects["pods", metadata["namespace"], name] = pod
        self._start(pod)
        return pod

    def _start(self, pod: Manifest) -> None:
        container = self._container(pod)
        state: dict[str, Any] = {"running": {}}
        if isinstance(container, MissingImage):
            state = {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image: not found"}}
        if isinstance(container, Crashing):
            state = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off restarting failed container"}}
        last = {"terminated": {"exitCode": 3}} if isinstance(container, Crashing) else {}
        ready = "False" if isinstance(container, Exception) else "True"
        pod["status"] = {
            "conditions": [{"type": "Ready", "status": ready}],
            "containerStatuses": [{"name": "service", "state": state, "lastState": last}],
        }

    def _container(self, pod: Manifest) -> Container | Exception:
        (container,) = pod["spec"]["containers"]
        return self.containers.get(container["image"].rpartition(":")[2][:1], MissingImage())


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}")
    else:
        yield path, value


def _ready(pod: Manifest) -> bool:
    return any(one == {"type": "Ready", "status": "True"} for one in pod["status"]["conditions"])


def _selected(service: Manifest, pod: Manifest) -> bool:
    return bool(service["spec"]["selector"].items() <= pod["metadata"]["labels"].items())


def _owner(pod: Manifest) -> str | None:
    owner: str | None = pod["metadata"].get("ownerReferences", [{}])[0].get("name")
    return owner


def _is_restricted(spec: Manifest) -> bool:
    pod, (container,) = spec["securityContext"], spec["containers"]
    own = container["securityContext"]
    return bool(
        pod["runAsNonRoot"]
        and pod["seccompProfile"]["type"] == "RuntimeDefault"
        and not own["allowPrivilegeEscalation"]
        and own["capabilities"]["drop"] == ["ALL"]
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, api: ApiServer) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.server.api.handle(self.command, self.path, body)
        if reply is None:
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - the names that the base class calls

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def api_server() -> Iterator[ApiServer]:
    """Run a cluster on a free port of this machine."""
    api = ApiServer()
    server = _Server(api)
    api.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def kubeconfig(url: str) -> str:
    """Return a kubeconfig file for a server without credentials."""
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "clusters": [{"name": "here", "cluster": {"server": url}}],
            "users": [{"name": "me", "user": {}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
        }
    )
