"""Comments come off and go on without touching the workflow."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfllm.errors import WfllmError
from wfllm.shortcuts.comments import code_spans, statements, with_comments, without_comments

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


def test_published_samples_are_accepted_as_they_are(shared_data: Path) -> None:
    samples = json.loads((shared_data / "workflowbench" / "data_samples.json").read_text("utf-8"))
    rows = samples if isinstance(samples, list) else list(samples.values())
    for row in rows:
        code = next(v for k, v in row.items() if "code" in k.lower())
        stripped = without_comments(code)
        assert 0 < len(stripped) < len(code)
        assert without_comments(stripped) == stripped
