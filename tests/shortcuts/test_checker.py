"""What is not a legal workflow is said, with its line; what is, passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfllm.shortcuts.api import Api, Parameter
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.checker import MAX_FINDINGS, Finding, check

CATALOGUE = Catalogue(
    [
        Api(
            "app.fetch",
            title="Fetch",
            parameters=(
                Parameter("url", "text", required=True),
                Parameter("method", "choice", choices=("GET", "POST")),
                Parameter("times", "number"),
                Parameter("fast", "boolean"),
                Parameter("fields", "dictionary"),
                Parameter("at-once", "any"),
            ),
        ),
        Api("is.workflow.actions.conditional", title="If", description="if …:", called=False),
        Api("is.workflow.actions.gettext", title="Text", description="A text.", called=False),
        Api("app.undocumented"),
        Api("app.old", description="Takes old keys.", also=("WFOld",)),
    ]
)

LEGAL = '''\
"""Fetch a few pages."""
name = input("Who?")
urls = ["a", "b"]
Repeat_Results = []
for Repeat_Index, Repeat_Item in enumerate(urls, start=1):
    page = app_fetch(url=Repeat_Item, method="POST", times="3", fast=True, fields={"a": name})
    for Repeat_Index_2 in range(1, Repeat_Index + 1):
        if "x" in page or page.startswith(name) or 1 <= Repeat_Index_2 <= 3:
            If_Result = get_property(page, "Name")
        else:
            If_Result = ""
    Repeat_Results.append(If_Result)
match menu("Which?", ["One", "Two", "Unused"]):
    case "One":
        Menu_Result = f"{name}: {current_date()}"
    case "Two":
        pass
Log.append(Menu_Result)
result = app_fetch(url=f"{Log}", **{"at-once": -1})
exit_shortcut(Repeat_Results)
'''


def test_half_a_character_is_a_finding() -> None:
    """No file can hold it; an escape can spell it."""
    for half in ("'\\ud800'", "f'{x}\\udfff'", "'\\U0000dabc'", "{'\\uDE00': 1}"):
        (finding,) = check(f"x = input('?')\ny = {half}\n", CATALOGUE)
        assert (finding.rule, finding.line) == ("syntax", 2)
        assert "half a character" in finding.message
    assert check("x = '\\U0001f600 \\ue000 \\\\ud800'\noutput(x)\n", CATALOGUE) == []


def rules(code: str, allowed: list[str] | None = None) -> list[str]:
    return [f.rule for f in check(code, CATALOGUE, allowed=allowed)]


def test_a_legal_workflow_has_no_findings() -> None:
    assert check(LEGAL, CATALOGUE) == []


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("if x", "syntax"),
        ("x = y", "undefined-name"),
        ("if 'a' in 'b':\n    x = 1\nelse:\n    y = x", "undefined-name"),
        ("for Repeat_Index in range(1, 4):\n    pass\nx = Repeat_Index", "undefined-name"),
        ("x = app_fetsh(url='a')", "unknown-api"),
        ("x = app_fetch(ur='a', url='b')", "unknown-parameter"),
        ("x = app_fetch()", "missing-parameter"),
        ("x = app_fetch('a', url='b')", "arguments"),
        ("x = app_fetch(url={'a': 1})", "value"),
        ("x = app_fetch(url=True)", "value"),
        ("x = app_fetch(url='a', method='get')", "value"),
        ("x = app_fetch(url='a', times='three')", "value"),
        ("x = app_fetch(url='a', times=True)", "value"),
        ("x = app_fetch(url='a', fast='yes')", "value"),
        ("x = app_fetch(url='a', fields=[1])", "value"),
        ("x = app_fetch(url='a', fields='b')", "value"),
        ("x = f\"{app_fetch(url='a')}\"", "nested-call"),
        ("x = is_workflow_actions_conditional()", "syntax-api"),
        ("x = get_property('a')", "arguments"),
        ("x = 'a'.upper()", "unknown-function"),
        ("x = ['a'][0]()", "unknown-function"),
        ("x = 'a'.startswith()", "arguments"),
        ("import os", "forbidden"),
        ("from os import path", "forbidden"),
        ("exec('x')", "unknown-api"),
        ("x = lambda: 1", "forbidden"),
        ("x = [a for a in 'b']", "forbidden"),
        ("x = {a for a in 'b'}", "forbidden"),
        ("@f\ndef g():\n    pass", "forbidden"),
        ("class A:\n    pass", "forbidden"),
        ("while True:\n    pass", "forbidden"),
        ("try:\n    pass\nexcept E:\n    pass", "forbidden"),
        ("with x:\n    pass", "forbidden"),
        ("x = 1 + 2", "forbidden"),
        ("x = 1 == 2", "forbidden"),
        ("x = 1 if 2 else 3", "forbidden"),
        ("x = 1\ny = x.name", "forbidden"),
        ("x = ''\ny = x.__class__", "forbidden"),
        ("x = __builtins__", "forbidden"),
        ("x = 'a'\ny = f'{x!r}'", "forbidden"),
        ("x = b'a'", "forbidden"),
        ("x = 1j", "forbidden"),
        ("x = -'a'.keys()", "forbidden"),
        ("x = y = 1", "assignment"),
        ("x, y = [1, 2]", "assignment"),
        ("1", "no-effect"),
        ("for x in [1]:\n    pass", "loop"),
        ("for i, x in enumerate([1], start=1):\n    pass", "loop"),
        ("for Repeat_Index, Repeat_Item in enumerate([1]):\n    pass", "loop"),
        ("for Repeat_Index in range(3):\n    pass", "loop"),
        ("x = range(1, 2)", "loop"),
        ("for Repeat_Index in range(1, 3):\n    pass\nelse:\n    pass", "loop"),
        ("x = 'a'\nif x and x == 'b' or x == 'c':\n    pass", "compile"),
        ("match 3:\n    case 'a':\n        pass", "menu"),
        ("match menu('a', ['b']):\n    case 'c':\n        pass", "menu"),
        ("match menu('a', ['b']):\n    case _:\n        pass", "menu"),
        ("match menu('a', ['b']):\n    case 'b':\n        pass\n    case 'b':\n        pass", "menu"),
    ],
)
def test_each_fault_is_found(code: str, rule: str) -> None:
    assert rule in rules(code)


def test_what_real_files_hold_is_no_fault() -> None:
    assert rules("x = app_fetch(url=['a', 'b'], fast=0, ShowWhenRun=False, **{'Show-url': True})") == []
    assert rules("x = app_undocumented(anything=shortcut_input(kind='Input'))") == []
    assert rules("x = is_workflow_actions_gettext()") == []
    assert rules("x = app_old(WFOld=1)") == []
    assert rules("x = app_fetch(url='a', times='')") == []
    assert rules("match menu('a', ['b']):\n    case None:\n        pass\n    case 1:\n        pass") == []


def test_findings_say_the_line_and_what_to_write() -> None:
    found = check("x = 'a'\ny = app_fetch(url=x, methd='GET')", CATALOGUE)
    assert found == [
        Finding(2, "unknown-parameter", "Fetch has no parameter methd", "Did you mean method?"),
    ]
    assert check("x = app_fetsh(url='a')", CATALOGUE)[0].suggestion == "Did you mean app_fetch?"
    assert "GET, POST" in check("x = app_fetch(url='a', method='zzz')", CATALOGUE)[0].suggestion


def test_allowed_names_the_only_apis() -> None:
    assert rules("x = app_fetch(url='a')", ["app.fetch"]) == []
    assert rules("x = app_fetch(url='a')", ["app.other"]) == ["not-allowed"]
    assert rules("x = app_new(anything=1)", ["app.new"]) == []
    assert rules("x = app_new(anything=1)", ["app_new"]) == []


def test_a_loop_may_use_what_an_earlier_round_set() -> None:
    loop = "for Repeat_Index in range(1, 3):\n    if 1 == 1:\n        a = b\n    b = 1"
    assert rules(loop) == []


def test_names_of_nested_repeats_carry_their_level() -> None:
    inner = "for Repeat_Index in range(1, 3):\n    for {} in range(1, 3):\n        pass"
    assert rules(inner.format("Repeat_Index_2")) == []
    assert rules(inner.format("Repeat_Index")) == ["loop"]


def test_nothing_is_executed(tmp_path: object) -> None:
    marker = f"{tmp_path}/ran"
    check(f"__import__('os').mkdir({marker!r})\nopen({marker!r}, 'w')", CATALOGUE)
    from pathlib import Path

    assert not Path(marker).exists()


@pytest.mark.parametrize(
    "code",
    [
        "x" * 10_000_000,
        "(" * 10_000,
        "x = " + "-" * 100_000 + "1",
        "x = 1" + " + 1" * 100_000,
        "x = y" + ".a" * 100_000,
        "x = f'" + "{a}" * 100_000 + "'",
        "if x:\n    pass\n" + "elif x:\n    pass\n" * 20_000,
        "x = '\0'",
        "x = '\ud800'",
        "x = " + "9" * 10_000,
    ],
    ids=["long", "brackets", "minus", "sum", "dots", "fields", "elif", "nul", "surrogate", "digits"],
)
def test_hostile_code_is_a_finding_not_a_crash(code: str) -> None:
    assert check(code, CATALOGUE)[0].rule == "syntax"


def test_the_list_of_findings_ends() -> None:
    found = check("x = a.b\n" * (MAX_FINDINGS + 50), CATALOGUE)
    assert len(found) == MAX_FINDINGS + 1
    assert found[-1].rule == "more"


@given(st.text(alphabet=st.sampled_from(list("ab_=():\n  '\"{}[]fxin1.,#\\;*")), max_size=120))
def test_any_text_is_checked(text: str) -> None:
    for finding in check(text, CATALOGUE):
        assert finding.line >= 1
        assert finding.message


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("com_example_app_RunIntent", "warning"),
        ("fm_example_app_add", "warning"),
        ("Example_app_a_x2d_Shell_RunIntent", "warning"),
        ("maccatalyst_com_example_Text_RunIntent", "warning"),
        ("is_workflow_actions_nobody", "error"),
        ("get_weather_data", "error"),
        ("to_upper_case", "error"),
        ("do_it_now", "error"),
        ("print", "error"),
    ],
)
def test_an_action_of_an_app_may_exist_and_a_function_does_not(name: str, severity: str) -> None:
    (finding,) = check(f"{name}()", CATALOGUE)
    assert (finding.rule, finding.severity) == ("unknown-api", severity)


def test_what_is_known_from_use_alone_is_taken_lightly() -> None:
    seen = Parameter("mode", "choice", choices=("A",), source="inferred")
    known = Catalogue([Api("a.b.c", parameters=(seen,), source="inferred")])
    assert check("a_b_c(mode='B')", known) == []
    (finding,) = check("a_b_c(mde='B')", known)
    assert (finding.rule, finding.severity) == ("unknown-parameter", "warning")


def test_what_an_apps_own_definition_requires_is_asked_for() -> None:
    for source, severity in (("shipped", "error"), ("actionsdata", "warning")):
        needed = Parameter("x", "text", required=True, source=source)  # type: ignore[arg-type]
        (finding,) = check("a_b_c()", Catalogue([Api("a.b.c", parameters=(needed,))]))
        assert (finding.rule, finding.severity) == ("missing-parameter", severity)


def test_values_left_over_from_another_action_are_not_looked_at() -> None:
    assert rules("x = app_fetch(url='a', WFVariable=nobody, WFItemIndex=nobody)") == []
    assert rules("x = app_fetch(url=nobody)") == ["undefined-name"]


def test_a_part_of_a_block_that_a_file_has_lost_stays_a_call() -> None:
    assert rules("is_workflow_actions_conditional(WFControlFlowMode=2)") == []
    assert rules("is_workflow_actions_conditional(WFControlFlowMode=0)") == ["syntax-api"]


def test_warnings_alone_are_compiled() -> None:
    found = check("x = app_fetch(url=app_fetch(url='a'))", CATALOGUE)
    assert [(f.rule, f.severity) for f in found] == [("nested-call", "warning")]


def test_content_kept_beside_the_code_is_not_asked_for() -> None:
    assert rules(f"x = app_fetch(url='a', **{{'at-once': data('sha256:{'0' * 64}')}})") == []


@pytest.mark.parametrize(
    "line",
    [
        "x = len(xs)",
        "x = str(a)",
        "x = int(a)",
        "x = 'Hi ' + a",
        "a += 'b'",
        "x = 'Hi {}'.format(a)",
        "x = d.get('k')",
        "x = 'a', a",
        "if a is not None:\n    x = 'b'",
        "if a not in ('b', 'c'):\n    x = 'b'",
    ],
)
def test_pythons_own_words_are_no_fault(line: str) -> None:
    """Compiling takes them, whatever APIs a sample was given."""
    code = f"a = input('?')\nxs = ['a']\nd = {{'k': 1}}\n{line}\n"
    assert check(code, CATALOGUE) == []
    assert rules(code, allowed=["app_fetch"]) == []


def test_a_call_of_count_by_name_is_held_to_the_list() -> None:
    code = "xs = ['a']\nx = is_workflow_actions_count(Input=xs)\ny = len(xs)"
    assert "not-allowed" in rules(code, allowed=["app_fetch"])


def test_a_loop_of_ones_own_is_a_repeat_written_otherwise() -> None:
    (finding,) = check("xs = ['a']\nfor x in xs:\n    y = f'{x}'", CATALOGUE)
    assert finding.severity == "warning"
    assert "written otherwise" in finding.message


def test_an_annotation_is_no_use_of_a_name() -> None:
    (finding,) = check("x: str = 'a'\ny = f'{x}'", CATALOGUE)
    assert finding.message == "workflows have no type annotation"


def test_findings_of_values_say_what_to_write() -> None:
    code = "d = {}\nx = d.get('a', 3)\ny = 3j\nz = b'z'\nw = {'a', 'b'}"
    found = check(code, CATALOGUE)
    assert [f.line for f in found] == [2, 3, 4, 5]
    assert "no default" in found[0].message
    assert all(f.suggestion for f in found)
