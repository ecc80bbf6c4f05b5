"""A folder in which the commands of a document run: what a reader has at hand is there, and it is small.

A command runs as it is typed, but for keys that make it small: a model with random weights, a dozen records,
two steps, eight tokens an answer. What a document calls by a name of its own (`RUN`, `mine`, a server on
port 8000) is there in the form of a trained run, shortcuts and a server on loopback.
"""

from __future__ import annotations

import io
import json
import plistlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from tests.bench.stages import fake_annotator
from tests.commands.conftest import QUICK
from tests.llm.fault_server import FaultServer
from tests.shortcuts.aea import Signed, archive
from tests.shortcuts.build import act, plist
from tests.shortcuts.test_importers import ACTIONS, INTENTS
from wfllm.cli import main
from wfllm.config.schema import TinyModel
from wfllm.models.base import base_files

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / "wfllm" / "bench" / "starter" / "train"
RUN = "outputs/train/starter/2026-01-31_1a2b3c4d"
EVALUATION = "outputs/evaluate/starter/2026-01-31_5e6f7a8b"
STANDS_FOR_RUN = re.compile(r"=outputs/train/\w+/RUN$|=RUN$")
SERVER = "http://localhost:8000/v1"
PLAIN = {"show=diff", "dry_run=true"}
MODEL, RECORDS = "model=tiny", "data.max_records=12"
QUICKLY = [o for o in QUICK if not o.startswith(("experiment", "trainer.max_steps", "evaluation"))]
TRAIN = [
    *QUICKLY,
    "trainer.max_steps=2",
    "trainer.samples=0",
    "evaluation.before=false",
    "evaluation.after=false",
]
EVALUATE = ["limit=2", "decoding.max_new_tokens=8", "decoding.batch_size=1", "logger=none"]
ASK = ["key_variable=null", "first_wait=0.01", "retries=1"]
FEWER = {"expand.count": "2", "sweep.trials": "2", "limit": "2"}
"""Values that are made smaller where a document names them."""


def small(words: list[str], server: str) -> list[str]:
    """The words after `wfllm`, with what makes the command small and puts it on this machine."""
    words = [STANDS_FOR_RUN.sub(f"={RUN}", w).replace(SERVER, server) for w in words]
    words = [w.replace("[EVALUATION]", f"[{EVALUATION}]") for w in words]
    words = [f"{key}={FEWER[key]}" if (key := w.split("=")[0]) in FEWER else w for w in words]
    command, given = words[0], {w.split("=")[0] for w in words}
    more: list[str] = []
    if command == "train":
        paper = any(w.startswith("experiment=paper") for w in words)
        more = [] if paper else [MODEL, RECORDS]
        more += [] if PLAIN & set(words) or "preview" in given else TRAIN
    elif command == "evaluate":
        more = [*EVALUATE, *([] if "checkpoint" in given else [RECORDS])]
        more += [] if given & {"checkpoint", "model"} else [MODEL]
        more += ["target=code_only"] if "model=api" not in words and "checkpoint" not in given else []
    elif command == "teval":
        more = ["decoding.max_new_tokens=8", "logger=none"]
    elif command == "generate":
        more = ["decoding.max_new_tokens=8"]
    if command in ("ask", "build") or "model=api" in words:
        asked = "thoughts=llm" in words or command != "build"
        more += [f"llm.{o}" for o in [f"base_url={server}", *ASK]] if asked else []
    if "judge=openai" in words:
        more += [f"judge.llm.{o}" for o in ASK]
    if any(key.startswith("logger.") for key in given):
        given.add("logger")
    return [*words, *(o for o in more if o.split("=")[0] not in given)]


def prepare(folder: Path, made: Path) -> None:
    """Put into `folder` what readers have at hand: files of their own, and what `made` holds."""
    python = folder / "workflows"
    for name in ("weather", "music", "travel", "news", "games", "books"):
        shutil.copytree(STARTER / name, python / name)
    (folder / "outputs" / "python").mkdir(parents=True)
    shutil.copy(STARTER / "weather" / "what_to_wear.py", folder / "outputs" / "python" / "greeting.py")
    with quiet():
        assert main(["compile", f"input={python}", f"output={folder / 'mine'}"]) == 0
    for name in ("my-shortcuts", "my_shortcuts"):
        shutil.copytree(folder / "mine", folder / name)
    shutil.copy(next((folder / "mine").rglob("*.shortcut")), folder / "my.shortcut")
    content = plistlib.dumps(plist(act("alert", WFAlertActionMessage="Hello")))
    (folder / "signed.shortcut").write_bytes(Signed(archive(content)).write())
    (folder / "WFActions.plist").write_bytes(plistlib.dumps(ACTIONS))
    (folder / "apps").mkdir()
    (folder / "apps" / "com.example.coffee.intentdefinition").write_bytes(plistlib.dumps(INTENTS))
    for name, place in {"train": RUN, "evaluate": EVALUATION, "model": "my-model"}.items():
        shutil.copytree(made / name, folder / place)


def write_model(folder: Path) -> None:
    """A folder as `save_pretrained` writes it: a model with random weights and its tokenizer."""
    texts = [p.read_text(encoding="utf-8") for p in STARTER.rglob("*.py")]
    base_files(TinyModel(name="tiny"), folder, texts, seed=0)


def say(messages: list[dict[str, str]]) -> str:
    """What a capable model answers: a verdict, a part of a build, a workflow, or a word."""
    asked = "\n".join(m["content"] for m in messages)
    case = re.search(r"<workflow (\w+)>", asked)
    if case:
        return json.dumps({"case": case[1], "reason": "As asked.", "passes": True})
    if messages[-1]["content"] == "Say hello.":
        return "Hello."
    return fake_annotator.say(messages)


@contextmanager
def serving() -> Iterator[str]:
    """Address of a server that answers every prompt of the documents."""
    server = FaultServer()
    server.say = say
    yield server.url
    server.close()


@contextmanager
def quiet() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        yield out, err


def run_wfllm(words: list[str]) -> tuple[int, str]:
    """Run the words after `wfllm`; exit status, and all that was said.

    In this process, so that torch is loaded once for all.
    """
    with quiet() as (out, err):
        status = main(words)
    return status, out.getvalue() + err.getvalue()
