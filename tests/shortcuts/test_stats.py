"""Counts of workflows and of code."""

from __future__ import annotations

import ast

import pytest

from tests.shortcuts.build import act, block, plist
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.compile import compile_code
from wfllm.shortcuts.stats import Stats, app_of, stats_of, stats_of_code
from wfllm.shortcuts.tree import build_tree
from wfllm.shortcuts.used import BECAME_SYNTAX, used_apis, used_by_statement


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
    # for, end; if, otherwise, end; if, end (its branch is empty); the call; menu, case, end; the url
    assert stats_of_code(code) == Stats(
        actions=2 + 3 + 2 + 1 + 3 + 1, ifs=2, loops=1, depth=3, apis=5, apps=1
    )


def test_code_that_does_not_parse_has_no_counts() -> None:
    assert stats_of_code("if x\n") is None
    assert stats_of_code("(" * 1000) is None
    assert stats_of_code("\0") is None


def test_apps() -> None:
    assert app_of("is.workflow.actions.url") == ""
    assert app_of("com.example.app.DoIntent") == "com.example.app"


@pytest.mark.parametrize(
    "code",
    [
        "a = 'x'\nB = a\nB.append(a)\nC = [a]\nC.append('lit')\nis_workflow_actions_url(A=C)",
        "x = is_workflow_actions_count(Input=d.keys())\nis_workflow_actions_alert(A=d[f'{x}'], B=d['k'])",
        "pass\nif clipboard():\n    pass\n    pass\nelse:\n    exit_shortcut()",
        "If_Result = None\nif clipboard():\n    If_Result = 'made'\noutput(If_Result)",
        "Repeat_Results = []\nfor i in range(3):\n    Repeat_Results.append('made')\noutput(Repeat_Results)",
        "match menu('?', ['A', 'B']):\n    case 'A':\n        n = 3\n    case 'B':\n        n = number(n)",
        "d = {'a': number(n), 'b': [boolean(x)]}\nrun_shortcut('B', d)\nrun_this_shortcut()\nget_variable(d)",
        "x = None\npass\ny = None\nx.append('a')\noutput(x)",
        "run_shortcut('B', {'a': 1})\nrun_this_shortcut('text')\nz = {'a': 1}['a']\nget_variable([1])",
        "if 'a' in f'{clipboard()} b':\n    pass\nelif 'x'.startswith('a') or 1 <= 3 <= 5:\n    pass",
        "x = ask('How many?', type='Number')\ny = f'{x}'\nz = join_text('a', y)\nw = get_property(z, 'Name')",
    ],
)
def test_counts_of_code_are_counts_of_what_it_compiles_to(code: str) -> None:
    made = build_tree(compile_code(code))
    assert stats_of_code(code) == stats_of(made)
    listed = [i for i in dict.fromkeys(a.identifier for a in made.actions) if i not in BECAME_SYNTAX]
    assert used_apis(code) == listed


def test_values_inside_each_other_beyond_reading_are_refused() -> None:
    with pytest.raises(WfllmError, match="nested too deeply"):
        used_apis(f"x = y{'[0]' * 900}")
    assert stats_of_code(f"x = y{'[0]' * 900}") is None


@pytest.mark.parametrize(
    "code",
    [
        "x = clipboard()\nn = len(x)\n",
        "x = clipboard()\nif len(x) > 3:\n    is_workflow_actions_vibrate()\n",
        "x = 'a'\ny = 'b' + x\n",
        "t = 'a'\nt += 'b'\n",
        "d = {'a': 1}\nv = d.get('a')\n",
        "x = clipboard()\nn = int(x)\n",
        "x = clipboard()\ny = 'Hi {}'.format(x)\n",
        "x = clipboard()\nif x:\n    a = 'x'\n    b = 'y'\n    If_Result = a\n"
        "is_workflow_actions_url(U=f'{If_Result}')\n",
        "Repeat_Results = []\nfor Repeat_Index, Repeat_Item in enumerate(clipboard(), start=1):\n"
        "    a = 'x'\n    Repeat_Results.append(Repeat_Item)\n"
        "is_workflow_actions_url(U=f'{Repeat_Results}')\n",
    ],
)
def test_what_idioms_and_results_become_is_counted_as_it_is_compiled(code: str) -> None:
    tree = ast.parse(code)
    before = ast.dump(tree)
    used = [identifier for group in used_by_statement(tree, load_catalogue()) for identifier in group]
    assert ast.dump(tree) == before, "the tree that was asked about stays as it is"
    made = compile_code(code)["WFWorkflowActions"]
    counted = [a for a in made if not a["WFWorkflowActionParameters"].get("WFControlFlowMode")]
    assert sorted(used) == sorted(a["WFWorkflowActionIdentifier"] for a in counted)
