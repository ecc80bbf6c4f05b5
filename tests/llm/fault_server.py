"""A fault-injecting server: a real HTTP server on loopback that misbehaves as each prompt says.

A prompt ends with a plan such as `[500 drop ok]`: what to do the first, second, … time it is asked; the last
holds for every further time. Without a plan it answers. It counts what it received, by prompt.

Where prompts are not a test's own, `plan` and `say` take the whole conversation in place of it, and what is
received is counted by it.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from wfllm.llm.cache import Cache

PLAN = re.compile(r"\[([^\]]*)\]\s*$")


class FaultServer(ThreadingHTTPServer):
    """Serves until closed. `received` and `answered` count by prompt."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, delay: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.delay = delay
        self.plan: Callable[[str], list[str]] | None = None
        self.say: Callable[[list[dict[str, str]]], str] | None = None
        self.received: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.keys: set[str] = set()
        self.times: list[float] = []
        self.at_once, self.most_at_once = 0, 0
        self.lock = threading.Lock()
        self.closing = threading.Event()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def close(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: FaultServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        whole = server.say is not None
        prompt = json.dumps(body["messages"]) if whole else str(body["messages"][-1]["content"])
        with server.lock:
            written = None if whole else PLAN.search(prompt)
            plan = server.plan(prompt) if server.plan else (written or ["", "ok"])[1].split()
            step = plan[min(server.received[prompt], len(plan) - 1)]
            server.received[prompt] += 1
            server.bodies.append(body)
            server.times.append(time.monotonic())
            server.keys.add(self.headers.get("Authorization", ""))
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
        try:
            server.closing.wait(server.delay)
            self.misbehave(step, prompt, body["messages"])
        finally:
            with server.lock:
                server.at_once -= 1

    def misbehave(self, step: str, prompt: str, messages: list[dict[str, str]]) -> None:
        name, _, value = step.partition("=")
        if name == "ok":
            text = self.server.say(messages) if self.server.say else f"answer to {prompt}"
            self.send(200, completion(text))
            with self.server.lock:
                self.server.answered[prompt] += 1
        elif name == "hang":
            self.server.closing.wait(600)
            self.close_connection = True
        elif name == "drop":
            self.reset()
        elif name == "half":
            self.send(200, completion("half"), length_factor=2)
            self.close_connection = True
        elif name == "cut":  # half a body that is whole as HTTP
            self.send(200, completion("half")[:40])
        elif name == "nonsense":
            self.send(200, b"lorem ipsum")
        elif name == "html":
            self.send(200, b"<html><head><title>Gateway</title></head></html>", kind="text/html")
        elif name == "empty":
            self.send(200, b"")
        elif name == "nochoice":
            self.send(200, json.dumps({"id": "x", "choices": []}).encode())
        elif name == "length":
            self.send(200, completion("cut he", finish="length"))
        elif name == "tools":
            calls = [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
            self.send(200, completion(None, finish="tool_calls", tool_calls=calls))
        elif name == "nocount":
            self.send(200, completion("uncounted", usage=None))
        elif name == "say":
            self.send(200, completion(SAYINGS[value]))
        elif name == "429":
            self.send(429, error("slow down"), headers={"Retry-After": value} if value else {})
        elif name == "long":
            self.send(400, error("This model's maximum context length is 4096 tokens."))
        elif name == "quota":
            self.send(429, error("no credit", code="insufficient_quota"))
        elif name == "echo401":
            self.send(401, error(f"Incorrect key {self.headers.get('Authorization', '').split()[-1]}"))
        else:
            self.send(int(name), error(f"told {name}"))

    def send(
        self,
        status: int,
        content: bytes,
        *,
        kind: str = "application/json",
        headers: dict[str, str] | None = None,
        length_factor: int = 1,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length_factor * len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *arguments: Any) -> None:
        """Silent."""


SAYINGS: dict[str, str] = {}
"""Texts for `say=name`."""


def completion(text: str | None, *, finish: str = "stop", usage: Any = 0, **message: Any) -> bytes:
    counts = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15} if usage == 0 else usage
    choice = {
        "index": 0,
        "finish_reason": finish,
        "message": {"role": "assistant", "content": text, **message},
    }
    return json.dumps({"id": "x", "object": "chat.completion", "choices": [choice], "usage": counts}).encode()


def error(message: str, **rest: Any) -> bytes:
    return json.dumps({"error": {"message": message, **rest}}).encode()


def remembered(path: Path) -> set[str]:
    """Conversations whose answers are in a cache, in the words by which a server counts whole ones."""
    if not path.exists():
        return set()
    cache = Cache(path)
    try:
        return {json.dumps(record["request"]["messages"]) for record in cache.records()}
    finally:
        cache.close()
