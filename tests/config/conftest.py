"""A conf folder of the test's own, and the faults of a command in one word."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wfllm.config.compose import compose
from wfllm.config.groups import CONF_VARIABLE, conf_dir
from wfllm.config.problems import ConfigError, Problem
from wfllm.config.reading import stamp

Write = Callable[[str, str], Path]


@pytest.fixture(scope="session")
def conf_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of `conf/`: one for all tests, so that a file which none of them writes is read once."""
    return shutil.copytree(conf_dir(), tmp_path_factory.mktemp("mine") / "conf")


@pytest.fixture
def conf(conf_copy: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """A writer of files into a copy of `conf/` that stands in for it: name below the folder, text."""
    original = conf_dir()
    monkeypatch.setenv(CONF_VARIABLE, str(conf_copy))

    def write(name: str, text: str) -> Path:
        path = conf_copy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    yield write
    as_before(conf_copy, original)


def as_before(copy: Path, original: Path) -> None:
    """Take out of a copy of a folder what a test wrote into it; the rest keeps its times."""
    for path in sorted(copy.rglob("*"), reverse=True):  # what a folder holds before the folder
        source = original / path.relative_to(copy)
        if not source.exists():
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        elif path.is_file() and stamp(path)[1:] != stamp(source)[1:]:
            shutil.copy2(source, path)


def faults(command: str, *overrides: str) -> dict[str, Problem]:
    """Key → problem of a command that must fail."""
    with pytest.raises(ConfigError) as caught:
        compose(command, overrides)
    return {problem.key: problem for problem in caught.value.problems}


def preset(*lines: str) -> str:
    """A preset with these lines below its header."""
    return "\n".join(["# @package _global_", *lines, ""])
