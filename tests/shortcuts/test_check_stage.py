"""The check command prints findings with file, line, rule and suggestion."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from wfllm.errors import WfllmError
from wfllm.shortcuts.check_stage import check_files


def run(input: str, catalogue: str | None = None) -> tuple[int, str]:
    out = io.StringIO()
    count = check_files(input, Console(file=out, highlight=False, soft_wrap=True), catalogue)
    return count, out.getvalue()


def test_findings_are_printed_and_counted(tmp_path: Path) -> None:
    bad = tmp_path / "[bold]bad.py"
    bad.write_text("x = 1\nis_workflow_actions_alrt()\n", encoding="utf-8")
    count, text = run(str(tmp_path))
    assert count == 1
    assert f"{bad}:2 unknown-api no API is called is_workflow_actions_alrt." in text
    assert "Did you mean is_workflow_actions_alert?" in text
    assert "1 workflow, 1 error." in text


def test_a_clean_file_names_the_next_command(tmp_path: Path) -> None:
    good = tmp_path / "good.py"
    good.write_text('is_workflow_actions_alert(WFAlertActionMessage="Hi")\n', encoding="utf-8")
    for input in (str(good), str(tmp_path), str(tmp_path / "*.py")):
        count, text = run(input)
        assert count == 0
        assert "no findings" in text
        assert "wfllm compile" in text


def test_an_unreadable_file_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "binary.py").write_bytes(b"\xff\xfe\x00")
    assert run(str(tmp_path))[0] == 1


def test_nothing_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WfllmError, match="no workflow there"):
        run(str(tmp_path / "nobody"))


def test_warnings_are_told_and_are_no_errors(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("com_example_app_RunIntent(speed=3)\n", encoding="utf-8")
    count, text = run(str(tmp_path))
    assert count == 0
    assert "app.py:1 warning unknown-api nothing is known of com.example.app.RunIntent" in text
    assert "1 workflow, 1 warning." in text


def test_a_table_of_ones_own_is_known(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("com_example_app_RunIntent(speed='fast')\n", encoding="utf-8")
    table = tmp_path / "mine.yaml"
    table.write_text(
        "com.example.app.RunIntent:\n  title: Run\n  parameters:\n    speed: {type: number}\n",
        encoding="utf-8",
    )
    count, text = run(str(tmp_path / "app.py"), str(table))
    assert count == 1
    assert "value speed: a number is wanted" in text
    assert f"catalogue={table}" in text
    with pytest.raises(WfllmError, match="catalogue="):
        run(str(tmp_path / "app.py"), str(tmp_path / "nobody.yaml"))
