"""T-Eval's planning questions, from its files or the hub."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from wfllm.errors import WfllmError

HUB_ID = "lovesnowbest/T-Eval"
FILES = {"json": "plan_json_v2.json", "str": "plan_str_v2.json"}
"""Form of the answers → file, under `data/` on the hub."""
MAX_BYTES = 200_000_000
"""Size of a file; the published ones have less than 3 MB."""


@dataclass(frozen=True)
class Question:
    """One planning question of T-Eval."""

    id: str
    messages: list[dict[str, str]]
    """Chat turns, `role` and `content`, as the model is to read them."""
    truth: object
    """The true plan, a text or a JSON value; `read_json_plan` reads it."""
    prompt_type: str = "json"
    apis: list[str] | None = None
    """Names a plan in words may call (`meta.API_list`)."""


@dataclass(frozen=True)
class Questions:
    """The questions of a file that can be asked, and what is wrong with the others, a line each."""

    items: list[Question]
    faults: list[WfllmError]


def load_questions(source: str, form: Literal["json", "str"] = "json") -> Questions:
    """The planning questions of T-Eval (arXiv 2312.14033, PLAN).

    Args:
        source: a file, a folder that holds `plan_<form>_v2.json` (also under `data/`), or an id of the hub;
            only that goes to the network.
        form: how the answers are to be written.

    Raises:
        WfllmError: nothing is there, it cannot be reached, or holds no question.
    """
    path = _find(source, FILES[form])
    try:
        if path.stat().st_size > MAX_BYTES:
            raise WfllmError(f"more than {MAX_BYTES:,} bytes", where=path, mend=_MEND)
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:  # also what is not UTF-8
        raise WfllmError(f"not JSON ({error.__class__.__name__})", where=path, mend=_MEND) from error
    except OSError as error:
        raise WfllmError(f"cannot be read ({error.strerror})", where=path, mend=_MEND) from error
    if not isinstance(content, dict):
        raise WfllmError(f"a {type(content).__name__}, not questions by id", where=path, mend=_MEND)
    items, faults = [], []
    for key, value in content.items():
        try:
            items.append(_question(key, value))
        except WfllmError as fault:
            faults.append(WfllmError(fault.cause, where=f"{path}: question {key[:80]}", mend=_MEND))
    if not items:
        raise faults[0] if faults else WfllmError("no question", where=path, mend=_MEND)
    return Questions(items, faults)


_MEND = f"Take the files of {HUB_ID}."


def _question(key: str, value: object) -> Question:
    if not isinstance(value, dict) or "ground_truth" not in value:
        raise WfllmError("no object with origin_prompt, ground_truth and meta")
    meta = value.get("meta", {})
    if not isinstance(meta, dict):
        raise WfllmError("its meta is no object")
    prompt_type, apis = meta.get("prompt_type", "json"), meta.get("API_list")
    if prompt_type not in list(FILES):
        raise WfllmError(f"its prompt_type is {str(prompt_type)[:80]}, not json or str")
    named = isinstance(apis, list) and all(isinstance(api, str) for api in apis)
    if prompt_type == "str" and not named:
        raise WfllmError("its meta.API_list is no list of names")
    messages = _messages(value.get("origin_prompt"))
    return Question(key, messages, value["ground_truth"], prompt_type, apis if named else None)


def _messages(prompt: object) -> list[dict[str, str]]:
    turns = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
    if not isinstance(turns, list) or not turns:
        raise WfllmError("its origin_prompt holds no turns")
    messages = []
    for turn in turns:
        role = turn.get("role") if isinstance(turn, dict) else None
        content = turn.get("content") if isinstance(turn, dict) else None
        if not isinstance(role, str) or not isinstance(content, str):
            raise WfllmError("a turn of its origin_prompt lacks role or content")
        messages.append({"role": role, "content": content})
    return messages


def fingerprint(questions: Sequence[Question]) -> str:
    """Hash of the questions as they are asked, in order."""
    text = json.dumps([asdict(q) for q in questions], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _find(source: str, name: str) -> Path:
    path = Path(source)
    if path.is_file():
        return path
    if path.is_dir():
        for found in (path / name, path / "data" / name):
            if found.is_file():
                return found
        raise WfllmError(f"holds no {name}", where=path, mend=_MEND)
    if source.count("/") != 1 or source.startswith((".", "/", "~")) or path.suffix == ".json":
        raise WfllmError("no such file", where=source, mend=f"Give a file, a folder or {HUB_ID}.")
    from huggingface_hub import hf_hub_download  # only here: it takes a while to import

    try:
        return Path(hf_hub_download(source, f"data/{name}", repo_type="dataset"))
    except (OSError, ValueError) as error:
        raise WfllmError(
            f"data/{name} cannot be fetched from the hub ({error.__class__.__name__})",
            where=source,
            mend="Check id and network, or give the file.",
        ) from error
