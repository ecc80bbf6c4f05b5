"""Runs of a W&B project as rows: W&B's own client against a server of ours that answers as theirs does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from wfllm.errors import WfllmError
from wfllm.tracking.wandb_rows import row_of, wandb_rows

CONFIG = {
    "seed": 1,
    "optim": {"name": "adamw", "lr": 0.001},
    "output": "outputs",
    "commit": "abc",
    "data_fingerprint": "records",
}
SUMMARY = {
    "train/loss": 0.5,
    "val/loss": "NaN",
    "train/tokens_per_s": 120,
    "after-id/codebleu": 0.31,
    "after-id/samples": 14,
    "after-id/unheard_of": 1.0,
    "plan_json/teval_f1": 0.7,
    "predictions/after-id": {"_type": "table-file"},
    "_runtime": 60,
    "parses": 1.0,
}


def run(**changes: Any) -> Any:
    """What W&B's client gives of one run."""
    told = {
        "path": ["me", "p", "a1b2c3d4"],
        "name": "2026-01-01_aaaaaaaa",
        "state": "finished",
        "config": CONFIG,
        "summary": SUMMARY,
        "group": "tiny",
        "job_type": "train",
        "tags": ["x"],
    }
    return SimpleNamespace(**{**told, **changes})


def test_a_run_is_a_row_with_our_names() -> None:
    row = row_of(run())
    assert row.command == "train"
    assert row.name == "tiny/2026-01-01_aaaaaaaa"
    assert str(row.path) == "wandb:me/p/a1b2c3d4"
    assert row.config == {"seed": 1, "optim.name": "adamw", "optim.lr": 0.001}
    assert row.results == {
        "train/loss": 0.5,
        "tokens/s": 120,
        "after-id/codebleu": 0.31,
        "scores-plan_json/teval_f1": 0.7,
    }
    assert (row.status, row.groups, row.tags) == ("finished", ("tiny",), ("x",))
    assert (row.data, row.code) == ("records", "abc")


def test_runs_of_another_kind_cost_nothing_but_what_they_lack() -> None:
    row = row_of(
        run(config="[1", summary=None, group=None, job_type=None, tags=None, state="crashed", name=3)
    )
    assert (row.command, row.name, row.status) == ("?", "", "failed")
    assert (row.config, row.results, row.groups, row.tags) == ({}, {}, (), ())


@pytest.mark.parametrize(
    "name", ["wandb:", "wandb:p", "wandb:a/b/c", "wandb:a/b?x=1", "wandb:../b", "wandb:a b/c"]
)
def test_what_is_no_project_is_told_before_anybody_is_asked(name: str) -> None:
    with pytest.raises(WfllmError, match="is no project of W&B"):
        wandb_rows(name)


class Server(BaseHTTPRequestHandler):
    """As much of W&B's GraphQL as its client asks for to list runs: three of them, in two pages."""

    asked: list[dict[str, Any]]

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_POST(self) -> None:
        try:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        except ValueError:  # what else the client sends, of itself
            self.send_error(404)
            return
        body = json.dumps({"data": self._answer(question["query"], question.get("variables") or {})}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        if "runs(" not in query:
            viewer = {"id": "U", "entity": "me", "username": "me", "flags": "{}", "teams": {"edges": []}}
            return {"viewer": viewer, "serverInfo": {"features": []}}
        type(self).asked.append(variables)
        if variables["project"] != "p":
            return {"project": None}
        first = not variables.get("cursor")
        numbers = [0, 1] if first else [2]
        edges = [{"node": self._node(number), "cursor": str(number)} for number in numbers]
        page = {"endCursor": str(numbers[-1]), "hasNextPage": first}
        runs = {"edges": edges, "pageInfo": page}
        return {"project": {"internalId": "P", "runCount": 3, "readOnly": False, "runs": runs}}

    def _node(self, number: int) -> dict[str, Any]:
        config = {**CONFIG, "seed": number}
        return {
            "id": f"R{number}",
            "projectId": "1",
            "tags": ["x"],
            "name": f"run{number}",
            "displayName": f"2026-01-01_{number:08d}",
            "sweepName": None,
            "state": "running" if number == 2 else "finished",
            "config": json.dumps({key: {"value": value} for key, value in config.items()}),
            "group": "tiny",
            "jobType": "train",
            "commit": None,
            "readOnly": False,
            "createdAt": f"2026-01-01T00:00:0{number}Z",
            "heartbeatAt": "2026-01-01T00:01:00Z",
            "description": None,
            "notes": None,
            "systemMetrics": "{}",
            "summaryMetrics": json.dumps(SUMMARY),
            "historyLineCount": 0,
            "user": {"name": "me", "username": "me"},
            "historyKeys": None,
        }


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Server]]:
    Server.asked = []
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    monkeypatch.setenv("WANDB_BASE_URL", f"http://127.0.0.1:{listening.server_port}")
    monkeypatch.setenv("WANDB_API_KEY", "0" * 40)
    monkeypatch.setenv("WANDB_SILENT", "true")
    yield Server
    listening.shutdown()
    listening.server_close()


@pytest.mark.slow
def test_the_real_client_lists_every_page(server: type[Server]) -> None:
    rows = wandb_rows("wandb:me/p")
    assert [row.config["seed"] for row in rows] == [0, 1, 2]
    assert [row.status for row in rows] == ["finished", "finished", "interrupted or running"]
    assert rows[0].results["after-id/codebleu"] == 0.31
    assert rows[2].config["optim.lr"] == 0.001
    assert len(server.asked) == 2
    with pytest.raises(WfllmError, match=r"wandb:me/q.*wandb login"):
        wandb_rows("wandb:me/q")
