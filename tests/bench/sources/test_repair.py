"""What was printed carelessly becomes Python; what is lost stays as it is, with the reason."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shortcuts.trees import tree_of
from wfllm.bench.sources.repair import REPAIRS, repair


@pytest.mark.parametrize(
    ("code", "meant", "made"),
    [
        ("f( Show-text=True, a='''x''')", "f(**{'Show-text': True}, a='''x''')", {"keyword": 1}),
        ("x = f(a-b='''p, c-d=q''')", "x = f(**{'a-b': '''p, c-d=q'''})", {"keyword": 1}),
        ("f(WFFind={, WFInput=x)", "f(WFFind='{', WFInput=x)", {"bare_text": 1}),
        ('f(WFSeparator=")', "f(WFSeparator='\"')", {"bare_text": 1}),
        (
            'f(a={"id": x1, "name": Get the key, "self": False})',
            'f(a={"id": x1, "name": "Get the key", "self": False})',
            {"bare_text": 1},
        ),
        ('d = {{"string": the app}: {"string": 2.2}}', "d = {'the app': '2.2'}", {"typed_item": 2}),
        (
            'd = {{"string": a b}: {{"string": c}: {"string": https://x.org/?q=1}}}',
            "d = {'a b': {'c': 'https://x.org/?q=1'}}",
            {"typed_item": 3},
        ),
        ('f(a=[{"string": two words}, {"string": x}])', "f(a=['two words', 'x'])", {"typed_item": 2}),
        ("t = f'''{a b, {name}}'''", "t = f'''{{a b, {name}}}'''", {"braces": 1}),
        (
            "if x.Last Name == 'a':\n    f()",
            "if get_property(x, 'Last Name') == 'a':\n    f()",
            {"property": 1},
        ),
        (
            "x = f(Show-a=1, t='''one\n# Says two.\ntwo''')",
            "# Says two.\nx = f(**{'Show-a': 1}, t='''one\ntwo''')",
            {"keyword": 1, "comment_in_text": 1},
        ),
    ],
)
def test_what_was_printed_carelessly_becomes_python(code: str, meant: str, made: dict[str, int]) -> None:
    assert tree_of(code) is None, "nothing to mend"
    done = repair(code)
    assert tree_of(done.code) == tree_of(meant) is not None
    assert done.made == made
    assert set(done.made) <= set(REPAIRS)
    assert done.lost == ""


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("if x:\n    f()\nelse:\ng()", "a line is gone, of which another copy was deleted (line 4)"),
        ("match input('x'):\n    f()", "a line is gone"),
        ("x = '''one\ntwo", "the end of a text or value is gone"),
        ("f(a=[one, two words])", "items of a list stand bare"),
        ("d = {a: b c, d: e}", "keys of a dictionary stand bare"),
        ("f(a='''x\0y''')", "binary data"),
        ("f(a=)", "a value is gone"),
    ],
)
def test_what_is_lost_is_said_and_nothing_is_made_up(code: str, why: str) -> None:
    done = repair(code)
    assert why in done.lost
    assert (done.code, done.made) == (code, Counter())


PIECES = ["f(", ")", "a=", "Show-b=", "'''", '"', "{", "}", "[", "]", ", ", ": ", '{"string": ', "\n",
          "    ", "x", "# Is so.", "=", "f'''", "if x:", "else:", "w w", ".A B", "1", "\0"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@settings(max_examples=400)
def test_whatever_comes_it_is_python_or_as_it_was(code: str) -> None:
    done = repair(code)
    if tree_of(code) is not None:
        assert (done.code, done.made, done.lost) == (code, Counter(), "")
    elif done.lost:
        assert done.code == code
    else:
        assert tree_of(done.code) is not None
        assert done.made


def test_published_samples(shared_data: Path) -> None:
    rows = json.loads((shared_data / "workflowbench" / "data_samples.json").read_text("utf-8"))
    made = [repair(row["annotated_code"]) for row in rows]
    fine = [d for d in made if not d.made and not d.lost]
    mended = [d for d in made if d.made]
    lost = Counter(d.lost.split(" (line")[0].split(":")[0] for d in made if d.lost)
    assert (len(fine), len(mended), sum(lost.values())) == (7, 13, 47)
    assert lost.most_common(1)[0][0] == "the end of a text is gone"
    for row, done in zip(rows, made, strict=True):
        if done.made:  # every word of the record is still there
            words = set("".join(c if c.isalnum() else " " for c in row["annotated_code"]).split())
            still = set("".join(c if c.isalnum() else " " for c in done.code).split())
            assert words - still <= {"string", "n", "t"}
