"""Code that no transcriber wrote: what has one clear meaning compiles, the rest is refused with a mend."""

from __future__ import annotations

import pytest

from tests.shortcuts.test_compile import said
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.compile import CompileError, compile_code, compile_noted
from wfllm.shortcuts.forms import form_findings

SAME = [
    ("x = f'{str(y)}!'", "x = f'{y}!'"),
    ("x = str(y)", "x = f'{y}'"),
    ("x = 'a' + y + 'b'", "x = f'a{y}b'"),
    ("x = 'a' + 'b'", "x = 'ab'"),
    ("t = 'a'\nx = t + y", "t = 'a'\nx = f'{t}{y}'"),
    ("x = 'Hi {}, {}!'.format(y, z)", "x = f'Hi {y}, {z}!'"),
    ("x = 'Hi {1} {0} {name}'.format(y, z, name=w)", "x = f'Hi {z} {y} {w}'"),
    ("x = '{{}}'.format()", "x = '{}'"),
    ("t = 'a'\nt += 'b'", "t = 'a'\nt = f'{t}b'"),
    ("if x is None:\n    y = 'a'", "if not x:\n    y = 'a'"),
    ("if x is not None:\n    y = 'a'", "if x:\n    y = 'a'"),
    ("if x == None:\n    y = 'a'", "if not x:\n    y = 'a'"),
    ("if x != None:\n    y = 'a'", "if x:\n    y = 'a'"),
    ("if not (x is None):\n    y = 'a'", "if x:\n    y = 'a'"),
    ("n = len(x)", "n = is_workflow_actions_count(Input=x, WFCountType='Items')"),
    ("t = 'a'\nn = len(t)", "t = 'a'\nn = is_workflow_actions_count(Input=t, WFCountType='Characters')"),
    ("n = int(input('How many?'))", "n = ask('How many?', type='Number')"),
    ("n = float(input('How much?'))", "n = ask('How much?', type='Number')"),
    ("n = int(x)", "n = number(x)"),
    ("v = d.get('key')", "v = d['key']"),
    ("if x == y:\n    z = 'a'", "if x == f'{y}':\n    z = 'a'"),
    ("n = 3\nif x == n:\n    z = 'a'", "n = 3\nif x == number(n):\n    z = 'a'"),
    ("n = 3\nif n != x:\n    z = 'a'", "n = 3\nif n != number(x):\n    z = 'a'"),
    ("for i, y in enumerate(x, 1):\n    z = 'a'", "for i, y in enumerate(x, start=1):\n    z = 'a'"),
    ("x = 'a', y", "x = ['a', y]"),
    ("if x in ['a', 'b']:\n    z = 'a'", "if x == 'a' or x == 'b':\n    z = 'a'"),
    ("if x in {'a', y} or z:\n    z = 'a'", "if x == 'a' or x == f'{y}' or z:\n    z = 'a'"),
    ("if x not in ('a', 3):\n    z = 'a'", "if x != 'a' and x != 3:\n    z = 'a'"),
    ("if not x in ['a', 'b']:\n    z = 'a'", "if x != 'a' and x != 'b':\n    z = 'a'"),
    ("if input('?') in ['a']:\n    z = 'a'", "if input('?') == 'a':\n    z = 'a'"),
    ("if not (x == 'a' and y):\n    z = 'a'", "if x != 'a' or not y:\n    z = 'a'"),
    ("if not (x or not (y and w)):\n    z = 'a'", "if not x and y and w:\n    z = 'a'"),
    ("if 1 < x < 5:\n    z = 'a'", "if x > 1 and x < 5:\n    z = 'a'"),
    ("if not 1 <= x <= 5:\n    z = 'a'", "if x < 1 or x > 5:\n    z = 'a'"),
    ("if x == 'a' == y:\n    z = 'a'", "if x == 'a' and y == 'a':\n    z = 'a'"),
    ("for y in ('a', 'b'):\n    z = 'a'", "for y in ['a', 'b']:\n    z = 'a'"),
    (
        "c = is_workflow_actions_count(Input=x)\nif y == c:\n    z = 'a'",
        "c = is_workflow_actions_count(Input=x)\nif y == number(c):\n    z = 'a'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "dialect"), SAME)
def test_pythons_own_words(code: str, dialect: str) -> None:
    catalogue = load_catalogue()
    assert said(code, catalogue) == said(dialect, catalogue)


def test_calls_inside_calls_become_actions_before_in_the_order_python_runs_them() -> None:
    made = said(
        "is_workflow_actions_url(A=is_workflow_actions_count(Input=x), B=f'{input(\"Who?\")} {len(y)}')"
    )
    assert [name for name, _ in made] == ["count", "ask", "count", "url"]
    made = said("if len(x) > 3 and y:\n    z = 'a'")
    assert [name for name, _ in made] == ["count", "conditional", "gettext", "conditional"]
    made = said("if x:\n    z = 'a'\nelif is_workflow_actions_count(Input=x) == 2:\n    z = 'b'")
    assert [name for name, _ in made][2:5] == ["conditional", "count", "conditional"]


@pytest.mark.parametrize(
    ("value", "action"),
    [("['a', y]", "list"), ("{'a': 1}", "dictionary"), ("f'{y}'", "gettext")],
)
@pytest.mark.parametrize(
    "head",
    [
        "for x in {}:",
        "for i, x in enumerate({}, start=1):",
        "if {}:",
        "if not {}:",
        "if 'a' in {}:",
        "if {} == 'a':",
        "if y or {}:",
    ],
)
def test_a_value_where_a_block_takes_a_reference_is_made_by_an_action_before(
    head: str, value: str, action: str
) -> None:
    code = f"y = input('?')\n{head.replace('{}', value)}\n    z = 'a'"
    made = compile_code(code)
    assert form_findings(made) == []
    first = [name for name, _ in said(code)][1]
    member = "'a' in [" in code  # is the same as one of its items
    assert first == ("gettext" if member else action)


def test_no_list_of_conditions_is_endless() -> None:
    code = f"if x in {['a'] * 101}:\n    z = 'a'"
    with pytest.raises(CompileError, match="more than 100 items"):
        compile_code(code)


REFUSED = [
    ("while True:\n    pass", "workflows have no while", "for Repeat_Index"),
    ("return x", "workflows have no return", "exit_shortcut"),
    ("x = a + b", "not clear whether +", "is_workflow_actions_math"),
    ("n = 1\nx = n + 'a'", "not clear whether +", "f\"{a}{b}\""),
    ("x = a * 2", "no arithmetic", "math"),
    ("n = 1\nn += 1", "augmented", "math"),
    ("x = [y for y in z]", "list comprehension", "for loop"),
    ("x = a if b else c", "conditional expression", "if statement"),
    ("x = a.b", "attributes", "get_property"),
    ("x = a.upper()", "no method upper", "action"),
    ("x = '{:>3}'.format(y)", "no formats", "format_number"),
    ("x = '{}'.format()", "does not fit", "f\""),
    ("x = '{0.__class__}'.format(y)", "does not fit", "f\""),
    ("d['key'] = x", "one plain name", "setvalueforkey"),
    ("if x and is_workflow_actions_askforinput():\n    y = 'a'", "would run whatever", "before"),
    ("if x or input('sure?'):\n    y = 'a'", "would run whatever", "before"),
    ("for i in range(3):\n    x = f'{i}'", "counts from 1", "range(1, n + 1)"),
    ("for i, x in enumerate(y):\n    z = f'{i}'", "repeats count from 1", "start=1"),
    ("x = (y := 3)", "namedexpr", ""),
    ("x = y[0]", "not taken by number", "getitemfromlist"),
    ("x = y if z", "not Python", ""),
    ("x = d.get('a', 3)", "no default", "if not v"),
    ("x = 3j", "texts, numbers", "without j"),
    ("x = [b'x']", "texts, numbers", "a text"),
    ("if x == b'x':\n    z = 'a'", "texts, numbers", "a text"),
    ("x = {'a', 'b'}", "no set", "a list"),
    ("x: str = 'a'", "no type annotation", "name = value"),
    ("x = -y", "no operator", "action"),
    ("if x == ['a']:\n    z = 'a'", "nothing is compared with a list", "items"),
    ("if {'a': 1} != x:\n    z = 'a'", "nothing is compared with a dictionary", "items"),
    ("if x in []:\n    z = 'a'", "nothing is in an empty list", "items"),
    ("if input('?') in ['a', 'b']:\n    z = 'a'", "several conditions", "x = input(…)"),
    ("if 1 < input('?') < 3:\n    z = 'a'", "several conditions", "x = input(…)"),
    ("if x and y in ['a', 'b']:\n    z = 'a'", "not mixed", "if inside"),
    ("for x in y:\n    break", "no break", "under an if"),
    ("try:\n    x = 'a'\nexcept E:\n    pass", "no try", "Test the value"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "message", "mend"), REFUSED)
def test_what_has_no_clear_meaning_is_refused_with_what_to_write(code: str, message: str, mend: str) -> None:
    with pytest.raises(CompileError) as caught:
        compile_code(code)
    told = [f for f in caught.value.findings if message in f.message]
    assert told, caught.value.findings
    assert mend in told[0].suggestion


def test_all_of_it_at_once_each_on_its_line() -> None:
    code = "x = a.b\nwhile True:\n    pass\ny = 'fine'\nz = [i for i in y]\nif x:\n    w = lambda: 1\n"
    with pytest.raises(CompileError) as caught:
        compile_code(code)
    assert [f.line for f in caught.value.findings] == [1, 2, 5, 7]


def test_calls_nobody_knows_are_noted() -> None:
    """The file is written: the app may know more than the catalogue does."""
    _, notes = compile_noted("x = 'a'\nis_workflow_actions_show_result(Text=x)")
    assert notes == [
        "line 2: no API is called is_workflow_actions_show_result. "
        "Did you mean is_workflow_actions_showresult?"
    ]
    calls = "".join(f"is_workflow_actions_none{i}()\n" for i in range(9))
    _, notes = compile_noted(calls)
    assert len(notes) == 6
    assert "and 4 more" in notes[-1]
    assert compile_noted("com_example_app_RunIntent(a=1)\nx = len('a')")[1] == []
