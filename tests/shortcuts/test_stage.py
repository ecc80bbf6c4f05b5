"""Many files: each is done or refused with its reason, and a second run goes on where the first ended."""

from __future__ import annotations

import json
import plistlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.shortcuts.build import act, block, plist
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue.load import in_use
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


def test_members_of_zips_take_no_name_of_another(tmp_path: Path) -> None:
    good = [plistlib.dumps(plist(act("gettext", WFTextActionText=f"text {i}"))) for i in range(6)]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.b.shortcut").write_bytes(good[0])
    (tmp_path / "in" / "A.b.json").write_bytes(b"[]")
    for name, inside, content in (
        ("a", "b", 1),
        ("a.b", "c", 2),
        ("A", "b.c", 3),
        ("z", "x", 4),
        ("z.x", "y", 5),
    ):
        with zipfile.ZipFile(tmp_path / "in" / f"{name}.zip", "w") as archive:
            archive.writestr(f"{inside}.shortcut", good[content])
    report = transcribe_all(str(tmp_path / "in"), tmp_path / "out")
    assert report.failed == 0
    assert len({f.name.casefold() for f in report.files}) == len(report.files) == 7
    written = "".join(p.read_text() for p in (tmp_path / "out").glob("*.py"))
    assert [i for i in range(6) if f"text {i}" not in written] == []


def test_what_a_killed_process_left_is_dropped_and_two_at_once_are_refused(
    folder: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    output.mkdir()
    (output / ".part-left").write_bytes(b"half")
    transcribe_all(str(folder), output)
    assert not (output / ".part-left").exists()
    code = "import sys, pathlib, wfllm.lock as it; it.take(pathlib.Path(sys.argv[1]), cause='', mend='')"
    with subprocess.Popen(
        [sys.executable, "-c", f"{code}; print(flush=True); sys.stdin.read()", str(output)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(WfllmError, match="another process"):
            transcribe_all(str(folder), output)
        other.communicate()
    assert transcribe_all(str(folder), output).resumed == 3


def test_names_cannot_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a\n\x1b[31mred.shortcut").write_bytes(b"?")
    assert transcribe_all(str(tmp_path / "in"), tmp_path / "out").failed == 1
    told = capsys.readouterr().out
    assert "\x1b[31m" not in told
    assert "a \\x1b[31mred.shortcut: not a shortcut" in told


def test_processes_give_the_same(folder: Path, tmp_path: Path) -> None:
    one = transcribe_all(str(folder), tmp_path / "a")
    two = transcribe_all(str(folder), tmp_path / "b", n_jobs=2)
    assert one.as_json() == two.as_json()


def test_an_output_that_is_a_file_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WfllmError, match="cannot be made"):
        transcribe_all(str(folder), tmp_path / "file")


def test_another_catalogue_does_a_file_again(tmp_path: Path) -> None:
    output, table = tmp_path / "out", tmp_path / "table.yaml"
    own = act("com.example.app.Open", Where="here")
    (tmp_path / "in.json").write_text(json.dumps(plist(act("gettext", WFTextActionText="hi"), own)))
    transcribe_all(str(tmp_path / "in.json"), output)
    assert "com_example_app_Open(Where='here')" in (output / "in.py").read_text()
    table.write_text("com.example.app.Open:\n  title: Open\n  input: What\n")
    with in_use(table):
        assert transcribe_all(str(tmp_path / "in.json"), output).resumed == 0
        assert "com_example_app_Open(What=text, Where='here')" in (output / "in.py").read_text()
        assert transcribe_all(str(tmp_path / "in.json"), output).resumed == 1
    assert transcribe_all(str(tmp_path / "in.json"), output).resumed == 0


def test_keys_of_json_that_are_null_are_left_out_and_told(tmp_path: Path) -> None:
    whole = {"WFWorkflowIcon": None, **plist(act("gettext", WFTextActionText="hi", UUID=None))}
    (tmp_path / "in.json").write_text(json.dumps(whole))
    (file,) = transcribe_all(str(tmp_path / "in.json"), tmp_path / "out").files
    assert (file.status, file.notes) == ("done", ["2 keys that are null were left out"])
    assert (tmp_path / "out" / "in.py").read_text() == "text = 'hi'\n"
    (file,) = transcribe_all(str(tmp_path / "in.json"), tmp_path / "out").files
    assert file.notes == ["2 keys that are null were left out"]


def test_a_list_that_holds_null_is_refused(tmp_path: Path) -> None:
    """Without it the others would stand in another place."""
    (tmp_path / "in.json").write_text(json.dumps(plist(act("openurl", X=["a", None]))))
    (file,) = transcribe_all(str(tmp_path / "in.json"), tmp_path / "out").files
    assert file.reason.startswith("holds null")
