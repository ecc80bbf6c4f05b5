"""`wfllm show`: pages of shortcuts and of code, whole or broken; self-contained, safe, linked both ways."""

from __future__ import annotations

import base64
import hashlib
import json
import plistlib
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.shortcuts.build import act, plist
from tests.shortcuts.test_chart import HOSTILE, everywhere, nested
from tests.shortcuts.test_wild import actions as wild_actions
from wfllm.cli import main
from wfllm.errors import WfllmError
from wfllm.shortcuts.code_lines import compile_lines
from wfllm.shortcuts.compile import compile_code
from wfllm.shortcuts.page import index_html, page_html
from wfllm.shortcuts.page_stage import find_workflows, show_all, view_of_code, view_of_source
from wfllm.shortcuts.reader import Source
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

STARTER = Path(__file__).resolve().parents[2] / "wfllm" / "bench" / "starter"
HTML = "{http://www.w3.org/1999/xhtml}"
GOOD = '''"""Say hello to whoever is there."""
# Who is it?
name = input("Who?")
if name == "Ada":
    is_workflow_actions_speaktext(WFText=f"Hello {name}")
else:
    # somebody else
    is_workflow_actions_alert(WFAlertActionTitle=name)
'''


def page(source: dict[str, Any], name: str = "test") -> str:
    return page_html(view_of_source(Source(name, source)))


def scripts(html: str) -> list[str]:
    return [e.text or "" for e in ET.fromstring(html).iter(f"{HTML}script")]


def lines_of(html: str) -> list[str]:
    return ["".join(e.itertext()) for e in ET.fromstring(html).iter(f"{HTML}code")]


def test_a_page_holds_chart_code_and_counts() -> None:
    html = page_html(view_of_code(GOOD, "greeting"))
    words = "".join(ET.fromstring(html).itertext())
    for word in (
        "greeting",
        "Say hello to whoever is there.",
        "Ask for Input",
        "Speak Text",
        "8actions",
        "1if",
    ):
        assert word in words, word
    assert [line.rstrip() for line in lines_of(html)] == GOOD.rstrip("\n").split("\n")


def test_boxes_and_lines_link_to_each_other() -> None:
    html = page_html(view_of_code(GOOD, "greeting"))
    root = ET.fromstring(html)
    ids = {e.attrib["id"] for e in root.iter() if "id" in e.attrib}
    hrefs = {e.attrib["href"][1:] for e in root.iter() if e.attrib.get("href", "").startswith("#")}
    assert hrefs <= ids
    assert {"L2", "L3", "L4", "L5", "L6", "L7", "L8"} <= hrefs
    assert {f"wf-a{i}" for i in range(8)} <= ids


def test_the_policy_allows_this_page_and_nothing_else() -> None:
    html = page_html(view_of_code(GOOD, "greeting"))
    root = ET.fromstring(html)
    (policy,) = [
        e.attrib["content"]
        for e in root.iter(f"{HTML}meta")
        if e.attrib.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        for element in root.iter(f"{HTML}{tag}"):
            digest = base64.b64encode(hashlib.sha256((element.text or "").encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy
    assert not any("style" in e.attrib for e in root.iter())
    addresses = [v for e in root.iter() for k, v in e.attrib.items() if k in ("href", "src", "action")]
    assert all(a.startswith("#") for a in addresses)
    assert not re.search(r"@import|url\((?!#)", html)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_hostile_texts_stay_texts(text: str) -> None:
    harmless = page(plist(*everywhere("harmless")))
    html = page(plist(*everywhere(text)), text[:200])
    assert scripts(html) == scripts(harmless)
    assert {e.tag for e in ET.fromstring(html).iter()} == {e.tag for e in ET.fromstring(harmless).iter()}
    assert not set(html) & {chr(c) for c in [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200F]}
    assert len(html.encode("utf-8")) < 700_000  # a long text is not shown a dozen times


@given(some.lists(wild_actions, max_size=6))
@settings(max_examples=15, deadline=None)
def test_shortcuts_as_no_editor_makes_them(body: list[dict[str, Any]]) -> None:
    ET.fromstring(page(plist(*body)))


@given(some.text(max_size=200))
@settings(max_examples=40, deadline=None)
def test_any_text_as_code(code: str) -> None:
    view = view_of_code(code, "any")
    assert (view.workflow is None) == bool(view.why)
    assert view.workflow is not None or view.findings
    html = page_html(view)
    assert scripts(html) == scripts(page_html(view_of_code(GOOD, "greeting")))


def test_code_that_is_no_workflow_says_where() -> None:
    html = page_html(view_of_code("x = 1\nwhile x:\n    y = frobnicate(x)\n", "broken"))
    root = ET.fromstring(html)
    words = "".join(root.itertext())
    assert "No chart, since the code is no workflow yet" in words
    assert any(e.attrib.get("class") == "ln err" and e.attrib["id"] == "L2" for e in root.iter())
    assert not list(root.iter("{http://www.w3.org/2000/svg}svg"))


def test_a_workflow_too_deep_for_python_still_has_a_chart() -> None:
    html = page(plist(*nested(120, "repeat.each")))
    words = "".join(ET.fromstring(html).itertext())
    assert "No code:" in words
    assert "Flow chart of test" in words


def test_lines_of_actions() -> None:
    actions, lines = compile_lines(GOOD)
    assert actions == compile_code(GOOD)["WFWorkflowActions"]
    assert lines == [2, 3, 4, 5, 6, 7, 8, 8]
    menu = 'match menu("", ["A", "B"]):\n    case "A":\n        pass\n    case "B":\n        output(1)\n'
    assert compile_lines(menu)[1] == [1, 2, 4, 5, 5]
    chain = "x = 1\nif x == 1:\n    y = 2\nelif x == 2:\n    y = 3\nelse:\n    y = 4\n"
    assert compile_lines(chain)[1] == [1, 2, 3, 4, 4, 5, 6, 7, 7, 7]


@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_starter_workflows_have_a_line_for_each_action(step: int) -> None:
    """The way over a transcription, whose printer knows its lines, gives the same lines."""
    for path in sorted(STARTER.rglob("*.py"))[::step]:
        code = path.read_text("utf-8")
        made = transcribe(build_tree(compile_code(code), path.stem))
        actions, lines = compile_lines(made.code)
        printed = {p.index: p.line for p in made.statements if p.index >= 0}
        assert len(actions) == len(printed), path
        told = dict(enumerate(lines))
        ends = {p.index for p in made.statements if p.role == "close"}
        assert {i: n for i, n in told.items() if i not in ends} == {
            i: n for i, n in printed.items() if i not in ends
        }, path
        assert view_of_code(code, path.stem).why == "", path


@pytest.mark.parametrize("step", [25, pytest.param(1, marks=pytest.mark.slow)])
def test_real_shortcuts(shared_data: Path, tmp_path: Path, step: int) -> None:
    paths = find_workflows(str(shared_data / "shortcuts"))
    assert len(paths) == 356
    for i, path in enumerate(paths[::step]):
        for shown in show_all(str(path), tmp_path / str(i)):
            assert shown.fault == ""
            assert shown.page is not None
            html = shown.page.read_text("utf-8")
            assert shown.stats is not None
            assert f"<b>{shown.stats.actions:,}</b>action" in html
            assert f"<b>{len(lines_of(html)):,}</b>line" in html


def write(folder: Path) -> None:
    (folder / "good.py").write_text(GOOD)
    (folder / "broken.py").write_text("while True: pass\n")
    (folder / "binary.py").write_bytes(b"\xff\xfe\x00")
    (folder / "one.shortcut").write_bytes(plistlib.dumps(plist(act("vibrate")), fmt=plistlib.FMT_BINARY))
    (folder / "damaged.shortcut").write_bytes(b"bplist00 not really")
    (folder / "good.sidecar.json").write_text(json.dumps({"made": {}}))
    (folder / "report.json").write_text("{}")


def test_a_folder_of_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path)
    assert main(["show", f"input={tmp_path}", f"output={tmp_path / 'out'}"]) == 1
    told = capsys.readouterr().out
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "broken.html", "good.html", "index.html", "one.html"
    ]  # fmt: skip
    assert "damaged.shortcut" in told
    assert "not a text file in UTF-8" in told
    assert "Next: wfllm check" in told
    index = (tmp_path / "out" / "index.html").read_text("utf-8")
    hrefs = [e.attrib["href"] for e in ET.fromstring(index).iter(f"{HTML}a")]
    assert sorted(hrefs) == ["broken.html", "good.html", "one.html"]


def test_one_file_prints_its_page_and_the_next_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert main(["show", "input=good.py", "open=true"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "outputs/show/good.html",
        "Next: wfllm compile input=good.py output=outputs/shortcuts",
    ]
    assert opened == [(tmp_path / "outputs" / "show" / "good.html").as_uri()]


@pytest.mark.parametrize(
    ("format", "suffix", "begin"), [("svg", "svg", "<svg "), ("mermaid", "mmd", "flowchart TD\n")]
)
def test_other_formats(tmp_path: Path, format: str, suffix: str, begin: str) -> None:
    write(tmp_path)
    shown = {one.title: one for one in show_all(str(tmp_path), tmp_path / "out", format)}
    assert (tmp_path / "out" / f"good.{suffix}").read_text("utf-8").startswith(begin)
    assert shown["broken"].page is None
    assert "no workflow yet" in shown["broken"].fault


def test_names_that_no_disk_takes(tmp_path: Path) -> None:
    for name in ("a#b%20.py", "INDEX.py", "index.py", "é" * 100 + ".py"):
        (tmp_path / name).write_text(GOOD)
    pages = [one.page for one in show_all(str(tmp_path), tmp_path / "out")]
    assert all(p is not None and p.is_file() for p in pages)
    assert len({p.name.casefold() for p in pages if p} | {"index.html"}) == len(pages) + 1


def test_nothing_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", f"input={tmp_path / 'missing.shortcut'}"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    (tmp_path / "file").write_text("")
    (tmp_path / "good.py").write_text(GOOD)
    with pytest.raises(WfllmError, match="cannot be written"):
        show_all(str(tmp_path / "good.py"), tmp_path / "file" / "inside")


def test_an_overview_escapes_what_it_lists() -> None:
    from wfllm.shortcuts.page import Entry

    html = index_html("<b>", [Entry("<script>", 'x" onclick="y.html', fault="<i>")])
    assert [e.tag for e in ET.fromstring(html).iter(f"{HTML}a")] == [f"{HTML}a"]
    assert "<script" not in html
