"""`wfllm catalogue` on the command line, and its table used by the commands after it."""

from __future__ import annotations

import plistlib
from pathlib import Path

import pytest

from tests.shortcuts.build import act
from wfllm.cli import main

APP = "com.example.tea.PourIntent"


def test_what_a_file_uses_is_known_afterwards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, code = tmp_path / "apis.yaml", tmp_path / "pour.py"
    (tmp_path / "uses.shortcut").write_bytes(plistlib.dumps({"WFWorkflowActions": [act(APP, cup="big")]}))
    code.write_text("com_example_tea_PourIntent(cup='small')\n", "utf-8")
    assert main(["catalogue", f"input=[{tmp_path / 'uses.shortcut'}]", f"output={table}"]) == 0
    assert "inferred" in capsys.readouterr().out
    assert main(["check", f"input={code}"]) == 0
    assert "1 warning" in capsys.readouterr().out
    assert main(["check", f"input={code}", f"catalogue={table}"]) == 0
    assert "no findings" in capsys.readouterr().out


def test_a_table_names_outputs_when_transcribing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    uses = [act(APP, UUID="A"), act("showresult", Text={
        "Value": {"Type": "ActionOutput", "OutputUUID": "A", "OutputName": ""},
        "WFSerializationType": "WFTextTokenAttachment",
    })]  # fmt: skip
    (tmp_path / "uses.shortcut").write_bytes(plistlib.dumps({"WFWorkflowActions": uses}))
    table = tmp_path / "mine.yaml"
    table.write_text(f"{APP}: {{title: Pour, returns: {{type: text, name: Cup of Tea}}}}\n", "utf-8")
    given = [f"input={tmp_path / 'uses.shortcut'}", f"output={tmp_path / 'out'}"]
    assert main(["transcribe", *given, f"catalogue={table}"]) == 0
    assert (
        (tmp_path / "out" / "uses.py")
        .read_text("utf-8")
        .startswith("cup_of_tea = com_example_tea_PourIntent()")
    )


def test_a_table_that_is_not_there_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", f"input={tmp_path}", f"catalogue={tmp_path / 'nobody.yaml'}"]) == 1
    assert "wfllm catalogue input=" in capsys.readouterr().err
