"""Thoughts without a model are about the statement, short, varied and always the same."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfllm.bench.record import Record
from wfllm.bench.sources.starter import load_starter
from wfllm.bench.thoughts.catalogue import annotate, comment, comments, plan, query
from wfllm.bench.thoughts.sentences import MAX_WORDS
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.comments import statements, without_comments

CATALOGUE = load_catalogue()

CODE = """\
basket = input("Prices?")
prices = is_workflow_actions_text_split(text=basket, WFTextSeparator="Spaces")
Repeat_Results = []
for Repeat_Index, Repeat_Item in enumerate(prices, start=1):
    if Repeat_Item > 10 and "x" not in Repeat_Item:
        If_Result = f"{Repeat_Index}. {Repeat_Item}"
    else:
        If_Result = "cheap"
    Repeat_Results.append(If_Result)
match menu("What now?", ["Copy", "Nothing"]):
    case "Copy":
        is_workflow_actions_setclipboard(WFInput=Repeat_Results)
    case "Nothing":
        pass
for Repeat_Index in range(1, 4):
    is_workflow_actions_delay(WFDelayTime=2)
com_nobody_app_DoThingIntent(what=clipboard())
run_shortcut("Budget", prices["total"])
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('x = input("Who?")', "Asks for x: “Who?”"),
        ("Total = subtotal", "Sets total to subtotal."),
        ('price = product["unit_price"]', "Looks up product's unit_price."),
        ('title = get_property(event, "Title")', "Reads event's title."),
        ("is_workflow_actions_delay(WFDelayTime=5)", "Waits 5 seconds."),
        ("is_workflow_actions_delay()", "Waits a second."),
        ("is_workflow_actions_dnd_set(Enabled=True)", "Turns Do Not Disturb on."),
        ("is_workflow_actions_dnd_set(Enabled=False)", "Turns Do Not Disturb off."),
        ("Lines.append(f'{day}: {x}')", "Adds day, x to lines."),
        ('exit_shortcut("done")', "Stops here and hands back “done”."),
        ("if not x:\n    pass", "Checks whether x is empty."),
    ],
)
def test_comments_name_what_matters(line: str, expected: str) -> None:
    found = statements(line, CATALOGUE)[0]
    assert comment(found, CATALOGUE) == expected


def test_conditions_in_words() -> None:
    for test, words in {
        '"Rain" in forecast': "forecast contains “Rain”",
        "1 <= n <= 3": "n is between 1 and 3",
        'x == "a" or y.endswith("z")': "x is “a” or y ends with “z”",
        "is_today(due)": "due is today",
    }.items():
        assert comment(statements(f"if {test}:\n    pass")[0], CATALOGUE) == f"Checks whether {words}."


def test_every_statement_of_the_corpus_has_a_short_specific_comment() -> None:
    seen: list[str] = []
    for record in load_starter():
        for text in comments(without_comments(record.annotated_code), CATALOGUE).values():
            assert text
            assert "\n" not in text
            assert len(text.split()) <= MAX_WORDS + 1  # the mark of the cut
            assert "is_workflow" not in text
            assert text.count("“") == text.count("”"), text
            seen.append(text)
    assert len(set(seen)) > 0.6 * len(seen)


def test_the_plan_is_nested_and_numbered() -> None:
    assert plan(CODE).split("\n") == [
        "1. Ask for basket: “Prices?”",
        "2. Split basket by Spaces.",
        "3. Go through each item of prices:",
        "  3.1. If the item is above 10 and the item does not contain “x”:",
        "    3.1.1. Result in the round number, the item.",
        "    Otherwise:",
        "    3.1b.1. Result in “cheap”.",
        "  3.2. Add the result to the results.",
        "4. Ask “What now?” and offer Copy, Nothing:",
        "  “Copy”:",
        "    4.1.1. Put the results on the clipboard.",
        "  “Nothing”:",
        "5. Repeat this 3 times:",
        "  5.1. Wait 2 seconds.",
        "6. Call do thing: the clipboard.",
        "7. Run the shortcut “Budget” with prices's total.",
    ]


def test_a_request_tells_the_goal_without_naming_functions() -> None:
    text = query(CODE, title="Shopping")
    assert "Shopping" in text
    assert "split basket" in text
    assert "is_workflow" not in text
    assert query("x = 1")


def test_annotate_fills_only_what_is_lacking() -> None:
    bare = Record(query="", apis=[], task_plan="", annotated_code=CODE, id="Shopping")
    full = annotate(bare)
    assert full.query
    assert full.task_plan == plan(CODE)
    assert full.apis[0] == "is.workflow.actions.text.split"
    assert without_comments(full.annotated_code) == CODE
    assert bare.query == "", "the given record stays as it is"
    assert annotate(full) == full
    own = Record(query="mine", apis=["a"], task_plan="p", annotated_code="# the author's\nx = 1\ny = 2\n")
    kept = annotate(own)
    assert (kept.query, kept.apis, kept.task_plan) == ("mine", ["a"], "p")
    assert kept.annotated_code == "# the author's\nx = 1\n# Sets y to 2.\ny = 2\n"


def test_code_that_does_not_parse_is_refused() -> None:
    with pytest.raises(WfllmError, match="not Python"):
        annotate(Record(query="", apis=[], task_plan="", annotated_code="if x"))


@pytest.mark.parametrize("depth", [10, 300, 600, 950, 3000])
def test_deep_nesting_is_told_or_refused(depth: int) -> None:
    for code in (f"x = y{'[0]' * depth}", "if x:\n    pass\n" + "elif x:\n    pass\n" * depth):
        record = Record(query="", apis=[], task_plan="", annotated_code=code)
        try:
            told = annotate(record).task_plan
        except WfllmError as fault:
            told = fault.cause
        assert told.startswith("1. ") or "nested too deeply" in told


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_makes_a_comment(prompt: str, name: str) -> None:
    call = ast.unparse(ast.parse(f"is_workflow_actions_alert(WFAlertActionMessage={prompt!r})"))
    code = f"{call}\nx = input({name!r})\nd = {{{name!r}: {prompt!r}}}\n"
    try:
        ast.parse(code)
    except (SyntaxError, ValueError):
        return
    full = annotate(Record(query="", apis=[], task_plan="", annotated_code=code))
    assert ast.dump(ast.parse(full.annotated_code)) == ast.dump(ast.parse(code))
    assert len(full.task_plan.split("\n")) == 3
