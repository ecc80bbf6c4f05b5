"""A conf folder of the test's own, and the faults of a command in one word."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from wfllm.config.compose import compose
from wfllm.config.groups import CONF_VARIABLE, conf_dir
from wfllm.config.problems import ConfigError, Problem

Write = Callable[[str, str], Path]


@pytest.fixture
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """A writer of files into a copy of `conf/` that stands in for it: name below the folder, text."""
    copy = tmp_path / "conf"
    shutil.copytree(conf_dir(), copy)
    monkeypatch.setenv(CONF_VARIABLE, str(copy))

    def write(name: str, text: str) -> Path:
        path = copy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def faults(command: str, *overrides: str) -> dict[str, Problem]:
    """Key → problem of a command that must fail."""
    with pytest.raises(ConfigError) as caught:
        compose(command, overrides)
    return {problem.key: problem for problem in caught.value.problems}


def preset(*lines: str) -> str:
    """A preset with these lines below its header."""
    return "\n".join(["# @package _global_", *lines, ""])
