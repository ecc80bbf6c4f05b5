"""Commands in the documents are commands that work: each is read as a shell reads it and composed.

`tests/docs/test_commands.py` runs them, and those of `console` blocks, of which it also reads the answer.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from wfllm.cli import with_table
from wfllm.config.compose import compose
from wfllm.config.overrides import sweep_points
from wfllm.config.problems import ConfigError
from wfllm.config.reference import reference_markdown
from wfllm.search.check import read_search, searches
from wfllm.usage import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^ *```(?:bash|sh)\b[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
FLAGS = {"-m", "--multirun", "--trace", "--cfg", "job"}


def documents() -> list[Path]:
    found = [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("experiments/**/*.md"),
    ]
    return sorted(p for p in found if p.is_file())


def commands(text: str) -> Iterator[list[str]]:
    """Every simple command of the shell blocks as words; lines joined at `\\`, split at `|`, `&&`, `>`."""
    for block in BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            words: list[str] = []
            lexer = shlex.shlex(line.strip().removeprefix("$ "), posix=True, punctuation_chars=True)
            lexer.whitespace_split = True
            for word in lexer:
                if set(word) <= set("();<>|&"):
                    yield words
                    words = [word] if "<" in word or ">" in word else []
                else:
                    words.append(word)
            yield words


def fault(words: list[str]) -> str | None:
    """What is wrong with one command, or None. Programs other than this project's and make are not judged."""
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):  # WANDB_MODE=offline wfllm …
        words = words[1:]
    if words[:1] == ["<"]:
        return "a placeholder in angle brackets is a redirection to a shell"
    if words[:1] == ["make"]:
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        missing = [w for w in words[1:] if "=" not in w and not w.startswith("-") and w not in targets]
        return f"no target {missing[0]}" if missing else None
    if not words or Path(words[0]).name != "wfllm":
        return None
    arguments = words[1:]
    if not arguments or arguments[0] in ("--help", "-h", "help", "--version"):
        return None
    if arguments[0] not in COMMANDS:
        return f"no command {arguments[0]}"
    if {"-h", "--help"} & set(arguments):
        return None
    overrides = [a for a in arguments[1:] if a not in FLAGS]
    unknown = [a for a in overrides if a.startswith("-")]
    if unknown:
        return f"no flag {unknown[0]}"
    if arguments[0] == "reproduce":
        overrides = with_table(overrides)
    try:
        if searches(arguments[0], overrides):
            read_search(overrides)
        elif {"-m", "--multirun"} & set(arguments):
            for point in sweep_points([o for o in overrides if not o.startswith("hydra")]):
                compose(arguments[0], point)
        else:
            compose(arguments[0], overrides)
    except ConfigError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("wfllm train experiment=starter", None),
        ("$ WANDB_MODE=offline .venv/bin/wfllm train \\\n  optim.lr=1e-4 > log.txt  # quick", None),
        ("wfllm train -m strategy=lora,full | tail -1", None),
        ("wfllm check --help && make test ARGS=x", None),
        ("pip install wfllm && cd elsewhere", None),
        ("wfllm train sweep=optuna 'optim.lr=interval(0.1,0.2)'", None),
        ("wfllm train sweep=optuna 'optim.lrr=interval(0.1,0.2)'", "optim.lr"),
        ("wfllm train optim.lrr=1e-4", "optim.lr"),
        ("wfllm trane", "trane"),
        ("wfllm train --fast", "--fast"),
        ("wfllm train -m strategy=lora,ful", "full"),
        ("cd x; wfllm train model=nothing", "nothing"),
        ("wfllm evaluate checkpoint=<run folder>", "angle"),
        ("make tests", "tests"),
    ],
)
def test_a_command_that_does_not_work_is_seen(command: str, wrong: str | None) -> None:
    faults = [f for words in commands(f"Text.\n\n```bash\n{command}\n```\n") if (f := fault(words))]
    assert (wrong is None and faults == []) or (wrong is not None and wrong in faults[0])


@pytest.mark.parametrize("path", documents(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_command_of_the_document_works(path: Path) -> None:
    faults = [f"{' '.join(w)}: {f}" for w in commands(path.read_text(encoding="utf-8")) if (f := fault(w))]
    assert faults == []


def test_the_readme_has_a_line_for_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `wfllm ([\w-]+)` \|", text, re.MULTILINE)) == set(COMMANDS)


def test_the_reference_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert page == reference_markdown(), "run `make docs`"
