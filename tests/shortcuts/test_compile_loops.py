"""The names of loops: what they stand for inside, and what they are not outside."""

from __future__ import annotations

import pytest

from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.compile import CompileError, compile_code

SHOW = "is_workflow_actions_showresult(Text=f'{x}')"


@pytest.mark.parametrize("change", ["x = 'b'", "x = clipboard()", "x.append('b')", "x = f'{x}b'"])
def test_the_name_of_a_loop_is_not_set_inside_it(change: str) -> None:
    code = f"xs = ['a']\nfor x in xs:\n    {change}\n    {SHOW}\n"
    with pytest.raises(CompileError, match="x is what the loop around it goes through") as raised:
        compile_code(code)
    assert [f.line for f in raised.value.findings] == [3]


@pytest.mark.parametrize("loop", ["for x in xs:", "for x in range(1, 4):", "for x in range(3):"])
@pytest.mark.parametrize("before", ["", "x = 'out'\n"])
def test_the_name_of_a_loop_is_not_read_after_it(loop: str, before: str) -> None:
    code = f"xs = ['a']\n{before}{loop}\n    is_workflow_actions_vibrate()\n{SHOW}\n"
    with pytest.raises(CompileError, match="x is there inside its loop only") as raised:
        compile_code(code)
    assert [f.line for f in raised.value.findings] == [code.count("\n")]
    findings = [f for f in check(code, load_catalogue()) if f.severity != "warning"]
    assert findings
    assert all("inside" in f"{f.message}{f.suggestion}" for f in findings)


@pytest.mark.parametrize(
    "after",
    [f"x = 'b'\n{SHOW}", f"x.append('b')\n{SHOW}", f"for x in xs:\n    {SHOW}", f"x = clipboard()\n{SHOW}"],
)
def test_after_a_loop_its_name_can_be_set_again(after: str) -> None:
    compile_code(f"xs = ['a']\nfor x in xs:\n    {SHOW}\n{after}\n")


def test_the_files_own_names_of_repeats_are_variables_everywhere() -> None:
    compile_code(
        "for Repeat_Index, Repeat_Item in enumerate(clipboard(), start=1):\n"
        "    Repeat_Item = clipboard()\n"
        "is_workflow_actions_showresult(Text=f'{Repeat_Item}')\n"
    )
