"""Code meant to harm: findings in bounded time, nothing run, nothing written outside the output folder."""

from __future__ import annotations

import json
import os
import time
import tracemalloc
from pathlib import Path

import pytest

from tests.shortcuts.build import act, plist
from wfllm.errors import WfllmError
from wfllm.shortcuts.compile import CompileError, compile_code
from wfllm.shortcuts.compile_stage import compile_all
from wfllm.shortcuts.pairing import align, pair
from wfllm.shortcuts.sidecar import VERSION
from wfllm.shortcuts.stage import transcribe_all
from wfllm.shortcuts.syntax import parse_code
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

SECONDS, MEGABYTES = 20, 600
MARK = "was_run_9f2c"
HOSTILE = {
    "import": f"import os\nos.mkdir({MARK!r})",
    "from import": "from os import system",
    "exec": f"exec('import os; os.mkdir({MARK!r})')",
    "eval": f"x = eval('__import__(\"os\").mkdir({MARK!r})')",
    "dunder import": f"x = __import__('os').mkdir({MARK!r})",
    "class": "x = y.__class__.__bases__[0].__subclasses__()",
    "format": "x = '{0.__class__.__init__.__globals__}'.format(y)",
    "decorator": "@print\ndef f():\n    pass",
    "class body": "class A:\n    x = 1",
    "lambda": "x = (lambda: 1)()",
    "comprehension": "x = [y for y in range(10**9)]",
    "generator": "is_workflow_actions_url(A=(y for y in z))",
    "walrus": "if (x := input('a')):\n    y = 'b'",
    "async": "async def f():\n    await g()",
    "async for": "async for x in y:\n    pass",
    "star args": "is_workflow_actions_url(*x)",
    "star keywords": "is_workflow_actions_url(**x)",
    "global": "global x",
    "with": "with open('x') as f:\n    pass",
    "delete": "del x",
    "assert": "assert x",
    "raise": "raise x",
    "yield": "x = yield y",
    "deep brackets": "x = " + "[" * 10_000 + "]" * 10_000,
    "deep calls": "x = " + "f(" * 10_000 + ")" * 10_000,
    "deep unary": "x = " + "-" * 10_000 + "1",
    "deep not": "if " + "not " * 10_000 + "x:\n    pass",
    "deep sum": "x = 'a'" + " + y" * 10_000,
    "deep attributes": "x = y" + ".z" * 10_000,
    "deep subscripts": "x = y" + "['z']" * 10_000,
    "deep blocks": "".join("    " * i + "if x:\n" for i in range(120)) + "    " * 120 + "y = 'a'",
    "long elif": "if x:\n    pass\n" + "elif x:\n    pass\n" * 3_000,
    "ten megabytes": "x = 'a'\n" * (10_000_000 // 8),
    "braces": "x = f'" + "{y}" * 60_000 + "'",
    "null byte": "x = 'a\0b'",
    "power": "x = 10**10**10",
    "power as argument": "is_workflow_actions_url(A=10**10**10)",
    "long digits": "x = " + "9" * 10_000,
    "long hex": "x = 0x" + "f" * 100_000,
    "huge count": "for Repeat_Index in range(1, 99999999999999999999999):\n    pass",
    "shift": "x = 1 << 10**9",
    "repeat text": "x = 'a' * 10**10",
    "bytes": "x = b'abc'",
    "complex": "x = 3j",
    "ellipsis": "x = ...",
    "unbalanced": "x = (",
    "tabs and spaces": "if x:\n\ty = 'a'\n        z = 'b'",
    "digest elsewhere": "is_workflow_actions_url(A=data('sha256:/../../etc/passwd'))",
    "text elsewhere": "x = text_ref('sha256:../secret')",
    "formats": "x = '{:999999999d}'.format(3)",
    "many findings": "import os\n" * 20_000,
}


LONG = ("many findings",)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in LONG else n for n in HOSTILE]
)
def test_hostile_code_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    start = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(CompileError) as caught:
            compile_code(HOSTILE[name], where="x.py")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MEGABYTES * 2**20
    assert time.monotonic() - start < SECONDS
    assert len(caught.value.findings) <= 200
    assert len(caught.value.line()) < 500
    assert "\n" not in caught.value.line()
    assert list(tmp_path.iterdir()) == []


def test_what_is_only_long_is_compiled() -> None:
    items = ", ".join(f"'item {i}'" for i in range(50_000))
    made = compile_code(f"x = [{items}]")["WFWorkflowActions"][0]["WFWorkflowActionParameters"]
    assert len(made["WFItems"]) == 50_000
    whole = compile_code("".join(f"x{i} = 'a'\n" for i in range(5_000)))
    assert len(whole["WFWorkflowActions"]) == 5_000


def test_half_of_a_surrogate_pair_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("y = 'fine'\nx = '\\ud800'\n")
    report = compile_all(str(tmp_path / "x.py"), tmp_path / "out")
    assert [f.line for f in report.files[0].findings] == [2]


def test_nothing_is_written_outside_the_output_folder(tmp_path: Path) -> None:
    source, output, elsewhere = tmp_path / "in", tmp_path / "out", tmp_path / "elsewhere"
    for folder in (source / "sub" / "deep", output, elsewhere):
        folder.mkdir(parents=True)
    for name in ("..py", "...py", "a b.py", "sub/x.py", "sub/deep/y.py", "\\..\\z.py", "link.py"):
        (source / name).write_text("x = 'a'\n")
    (output / "sub").symlink_to(elsewhere)
    (elsewhere / "kept").write_text("untouched")
    (output / "link.shortcut").symlink_to(elsewhere / "kept")
    report = compile_all(str(source), output)
    refused = sorted(Path(f.file).name for f in report.files if not f.shortcut)
    assert refused == ["x.py", "y.py"], "what a link would lead out of the folder is refused"
    assert [p.name for p in elsewhere.iterdir()] == ["kept"]
    assert (elsewhere / "kept").read_text() == "untouched"
    assert {p.name for p in tmp_path.iterdir()} == {"in", "out", "elsewhere"}
    assert (output / "link.shortcut").is_file()


def test_pipes_and_giants_beside_the_code_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "x.aa.bin")
    os.mkfifo(tmp_path / "x.sidecar.json")
    (tmp_path / "x.py").write_text("is_workflow_actions_url(A=data('sha256:aa'))\n")
    assert compile_all(str(tmp_path / "x.py"), tmp_path / "out").failed == 1
    monkeypatch.setattr("wfllm.shortcuts.compile_stage.MAX_BESIDE", 10)
    (tmp_path / "y.sidecar.json").write_text(" " * 100)
    (tmp_path / "y.py").write_text("x = 'a'\n")
    report = compile_all(str(tmp_path / "y.py"), tmp_path / "out")
    assert report.files[0].notes == ["the sidecar is damaged: compiled from the code alone"]


SIDECARS = {
    "not json": (b"{damaged", "damaged"),
    "deep": (b"[" * 100_000, "damaged"),
    "a list": (b"[]", "damaged"),
    "null": (b"null", "damaged"),
    "no version": (b"{}", "damaged"),
    "another version": (b'{"version": 2}', "of version 2, not"),
    "a long version": (json.dumps({"version": "x" * 9999}).encode(), "of version xxxx"),
    "parts missing": (json.dumps({"version": VERSION}).encode(), "damaged (names"),
}


@pytest.mark.parametrize("name", SIDECARS)
def test_a_sidecar_that_cannot_be_used_is_told_and_the_code_compiled(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, told = SIDECARS[name]
    (tmp_path / "x.py").write_text("x = 'a'\n")
    (tmp_path / "x.sidecar.json").write_bytes(content)
    report = compile_all(str(tmp_path / "x.py"), tmp_path / "out")
    assert report.failed == 0
    assert not report.files[0].hinted
    assert told in report.files[0].notes[0]
    assert report.files[0].notes[0].endswith("compiled from the code alone")
    assert told in capsys.readouterr().out


def test_the_sidecar_of_another_file_is_told(tmp_path: Path, shared_data: Path) -> None:
    real = sorted((shared_data / "shortcuts").iterdir(), key=lambda p: p.stat().st_size)[-60]
    transcribe_all(str(real), tmp_path / "python")
    (sidecar,) = (tmp_path / "python").glob("*.sidecar.json")
    (tmp_path / "x.py").write_text("a = 'one'\nis_workflow_actions_showresult(Text=a)\nb = [a]\n" * 3)
    sidecar.rename(tmp_path / "x.sidecar.json")
    report = compile_all(str(tmp_path / "x.py"), tmp_path / "out")
    assert report.files[0].notes == ["the sidecar belongs to other code: compiled from the code alone"]


def test_a_sidecar_full_of_lies_costs_its_hints_only(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("x = 'a'\n")
    lies = {"p": {"WFTextActionText": [0, {"is": None}]}, "order": [1, [], "UUID"], "action": {"in": 3}}
    lie = {
        "version": VERSION, "code": "", "keys": [{}], "names": {"outputs": {"x": {"uuid": 3}}},
        "kinds": ["a", 1],
        "usual": [[0, 1]], "actions": [lies], "settings": {"WFWorkflowIcon": 3, "A": [0, {"is": None}]},
    }  # fmt: skip
    (tmp_path / "x.sidecar.json").write_text(json.dumps(lie))
    report = compile_all(str(tmp_path / "x.py"), tmp_path / "out")
    assert report.failed == 0


def test_pairing_takes_time_in_proportion() -> None:
    old, new = ["a", "b"] * 50_000, ["b", "a"] * 50_000
    start = time.monotonic()
    assert len(align(old, new)) > 90_000
    of_new, unchanged = pair(old, old, new, new)
    assert len(of_new) == len(new)
    assert unchanged > 90_000
    assert time.monotonic() - start < SECONDS


@pytest.mark.parametrize(
    "text",
    ["x" * 3_000_000, '{"a": [1, 2]}, ' * 20_000, "it's " * 500_000, '\\"' * 300_000],
    ids=["a picture", "a table", "quotes", "backslashes"],
)
def test_long_texts_are_no_long_code(text: str) -> None:
    """Real shortcuts hold pictures and tables as texts of megabytes."""
    made = transcribe(build_tree(plist(act("gettext", WFTextActionText=text)), "long"))
    (action,) = compile_code(made.code, made.sidecar)["WFWorkflowActions"]
    assert action["WFWorkflowActionParameters"]["WFTextActionText"] == text


@pytest.mark.parametrize(
    "code",
    [
        "x = '''\n''', " + "1, " * 1_000_000,
        "x = f'{' , " + "1, " * 1_000_000 + "}'",
        "x = f\"{'a' if y else 'b'}\", " + "1, " * 1_000_000,
        "x = '" + "\\'" * 3_000_000,
        "x = 1 # it's\nx = [" + "1, " * 1_000_000 + "]",
        "x = f'" + "{y}" * 20_000 + "'",
    ],
    ids=["after a long text", "open brace", "inside an f-string", "escapes without end", "comment", "fields"],
)
def test_long_code_does_not_pass_for_a_text(code: str) -> None:
    start = time.process_time()
    with pytest.raises(WfllmError):
        parse_code(code)
    assert time.process_time() - start < 5
