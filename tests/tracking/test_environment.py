"""Commit and changes of the code, in a real checkout that looks like this project's."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from wfllm.tracking import environment
from wfllm.tracking.environment import code_diff, code_state


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    module = tmp_path / "wfllm" / "tracking" / "environment.py"
    module.parent.mkdir(parents=True)
    module.write_text("# code\n")
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / ".gitkeep").touch()
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    monkeypatch.setattr(environment, "__file__", str(module))
    return tmp_path


def test_results_and_placeholders_are_no_change_of_the_code(checkout: Path) -> None:
    assert code_state()["dirty"] is False
    (checkout / "outputs" / ".gitkeep").unlink()
    (checkout / "experiments").mkdir()
    (checkout / "experiments" / "table.md").write_text("a table\n")
    state = code_state()
    assert state["dirty"] is False
    assert len(str(state["commit"])) == 40
    assert code_diff() == ""


def test_a_changed_or_new_module_is(checkout: Path) -> None:
    module = checkout / "wfllm" / "tracking" / "environment.py"
    module.write_text("# other code\n")
    assert code_state()["dirty"] is True
    assert "+# other code" in code_diff()
    module.write_text("# code\n")
    (checkout / "wfllm" / "more.py").touch()
    assert code_state()["dirty"] is True


def test_without_a_checkout_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        environment, "__file__", str(tmp_path / "site-packages" / "wfllm" / "tracking" / "e.py")
    )
    assert code_state() == {"commit": None, "dirty": False}
    assert code_diff() == ""
