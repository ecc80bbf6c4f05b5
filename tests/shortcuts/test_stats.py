"""Counts of workflows and of code."""

from __future__ import annotations

from tests.shortcuts.build import act, block, plist
from wfllm.shortcuts.stats import Stats, app_of, stats_of, stats_of_code
from wfllm.shortcuts.tree import build_tree


def test_counts_of_a_workflow() -> None:
    tree = build_tree(
        plist(
            block("repeat.each", 0, "r"),
            block("conditional", 0, "i"),
            act("com.example.app.DoIntent"),
            block("conditional", 2, "i"),
            block("repeat.each", 2, "r"),
            act("url"),
            act("url"),
        )
    )
    assert stats_of(tree) == Stats(actions=7, ifs=1, loops=1, depth=2, apis=4, apps=1)


def test_counts_of_code() -> None:
    code = "\n".join(
        [
            "# a comment",
            "Repeat_Results = []",
            "for Repeat_Index, Repeat_Item in enumerate(xs, start=1):",
            "    if x:",
            "        y = com_example_app_DoIntent(a=1)",
            "    elif z:",
            "        pass",
            "    Repeat_Results.append(y)",
            "match menu('?', ['A']):",
            "    case 'A':",
            "        is_workflow_actions_url()",
        ]
    )
    assert stats_of_code(code) == Stats(
        actions=2 + 3 + 2 + 1 + 1 + 3 + 1, ifs=2, loops=1, depth=3, apis=2, apps=1
    )


def test_code_that_does_not_parse_has_no_counts() -> None:
    assert stats_of_code("if x\n") is None
    assert stats_of_code("(" * 1000) is None
    assert stats_of_code("\0") is None


def test_apps() -> None:
    assert app_of("is.workflow.actions.url") == ""
    assert app_of("com.example.app.DoIntent") == "com.example.app"
