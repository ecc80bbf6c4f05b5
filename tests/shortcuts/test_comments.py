"""Comments come off and go on without touching the workflow."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shortcuts.build import plist
from tests.shortcuts.test_generated import bodies
from wfllm.errors import WfllmError
from wfllm.shortcuts.comments import code_spans, statements, with_comments, without_comments
from wfllm.shortcuts.reader import find, read
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

CODE = '''\
text = """first
# not a comment
last"""
if text:
    show = f"{text} # nor this"
    is_workflow_actions_alert(WFAlertActionMessage=show)
else:
    pass
match menu("Pick", ["A", "B"]):
    case "A":
        for Repeat_Index, Repeat_Item in enumerate(text, start=1):
            is_workflow_actions_delay(
                WFDelayTime=2,
            )
    case "B":
        a = 1; b = 2
'''


def same(left: str, right: str) -> bool:
    return ast.dump(ast.parse(left)) == ast.dump(ast.parse(right))


def test_every_statement_gets_its_comment_and_loses_it_again() -> None:
    found = statements(CODE)
    commented = with_comments(CODE, {s.index: f"note {s.index}" for s in found})
    assert [f"# note {s.index}" in commented for s in found] == [True] * len(found)
    assert same(CODE, commented)
    assert without_comments(commented) == CODE
    line = next(i for i, text in enumerate(commented.split("\n")) if "# note 3" in text)
    assert commented.split("\n")[line] == "    # note 3"
    assert commented.split("\n")[line + 1].startswith("    is_workflow_actions_alert(")


def test_statements_are_numbered_in_preorder() -> None:
    found = statements(CODE)
    kinds = ["Assign", "If", "Assign", "Expr", "Pass", "Match", "For", "Expr", "Assign", "Assign"]
    assert [s.kind for s in found] == kinds
    assert [s.depth for s in found] == [0, 0, 1, 1, 1, 0, 1, 2, 1, 1]
    assert [s.line for s in found][:4] == [1, 4, 5, 6]
    assert [s.api for s in found if s.api] == ["is.workflow.actions.alert", "is.workflow.actions.delay"]


@pytest.mark.parametrize(
    ("code", "stripped"),
    [
        ("x = 1  # one\n", "x = 1\n"),
        ("# a\nx = 1\n# b", "x = 1\n"),
        ('x = "# no"\n', 'x = "# no"\n'),
        ("x = [\n    1,  # one\n    # two\n    2,\n]\n", "x = [\n    1,\n    2,\n]\n"),
        ("x = 1\r\n# c\r\ny = 2\r\n", "x = 1\ny = 2\n"),
        ("x = 1  # c\ry = 2", "x = 1\ny = 2"),
        ("", ""),
        ("# only", ""),
    ],
)
def test_without_comments(code: str, stripped: str) -> None:
    assert without_comments(code) == stripped


def test_code_that_does_not_tokenise_loses_whole_line_comments() -> None:
    broken = "x = 'he said\n# a comment in a text\nhello'\ny = f(Show-text=1)\n"
    assert without_comments(broken) == "x = 'he said\nhello'\ny = f(Show-text=1)\n"


def test_a_comment_never_breaks_a_continued_line() -> None:
    code = "x = 1; \\\ny = 2\nif x: y = 3\n"
    commented = with_comments(code, dict.fromkeys(range(4), "c"))
    assert same(code, commented)
    assert commented.count("# c") == 4


def test_comment_text_stays_on_one_line() -> None:
    commented = with_comments("x = 1", {0: "# two\nlines\x00\u2028three"})
    assert commented == "# two lines three\nx = 1"
    assert with_comments("x = 1", {0: " \n", 7: "nobody"}) == "x = 1"


def test_spans_cover_the_text_and_their_code_is_the_code() -> None:
    code = "# a\n  # b\nx = 1  # c\n\n# d\ny = 2"
    spans = code_spans(code)
    assert [start for start, _, _ in spans] == [0] + [end for _, end, _ in spans[:-1]]
    assert spans[-1][1] == len(code)
    assert "".join(code[a:b] for a, b, label in spans if label == "code") == without_comments(code)
    assert [label for _, _, label in spans] == ["comment", "code", "comment", "code", "comment", "code"]


def test_code_that_does_not_parse_is_refused() -> None:
    with pytest.raises(WfllmError, match="not Python"):
        with_comments("if x", {0: "c"})


@given(st.text(max_size=200))
def test_any_text_is_covered_by_spans(text: str) -> None:
    spans = code_spans(text)
    assert "".join(text[a:b] for a, b, _ in spans) == text
    assert len(without_comments(text)) <= len(text)


@given(st.dictionaries(st.integers(0, 12), st.text(max_size=30)))
def test_any_comments_leave_the_same_tree(comments: dict[int, str]) -> None:
    assert same(CODE, with_comments(CODE, comments))


HARD = [
    ("a hash in texts", "x = '#1'\ny = \"# 2\"\nz = '''\n# 3\n'''\n"),
    ("a hash in an f-string", "x = 'a'\ny = f'# {x} #{x}'\nz = f'''\n# {x}\n'''\n"),
    ("a hash in a raw text", "x = is_workflow_actions_text_match(A=r'\\#+')\n"),
    ("texts end to end", "x = ('# a'\n     '# b'\n     f'# c')\n"),
    ("a continued line", "x = 1 + \\\n    2\nif x and \\\n        x:\n    y = 3\n"),
    ("a continued text", "x = 'a \\\n# b'\ny = 1\n"),
    ("tabs", "if x:\n\ty = 1\n\tif y:\n\t\tz = '\t# a'\n"),
    ("form feeds", "x = 1\n\x0c\ny = 2\n"),
    ("two statements in a line", "x = '#'; y = 2\nif x: y = 3\n"),
    ("letters of other alphabets", "名前 = '😀 # é'\nif 名前:\n    pass\n"),
    ("no end of line", "if x:\n    y = '#'"),
    ("brackets", "x = [\n    '#',\n]\ny = {\n    'a': '#',\n}\n"),
    (
        "else and case",
        "if x:\n    pass\nelse:\n    pass\nmatch menu('#', ['#']):\n    case '#':\n        pass\n",
    ),
]


@pytest.mark.parametrize("code", [code for _, code in HARD], ids=[name for name, _ in HARD])
def test_comments_on_and_off_leave_the_same_tree(code: str) -> None:
    assert without_comments(code) == code, "nothing in it is a comment"
    on = with_comments(code, {s.index: f"note {s.index} '#" for s in statements(code)})
    assert on.count("# note") == len(statements(code))
    assert same(on, code)
    assert without_comments(on) == code
    if "'''" not in code and "\\\n" not in code:  # every line may end with a comment
        trailing = "".join(f"{line}  # t\n" for line in on.split("\n"))
        assert same(trailing, code)
        assert same(without_comments(trailing), code)
        assert "# t" not in without_comments(trailing)


BROKEN = [
    ("a text that never ends", "# a\nx = 'b # c\n  # d\ny = 1  # e\n", "x = 'b # c\ny = 1  # e\n"),
    ("a bare word as a key", "x = f(Show-text=1)  # a\n# b\ny = 2\n", "x = f(Show-text=1)  # a\ny = 2\n"),
    ("a block with nothing in it", "if x:\n# a\nelse:\n    # b\n", "if x:\nelse:\n"),
    ("a bracket never closed", "x = [1,  # a\n# b\ny = 2\n", "x = [1,  # a\ny = 2\n"),
    ("half of a surrogate pair", "# \ud800\nx = '\ud800 # y'\n", "x = '\ud800 # y'\n"),
    ("bytes that are no UTF-8", "# \udcff\nx = '\udcff # y'\n", "x = '\udcff # y'\n"),
]


@pytest.mark.parametrize(("code", "left"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_code_that_is_no_python_keeps_all_but_its_comments(code: str, left: str) -> None:
    """Comments are the lines that hold nothing else, on every version of Python."""
    assert without_comments(code) == left
    assert without_comments(left) == left


def test_a_nul_is_no_end_of_the_code() -> None:
    assert "y = 1" in without_comments("# a\nx = '\0'\ny = 1\n")


@given(bodies)
@settings(max_examples=60, deadline=None)
def test_comments_of_generated_shortcuts(body: list[dict[str, Any]]) -> None:
    on_and_off(transcribe(build_tree(plist(*body), "x"), {}).code)


@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_comments_of_real_shortcuts(shared_data: Path, step: int) -> None:
    for path in find(str(shared_data / "shortcuts"))[::step]:
        for source in read(path):
            assert source.plist is not None
            on_and_off(transcribe(build_tree(source.plist, source.name)).code)


def on_and_off(code: str) -> None:
    tree = ast.dump(ast.parse(code))
    bare = without_comments(code)
    found = statements(bare)
    on = with_comments(bare, {s.index: f"note {s.index}" for s in found})
    assert on.count("# note") >= len(found)
    assert ast.dump(ast.parse(bare)) == tree == ast.dump(ast.parse(on))
    assert without_comments(on) == bare
