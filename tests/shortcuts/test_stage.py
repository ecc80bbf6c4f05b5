"""Many files: each is done or refused with its reason, and a second run goes on where the first ended."""

from __future__ import annotations

import json
import plistlib
import zipfile
from pathlib import Path

import pytest

from tests.shortcuts.build import act, block, plist
from wfllm.errors import WfllmError
from wfllm.shortcuts.stage import transcribe_all


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "in"
    (source / "sub").mkdir(parents=True)
    good = plistlib.dumps(plist(act("gettext", WFTextActionText="hi"), act("openurl", X=b"bytes")))
    (source / "One.shortcut").write_bytes(good)
    (source / "sub" / "one.shortcut").write_bytes(good)
    (source / "bad.shortcut").write_bytes(b"nothing")
    deep = [block("repeat.count", 0, str(i)) for i in range(150)]
    (source / "deep.shortcut").write_bytes(plistlib.dumps(plist(*deep)))
    with zipfile.ZipFile(source / "some.zip", "w") as archive:
        archive.writestr("../../evil.shortcut", good)
    return source


def test_report_and_files(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "out"
    report = transcribe_all(str(folder), output)
    assert report.failed == 2
    by_name = {f.name: f for f in report.files}
    assert by_name.keys() == {"One", "one-2", "bad", "deep", "some.evil"}
    assert by_name["bad"].reason.startswith("not a shortcut")
    assert by_name["deep"].action is not None
    assert by_name["One"].actions == 2
    written = json.loads((output / "report.json").read_text())
    assert (written["done"], written["refused"]) == (3, 2)
    assert (output / "One.py").read_text().startswith("text = 'hi'\n")
    assert [p.read_bytes() for p in output.glob("One.*.bin")] == [b"bytes"]
    assert json.loads((output / "One.sidecar.json").read_text())
    assert {p.name for p in tmp_path.iterdir()} == {"in", "out"}, "nothing is written elsewhere"
    assert not list(output.glob(".part-*"))
    assert "wfllm check" in capsys.readouterr().out


def test_a_second_run_does_only_what_is_new(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out"
    first = transcribe_all(str(folder), output)
    assert transcribe_all(str(folder), output).as_json() == first.as_json()
    (output / "One.py").unlink()
    changed = plistlib.dumps(plist(act("gettext", WFTextActionText="changed")))
    (folder / "sub" / "one.shortcut").write_bytes(changed)
    again = transcribe_all(str(folder), output)
    assert again.resumed == 1
    assert (output / "One.py").is_file()
    assert "changed" in (output / "one-2.py").read_text()


def test_processes_give_the_same(folder: Path, tmp_path: Path) -> None:
    one = transcribe_all(str(folder), tmp_path / "a")
    two = transcribe_all(str(folder), tmp_path / "b", n_jobs=2)
    assert one.as_json() == two.as_json()


def test_an_output_that_is_a_file_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WfllmError, match="cannot be made"):
        transcribe_all(str(folder), tmp_path / "file")
