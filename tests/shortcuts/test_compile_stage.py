"""Python files to shortcuts and back."""

from __future__ import annotations

import plistlib
from pathlib import Path

import pytest

from tests.shortcuts.build import act, block, plist
from wfllm.errors import WfllmError
from wfllm.shortcuts.check_stage import check_files
from wfllm.shortcuts.compile_stage import compile_all
from wfllm.shortcuts.stage import transcribe_all

WORKFLOW = plist(
    act("gettext", WFTextActionText="hi", UUID="A"),
    act("openurl", X=b"bytes", D="x"),
    block("repeat.count", 0, "g", WFRepeatCount=3.0),
    block("repeat.count", 2, "g"),
)


def test_there_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "in.shortcut"
    source.write_bytes(plistlib.dumps(WORKFLOW))
    transcribe_all(str(source), tmp_path / "python")
    report = compile_all(str(tmp_path / "python"), tmp_path / "back")
    assert report.failed == 0
    assert report.files[0].hinted
    assert plistlib.loads((tmp_path / "back" / "in.shortcut").read_bytes()) == WORKFLOW
    (tmp_path / "python" / "in.sidecar.json").unlink()
    report = compile_all(str(tmp_path / "python" / "in.py"), tmp_path / "alone")
    made = plistlib.loads((tmp_path / "alone" / "in.shortcut").read_bytes())
    assert [a["WFWorkflowActionIdentifier"] for a in made["WFWorkflowActions"]] == [
        a["WFWorkflowActionIdentifier"] for a in WORKFLOW["WFWorkflowActions"]
    ]


def test_faults_cost_their_own_file_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "in" / "sub"
    folder.mkdir(parents=True)
    (folder / "good.py").write_text("x = 'a'\n")
    (folder / "bad.py").write_text("import os\nx = 1 + y\n")
    (folder / "binary.py").write_bytes(b"\xff\xfe\x00")
    (folder / "good.sidecar.json").write_bytes(b"{damaged")
    report = compile_all(str(tmp_path / "in"), tmp_path / "out", n_jobs=2)
    assert report.failed == 2
    assert (tmp_path / "out" / "sub" / "good.shortcut").is_file()
    assert [f.line for file in report.files for f in file.findings] == [1, 2, 1]
    assert "bad.py:1" in capsys.readouterr().out


def test_a_digest_names_no_file_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(b"?")
    (tmp_path / "x.py").write_text("is_workflow_actions_openurl(X=data('sha256:/../secret'))\n")
    assert compile_all(str(tmp_path / "x.py"), tmp_path / "out").failed == 1


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(WfllmError, match="no Python files"):
        compile_all(str(tmp_path), tmp_path / "out")


@pytest.mark.parametrize("content", [plistlib.dumps(WORKFLOW), b"AEA1\x01", b"x = 'a'"])
def test_a_shortcut_is_no_code(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.shortcut"
    path.write_bytes(content)
    report = compile_all(str(path), tmp_path / "out")
    (finding,) = report.files[0].findings
    assert finding.message == "this is a shortcut, not Python"
    assert f"wfllm transcribe input={path}" in finding.suggestion
    said = capsys.readouterr().out
    assert "sign" not in said.splitlines()[-1]
    assert check_files(str(path)) == 1
    assert "wfllm transcribe" in capsys.readouterr().out


def test_a_mark_before_the_code_is_no_part_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_bytes("x = 'ä'\r\n".encode("utf-8-sig"))
    report = compile_all(str(tmp_path / "a.py"), tmp_path / "out")
    assert report.failed == 0
    assert "Next: sign" in capsys.readouterr().out
    assert check_files(str(tmp_path / "a.py")) == 0
