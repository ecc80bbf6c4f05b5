"""Every command in the documents is run, or composed where it cannot run here, and says why it is not.

`tests/test_readme.py` composes all of them. Here those run that are not marked otherwise, each page in its
order.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import webbrowser
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.conftest import QUICK, the_run
from tests.docs.blocks import BLOCK, COMPOSED, ELSEWHERE, ROOT, Block, Command, blocks, pages
from tests.docs.workshop import EVALUATE, STARTER, prepare, quiet, run_wfllm, serving, small, write_model
from wfllm.cli import main

READ = {"head", "cat"}
"""Programs that look at what a command before them left: run as they stand."""
NEVER_RUN = {"make", "python"}
"""Ours, and too long to be run by a test. What is not ours (`pip`, `export`) is passed over."""
MAY_FAIL = {"generate", "check"}
"""A model with random weights writes no code: status 1, and a line that says so."""


def all_blocks() -> list[Block]:
    return [block for page in pages() for block in blocks(page)]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def with_commands_to_run() -> list[Path]:
    return [page for page in pages() if any(block.here for block in blocks(page))]


# ---------------------------------------------------------------- what becomes of each block


def fault(block: Block) -> str | None:
    """Why nobody could tell what becomes of this block, or None."""
    if block.mark.startswith(COMPOSED):
        return None if len(block.mark) > len(COMPOSED) + 10 else "give the reason"
    if block.mark.startswith(ELSEWHERE):
        test = ROOT / block.mark.removeprefix(ELSEWHERE)
        if not test.is_file():
            return f"no file {test.name}"
        told = block.page.name in test.read_text(encoding="utf-8")
        return None if told else f"{test.name} does not name {block.page.name}"
    if block.mark:
        return f"begin with {COMPOSED!r} or {ELSEWHERE!r}"
    strange = [p for command in block.commands() if (p := program(command.words)) in NEVER_RUN]
    return f"nobody runs {strange[0]}: mark the block" if strange else None


def program(words: list[str]) -> str:
    """What a command starts: `VARIABLE=value .venv/bin/wfllm …` starts `wfllm`."""
    return next((Path(w).name for w in words if "=" not in w), "")


def test_of_each_block_it_is_said_what_becomes_of_it() -> None:
    faults = [f"{name_of(b.page)}:{b.line}: {told}" for b in all_blocks() if (told := fault(b))]
    assert faults == []


def test_no_block_escapes() -> None:
    """A fence that this does not see, for its indent or its mark, is one that nobody runs."""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        fences = re.findall(r"^ *(?:```|~~~+) *(?:bash|sh|shell|console)\b", text, re.MULTILINE)
        marks = len(re.findall(r"^ *<!-- test: ", text, re.MULTILINE))
        found = blocks(page)
        assert (len(found), sum(bool(b.mark) for b in found)) == (len(fences), marks), name_of(page)


def test_commands_stand_in_blocks_that_say_that_they_are_a_shells() -> None:
    plain = re.compile(r"^ *```\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
    found = [
        f"{name_of(page)}: {line.strip()}"
        for page in pages()
        for body in plain.findall(BLOCK.sub("", page.read_text(encoding="utf-8")))
        for line in body.splitlines()
        if re.match(r"\s*(\$ )?(\S*/)?(wfllm|make|python -m) ", line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ("composed only; it needs eight GPUs", None),
        ("composed only; ", "give the reason"),
        ("run by tests/commands/test_report.py", "does not name"),
        ("run by tests/nowhere.py", "no file"),
        ("skip", "begin with"),
        ("", None),
    ],
)
def test_a_mark_without_ground_is_refused(mark: str, told: str | None) -> None:
    said = fault(Block(ROOT / "README.md", 1, "bash", mark, "wfllm compare\n"))
    assert said is None if told is None else told in (said or "")


def test_a_program_that_nobody_runs_is_refused() -> None:
    assert "make" in (fault(Block(ROOT / "README.md", 1, "bash", "", "make run\n")) or "")


# ---------------------------------------------------------------- run


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of `train` and one of `evaluate`, and a `model`: all pages begin with copies."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch, quiet():
        patch.chdir(folder)
        assert main(["train", *QUICK]) == 0
        assert main(["evaluate", f"checkpoint={the_run(folder)}", *EVALUATE]) == 0
    for command in ("train", "evaluate"):
        the_run(folder, command).rename(folder / command)
    write_model(folder / "model")
    return folder


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture
def workshop(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setattr(webbrowser, "open", lambda _: True)
    prepare(tmp_path, made)
    return tmp_path


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("page", with_commands_to_run(), ids=name_of)
def test_the_commands_of_a_page_run_in_their_order(page: Path, workshop: Path, server: str) -> None:
    for block in [b for b in blocks(page) if b.here]:
        for command in block.commands():
            told = f"{name_of(page)}:{block.line}: {' '.join(command.words)}"
            if program(command.words) in READ:
                done = subprocess.run(
                    command.words, cwd=workshop, capture_output=True, text=True, check=False
                )
                assert done.returncode == 0, f"{told}\n{done.stderr}"
            elif program(command.words) == "wfllm":
                run(command, workshop, server, told)


def run(command: Command, folder: Path, server: str, told: str) -> None:
    """Run a command of ours, made small; where the page shows what it prints, as it stands."""
    words = command.words[[Path(w).name for w in command.words].index("wfllm") + 1 :]
    status, said = run_wfllm(words if command.prints else small(words, server))
    assert "Traceback" not in said, f"{told}\n{said}"
    assert said.strip(), told
    if command.prints:
        assert [line for line in command.prints if line.rstrip() not in said] == [], f"{told}\n{said}"
    else:
        assert status in ((0, 1) if words[0] in MAY_FAIL else (0,)), f"{told}\n{said}"
    if words[0] == "generate":
        stand_in(words, folder)


def stand_in(words: list[str], folder: Path) -> None:
    """Where a random model wrote nothing, put a workflow for the commands that go on with one."""
    for word in words:
        if word.startswith("output="):
            path = folder / word.removeprefix("output=")
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(STARTER / "weather" / "what_to_wear.py", path)
