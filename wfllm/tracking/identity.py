"""What determines a result, as a short hash: config, data, code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from wfllm.bench.record import Record
from wfllm.config.plugins import modules_in_use
from wfllm.config.schema import HOW_ASKED
from wfllm.shortcuts.api import Api

NOT_IN_RESULT = ("output", "dry_run", "preview", "show", "logger", "sweep")
"""Keys that change where things are written or shown, not what comes out."""

NOT_IN_ANSWERS = ("metrics", "judge", "shard")
"""Groups of an evaluation that change what is said of the answers, and not the answers."""

NOT_IN_TRAINING = (
    "name",
    "parallel",
    "devices",
    "nodes",
    "zero_stage",
    "hardware",
    "utilisation",
    "plan_records",
)
"""Keys of `trainer` that change which devices do the work, or what a plan counts with."""


def run_id(command: str, plain: dict[str, Any], data: str) -> str:
    """Eight hex digits: the same command, config, data and code give the same id."""
    kept = {k: v for k, v in plain.items() if k not in NOT_IN_RESULT}
    if isinstance(kept.get("trainer"), dict):
        kept["trainer"] = same_training(kept["trainer"])
    for group in ("llm", "judge"):
        if isinstance(kept.get(group), dict):
            kept[group] = same_answers(kept[group])
    text = json.dumps([command, kept, data, code_fingerprint(kept)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def answers_id(plain: dict[str, Any], data: str) -> str:
    """The same for what an evaluation generates, however that is scored."""
    return run_id("answers", {k: v for k, v in plain.items() if k not in NOT_IN_ANSWERS}, data)


def same_answers(asked: dict[str, Any]) -> dict[str, Any]:
    """The keys of `llm` or `judge` without those that say how fast and for how much a model is asked.

    So a run that stopped for a spent budget goes on with a larger one.
    """
    if isinstance(asked.get("llm"), dict):
        return {**asked, "llm": same_answers(asked["llm"])}
    return {k: v for k, v in asked.items() if k not in HOW_ASKED}


def same_training(trainer: dict[str, Any]) -> dict[str, Any]:
    """The trainer's keys without those that share the same work out over other devices.

    Twice the devices with half of `accumulate` make the same optimiser steps, and go on from each other's
    checkpoints; only DeepSpeed's are its own.
    """
    kept = {k: v for k, v in trainer.items() if k not in NOT_IN_TRAINING}
    devices = trainer.get("devices", 1) * trainer.get("nodes", 1)
    own = {"parallel": "deepspeed"} if trainer.get("parallel") == "deepspeed" else {}
    return {**kept, **own, "accumulate": trainer.get("accumulate", 1) * devices}


def code_fingerprint(plain: Mapping[str, Any] | None = None) -> str:
    """Hash of the package's own source, and of the plug-ins' modules that a plain config uses.

    A plug-in that merely lies there changes nothing.

    Raises:
        WfllmError: a plug-in that is used cannot be imported.
    """
    used = modules_in_use(plain or {})
    own = _package_fingerprint()
    return hashlib.sha256(json.dumps([own, used]).encode()).hexdigest() if used else own


@cache
def _package_fingerprint() -> str:
    """Works in a checkout and in an installed wheel alike."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def data_fingerprint(records: Iterable[Record], apis: Iterable[Api] = ()) -> str:
    """Hash of the records as they are used, in order, and of the API documentation beside them."""
    digest = hashlib.sha256()
    for api in sorted(apis, key=lambda a: a.identifier):
        digest.update(repr(api).encode())
    for record in records:
        digest.update(json.dumps(record.as_json(), sort_keys=True).encode())
    return digest.hexdigest()
