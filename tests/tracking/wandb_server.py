# ruff: noqa: N802 (methods are named as the operations of the client)
"""A W&B server on the loopback that stands in for the real one: runs, files, artifacts, lineage, sweeps.

It speaks as much of the protocol as the real client asks for, and keeps what arrives, so that tests can hold
it against what was logged. History lines are put at the offset that the client names, as the real server
does, so that a client that overwrites lines is seen to lose them. Two artifacts of one collection with one
digest are one version.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "0" * 40
OPERATION = re.compile(r"(?:query|mutation)\s+(\w+)")


@dataclass
class ServerRun:
    """One run as it arrived."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, dict[int, str]] = field(default_factory=dict)
    """Stream file → line number → line."""
    files: dict[str, bytes] = field(default_factory=dict)
    exit: int | None = None

    @property
    def config(self) -> dict[str, Any]:
        return {
            k: v["value"] for k, v in json.loads(self.values.get("config") or "{}").items() if k != "_wandb"
        }

    @property
    def axes(self) -> dict[str, dict[str, Any]]:
        """Metric → what `define_metric` said of it, by the numbers the client sends."""
        told = json.loads(self.values.get("config") or "{}").get("_wandb", {}).get("value", {}).get("m", [])
        return {str(m.get("1") or m.get("2")): m for m in told}

    @property
    def history(self) -> list[dict[str, Any]]:
        lines = self.lines.get("wandb-history.jsonl", {})
        return [json.loads(lines[number]) for number in sorted(lines)]

    @property
    def summary(self) -> dict[str, Any]:
        lines = self.lines.get("wandb-summary.json", {})
        streamed = json.loads(lines[max(lines)]) if lines else {}
        return {**json.loads(self.values.get("summaryMetrics") or "{}"), **streamed}


@dataclass
class ServerArtifact:
    """One version of an artifact."""

    id: str
    kind: str
    collection: str
    digest: str
    metadata: dict[str, Any]
    aliases: list[str]
    made_by: list[str] = field(default_factory=list)
    used_by: list[str] = field(default_factory=list)
    manifest: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    committed: bool = False


class Server:
    """What arrived, and the answers."""

    def __init__(self) -> None:
        self.runs: dict[str, ServerRun] = {}
        self.artifacts: list[ServerArtifact] = []
        self.sweeps: list[str] = []
        self.unknown: list[str] = []
        self.refuse = False
        """Answer everything as a server that knows no such key."""
        self.commands: list[dict[str, Any]] = []
        """What the next heartbeats of `wandb agent` are told to run."""
        self.url = ""
        self._clients: dict[str, ServerArtifact] = {}
        self._lock = threading.Lock()

    def artifact(self, collection: str) -> ServerArtifact:
        """The only version of a collection."""
        (found,) = [a for a in self.artifacts if a.collection == collection]
        return found

    def answer(self, operation: str, query: str, values: dict[str, Any]) -> Any:
        with self._lock:
            method = getattr(self, f"_{operation}", None)
            if method is None:
                self.unknown.append(f"{operation}: {query[:300]}")
                return None
            return method(values)

    def _OrganizationCoreWeaveOrganizationID(self, _: dict[str, Any]) -> Any:
        return {"entity": None}

    def _Viewer(self, _: dict[str, Any]) -> Any:
        return {"viewer": {"id": "U", "entity": "me", "username": "me", "email": "", "flags": "{}",
                           "teams": {"edges": []}, "admin": False, "apiKeys": {"edges": []}}}  # fmt: skip

    def _ServerFeaturesQuery(self, _: dict[str, Any]) -> Any:
        return {"serverInfo": {"features": []}}

    def _RunResumeStatus(self, values: dict[str, Any]) -> Any:
        run = self.runs.get(values["name"])
        if run is None:
            return {"model": None}
        counts = {k: len(run.lines.get(f, {})) for k, f in _STREAMS.items()}
        bucket = {
            "id": run.name, "name": run.name, "displayName": run.values.get("displayName"),
            "summaryMetrics": json.dumps(run.summary), "config": run.values.get("config") or "{}",
            "tags": run.values.get("tags"), "notes": None, "wandbConfig": json.dumps({"t": 1}),
            "historyTail": json.dumps([json.dumps(row) for row in run.history[-1:]]), "eventsTail": "[]",
            **counts,
        }  # fmt: skip
        return {"model": {"id": "P", "name": values["project"], "entity": _ME, "bucket": bucket}}

    def _UpsertBucket(self, values: dict[str, Any]) -> Any:
        name = values.get("name") or values["id"]
        new = name not in self.runs
        run = self.runs.setdefault(name, ServerRun(name))
        run.values |= {k: v for k, v in values.items() if v is not None}
        bucket = {
            "id": name, "name": name, "displayName": run.values.get("displayName"), "description": None,
            "config": run.values.get("config"), "sweepName": run.values.get("sweep"), "historyLineCount": 0,
            "project": {"id": "P", "name": run.values.get("project") or "p", "entity": _ME},
        }  # fmt: skip
        return {"upsertBucket": {"bucket": bucket, "inserted": new}}

    def _RunStoppedStatus(self, _: dict[str, Any]) -> Any:
        return {"project": {"run": {"stopped": False}}}

    def _CreateRunFiles(self, values: dict[str, Any]) -> Any:
        files = [{"name": n, "uploadUrl": f"{self.url}/run/{values['run']}/{n}"} for n in values["files"]]
        return {"createRunFiles": {"runID": values["run"], "uploadHeaders": [], "files": files}}

    def _MarkRunFilesUploaded(self, _: dict[str, Any]) -> Any:
        return {"markRunFilesUploaded": {"success": True}}

    # ── artifacts

    def _ArtifactType(self, _: dict[str, Any]) -> Any:
        return {"project": None}

    def _FetchArtifactDigestAlgorithm(self, _: dict[str, Any]) -> Any:
        return {"project": None}

    def _XXHashDigestsEnabled(self, _: dict[str, Any]) -> Any:
        return {"entity": {"xxhashDigestsEnabled": False}}

    def _CreateArtifact(self, values: dict[str, Any]) -> Any:
        asked = values.get("input") or values
        collection = (asked.get("artifactCollectionNames") or [asked.get("artifactCollectionName")])[0]
        known = [a for a in self.artifacts if (a.collection, a.digest) == (collection, asked["digest"])]
        if known:
            artifact = known[0]
        else:
            told = asked.get("metadata")
            artifact = ServerArtifact(f"A{len(self.artifacts)}", asked["artifactTypeName"], collection,
                                      asked["digest"], json.loads(told) if told else {}, [])  # fmt: skip
            self.artifacts.append(artifact)
        artifact.aliases += [
            a["alias"] for a in asked.get("aliases") or [] if a["alias"] not in artifact.aliases
        ]
        if asked.get("runName"):
            artifact.made_by.append(asked["runName"])
        self._clients[str(asked.get("clientID"))] = artifact
        state = "COMMITTED" if artifact.committed else "PENDING"
        return {"createArtifact": {"artifact": {"id": artifact.id, "state": state,
                                                "artifactSequence": {"latestArtifact": None}}}}  # fmt: skip

    def _CreateArtifactManifest(self, values: dict[str, Any]) -> Any:
        return {"createArtifactManifest": {"artifactManifest": self._manifest(values["artifactID"], values)}}

    def _UpdateArtifactManifest(self, values: dict[str, Any]) -> Any:
        return {
            "updateArtifactManifest": {
                "artifactManifest": self._manifest(values["artifactManifestID"], values)
            }
        }

    def _manifest(self, name: str, values: dict[str, Any]) -> Any:
        asked = (
            {"uploadUrl": f"{self.url}/manifest/{name}", "uploadHeaders": []}
            if values["includeUpload"]
            else {}
        )
        return {"id": name, "file": {"id": name, **asked}}

    def _CreateArtifactFiles(self, values: dict[str, Any]) -> Any:
        edges = [
            {"node": {"id": "F", "name": f["name"], "displayName": f["name"],
                      "storagePath": f"artifact/{f['artifactID']}/{f['name']}",
                      "uploadUrl": f"{self.url}/artifact/{f['artifactID']}/{f['name']}", "uploadHeaders": [],
                      "uploadMultipartUrls": None, "artifact": {"id": f["artifactID"]}}}
            for f in values["input"]["artifactFiles"]
        ]  # fmt: skip
        return {"createArtifactFiles": {"files": {"edges": edges}}}

    def _CommitArtifact(self, values: dict[str, Any]) -> Any:
        artifact = self._by_id(values["artifactID"])
        artifact.committed = True
        return {"commitArtifact": {"artifact": {"id": artifact.id, "digest": artifact.digest}}}

    def _UseArtifact(self, values: dict[str, Any]) -> Any:
        asked = values["input"]
        self._by_id(asked["artifactID"]).used_by.append(asked["runName"])
        return {"useArtifact": {"artifact": {"id": asked["artifactID"]}}}

    def _ClientIDMapping(self, values: dict[str, Any]) -> Any:
        found = self._clients.get(values["clientID"])
        return {"clientIDMapping": {"serverID": found.id} if found else None}

    def _by_id(self, name: str) -> ServerArtifact:
        (found,) = [a for a in self.artifacts if a.id == name]
        return found

    # ── sweeps

    def _UpsertSweep(self, values: dict[str, Any]) -> Any:
        self.sweeps.append(values["config"])
        project = {"id": "P", "name": values.get("projectName") or "p", "entity": _ME}
        return {
            "upsertSweep": {"sweep": {"name": "sweep1", "project": project}, "configValidationWarnings": []}
        }

    def _SweepWithRuns(self, _: dict[str, Any]) -> Any:
        return {"project": {"sweep": {"id": "S1", "name": "sweep1", "method": "random", "state": "RUNNING",
                                      "config": self.sweeps[-1], "runs": {"edges": []}}}}  # fmt: skip

    def _CreateAgent(self, _: dict[str, Any]) -> Any:
        return {"createAgent": {"agent": {"id": "agent1"}}}

    def _Heartbeat(self, _: dict[str, Any]) -> Any:
        now = [self.commands.pop(0)] if self.commands else []
        return {"agentHeartbeat": {"agent": {"id": "agent1"}, "commands": json.dumps(now)}}

    # ── plain HTTP

    def stream(self, name: str, told: dict[str, Any]) -> None:
        with self._lock:
            run = self.runs.setdefault(name, ServerRun(name))
            for file, chunk in (told.get("files") or {}).items():
                lines = run.lines.setdefault(file, {})
                for number, line in enumerate(chunk["content"], start=chunk["offset"]):
                    lines[number] = line
            if told.get("complete"):
                run.exit = told.get("exitcode")

    def put(self, path: str, content: bytes) -> None:
        kind, owner, name = (
            path.lstrip("/").split("/", 2) if path.count("/") > 2 else (*path.strip("/").split("/"), "")
        )
        with self._lock:
            if kind == "run":
                self.runs[owner].files[name] = content
            elif kind == "artifact":
                self._by_id(owner).files[name] = content
            elif kind == "manifest":
                self._by_id(owner).manifest = json.loads(content)


_ME = {"id": "E", "name": "me"}
_STREAMS = {
    "historyLineCount": "wandb-history.jsonl",
    "eventsLineCount": "wandb-events.jsonl",
    "logLineCount": "output.log",
}


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _body(self) -> bytes:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            return gzip.decompress(content) if self.headers.get("Content-Encoding") == "gzip" else content

        def _send(self, told: Any, status: int = 200) -> None:
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            content = self._body()
            if server.refuse:
                self._send({"errors": [{"message": "permission denied"}]}, 401)
            elif self.path.startswith("/graphql"):
                asked = json.loads(content)
                match = OPERATION.search(asked["query"])
                name = asked.get("operationName") or (match[1] if match else "?")
                told = server.answer(name, asked["query"], asked.get("variables") or {})
                self._send(
                    {"data": told}
                    if told is not None
                    else {"data": None, "errors": [{"message": f"no {name}"}]}
                )
            else:
                if self.path.endswith("/file_stream"):
                    server.stream(self.path.split("/")[-2], json.loads(content))
                self._send({})

        def do_PUT(self) -> None:
            server.put(self.path, self._body())
            self._send({})

        def do_GET(self) -> None:
            self._send({})

    return Handler


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is killed hangs up; that is no fault."""


@contextmanager
def wandb_server() -> Iterator[Server]:
    """A server on a free port, gone afterwards."""
    server = Server()
    http = _Quiet(("127.0.0.1", 0), _handler(server))
    server.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def environment(server: Server, home: str) -> dict[str, str]:
    """The environment of a client of that server, with settings of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("WANDB_") and "proxy" not in k.lower()}
    return {**kept, "WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY, "HOME": home,
            "WANDB_ERROR_REPORTING": "false",
            "WANDB_SILENT": "true", "NO_PROXY": "127.0.0.1"}  # fmt: skip
