"""Sound files whose content makes no sense: to code and back all the same, or refused with the reason."""

from __future__ import annotations

import copy
import datetime
import plistlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.shortcuts.build import act, att, block, cond, out, plist, txt, var
from tests.shortcuts.fuzz import small_seeds
from tests.shortcuts.fuzz_mutate import PLIST
from tests.shortcuts.fuzz_target import run
from wfllm.errors import WfllmError
from wfllm.shortcuts.reader import find, read
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

BACK, REFUSED = "to code and back", "refused"


def far(workflow: dict[str, Any]) -> str:
    """How far a property list comes; anything but an identical one or a reason is an error here."""
    return run(PLIST + plistlib.dumps(workflow, fmt=plistlib.FMT_BINARY, sort_keys=False), strict=False)


def deep(levels: int, kind: str) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = (
            [value] if kind == "list" else {"Value": value, "WFSerializationType": "WFDictionaryFieldValue"}
        )
    return value


def chain(count: int) -> list[dict[str, Any]]:
    """Each takes the next one's output, the last the first one's."""
    return [
        act("url", WFURLActionURL=att(out(f"U{(i + 1) % count}", "x")), UUID=f"U{i}") for i in range(count)
    ]


def blocks(**parameters: Any) -> list[dict[str, Any]]:
    """One of each kind, inside each other, with these parameters."""
    kinds = ("conditional", "repeat.each", "repeat.count", "choosefrommenu")
    opened = [act(kind, **{"WFControlFlowMode": 0, **parameters}) for kind in kinds]
    closed = [act(kind, **{"WFControlFlowMode": 2, **parameters}) for kind in reversed(kinds)]
    return [*opened, act("nothing"), *closed]


@pytest.mark.parametrize(
    ("actions", "comes"),
    [
        ([act("url", UUID="A", WFURLActionURL=att(out("A", "URL")))], BACK),
        (chain(2), BACK),
        (chain(50), BACK),
        ([block("repeat.each", 0, WFInput=att(out("R", "x"))), block("repeat.each", 2, UUID="R")], BACK),
        ([block("conditional", 0, WFInput=cond(out("I", "x")), WFCondition=100),
          block("conditional", 2, UUID="I")], BACK),
        (blocks(GroupingIdentifier="same"), BACK),
        (blocks(GroupingIdentifier=""), BACK),
        (blocks(GroupingIdentifier=3), BACK),
        (blocks(GroupingIdentifier={"a": []}), BACK),
        (blocks(), BACK),
        (blocks(WFControlFlowMode=7), BACK),
        (blocks(WFControlFlowMode="x"), BACK),
        (blocks(WFControlFlowMode=-1), BACK),
        (blocks(WFControlFlowMode=1.5), BACK),
        (blocks(WFControlFlowMode=[]), BACK),
        (blocks(WFControlFlowMode=1), BACK),
        (blocks(WFControlFlowMode=2), BACK),
        ([act("conditional"), act("choosefrommenu"), act("repeat.each"), act("repeat.count")], BACK),
        ([act("url", UUID="A"), act("url", UUID="A"), act("url", WFURLActionURL=att(out("A")))], BACK),
        ([act("setvariable", WFVariableName="", WFInput=att(var("")))], BACK),
        ([act("setvariable", WFVariableName="../../etc", WFInput=att(var("a/b")))], BACK),
        ([act("setvariable", WFVariableName="x" * 100_000, WFInput=att(var("x" * 100_000)))], BACK),
        ([act("url", CustomOutputName="\n".join("abc"), UUID="/../"), act("url", x=att(out("/../")))], BACK),
        ([act("gettext", WFTextActionText=txt("\ufffc" * 3, at0=var("a"), at99=var("b")))], BACK),
    ],
)  # fmt: skip
def test_what_points_in_circles_or_pairs_with_nothing(actions: list[dict[str, Any]], comes: str) -> None:
    assert far(plist(*actions)) == comes


@pytest.mark.parametrize(
    "identifier",
    ["", ".", "/../", "../../x", "a b", "a\nb", "\x00", "\x1b[31m", "é", "😀", "1", "if",
     "is.workflow.actions.", "is.workflow.actions.IF", "__import__", "a" * 2**20,
     "a." * 10_000, "print(1)",
     "\u202e", "'", '"""'],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_identifiers_that_are_none(identifier: str) -> None:
    action = {"WFWorkflowActionIdentifier": identifier, "WFWorkflowActionParameters": {"a": 1}}
    assert far({"WFWorkflowActions": [action]}) in (BACK, REFUSED)


@pytest.mark.parametrize("what", [{}, [], "x", 3, True, b"", 0.5, datetime.datetime(2024, 1, 1)])
def test_actions_that_are_none_are_refused(what: Any) -> None:
    for actions in ([what], [act("nothing"), what]):
        assert far({"WFWorkflowActions": actions}) == REFUSED
    identifier = {"WFWorkflowActionIdentifier": what, "WFWorkflowActionParameters": {}}
    parameters = {"WFWorkflowActionIdentifier": "a.b", "WFWorkflowActionParameters": what}
    assert far({"WFWorkflowActions": [identifier]}) == (BACK if isinstance(what, str) else REFUSED)
    assert far({"WFWorkflowActions": [parameters]}) == (BACK if what == {} else REFUSED)


@pytest.mark.parametrize("kind", ["list", "typed"])
@pytest.mark.parametrize(("levels", "comes"), [(20, BACK), (300, REFUSED), (10_000, "no shortcut")])
def test_depth_is_refused_before_it_hurts(kind: str, levels: int, comes: str) -> None:
    if levels > 500:  # plistlib itself cannot write it
        with pytest.raises(WfllmError, match="nested"):
            transcribe(build_tree(plist(act("url", x=deep(levels, kind))), "x"))
        return
    assert far(plist(act("url", x=deep(levels, kind)))) == comes


def test_blocks_inside_each_other_without_end_are_refused() -> None:
    for count, comes in ((80, BACK), (300, REFUSED)):
        opened = [block("repeat.count", 0, str(i)) for i in range(count)]
        closed = [block("repeat.count", 2, str(i)) for i in reversed(range(count))]
        assert far(plist(*opened, *closed)) == comes
        assert far(plist(*opened)) == comes


def test_what_could_not_be_read_back_is_not_written() -> None:
    places = {f"at{i}": {"Type": "Clipboard"} for i in range(12_000)}
    parameters = {f"{'k' * 200}{i}": i for i in range(10_000)}
    for action, says in (
        (act("nothing", **parameters), "characters of code"),
        (act("gettext", WFTextActionText=txt("\ufffc" * 12_000, **places)), "braces"),
    ):
        with pytest.raises(WfllmError, match=says):
            transcribe(build_tree(plist(action), "x"))


def test_a_text_of_megabytes_is_written_and_read_back() -> None:
    assert far(plist(act("gettext", WFTextActionText="a" * 2_100_000))) == BACK


def test_names_of_workflows_lead_nowhere() -> None:
    for name in ("../../x", "/etc/passwd", "a\x00b", "", "x" * 10_000, "C:\\x", "\n"):
        workflow = {**plist(act("nothing")), "WFWorkflowName": name}
        assert far(workflow) == BACK


KINDS: tuple[Any, ...] = (
    "text", "", 7, -1, 2**63, 0.5, True, b"bytes", datetime.datetime(2024, 1, 1), [], ["x"], [{"a": 1}], {},
    {"a": 1}, {"Value": 1, "WFSerializationType": "WFTextTokenAttachment"},
    {"Value": {"string": 3, "attachmentsByRange": []}, "WFSerializationType": "WFTextTokenString"},
)  # fmt: skip


def swapped(workflow: dict[str, Any], kinds: tuple[Any, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """For every key of a workflow, one place where it stands with a value of each kind, and without it."""
    places: dict[str, list[Any]] = {}
    todo: list[tuple[list[Any], Any]] = [([], workflow)]
    while todo:
        path, value = todo.pop()
        for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
            if isinstance(key, str):
                places.setdefault(key, [*path, key])
            todo.append(([*path, key], value[key]))
    for key, path in places.items():
        for kind in (*kinds, None):
            changed = copy.deepcopy(workflow)
            holder: Any = changed
            for step in path[:-1]:
                holder = holder[step]
            if kind is None:
                del holder[key]
            else:
                holder[key] = copy.deepcopy(kind)
            yield f"{key}={kind!r}", changed


def comes_through(workflow: dict[str, Any], kinds: tuple[Any, ...] = KINDS) -> set[str]:
    seen = set()
    for what, changed in swapped(workflow, kinds):
        try:
            seen.add(far(changed))
        except Exception as fault:
            raise AssertionError(f"{what}: {fault!r}") from fault
    return seen


@pytest.mark.slow
def test_any_key_may_hold_anything() -> None:
    whole = plistlib.loads(small_seeds()[0][1:])
    picked = KINDS[2::9]
    assert comes_through(whole, picked) >= {BACK, REFUSED}


@pytest.mark.slow
def test_any_key_of_real_files_may_hold_anything(shared_data: Path) -> None:
    paths = [p for p in find(shared_data / "shortcuts") if 6_000 < p.stat().st_size < 9_000][:6]
    for path in paths:
        for source in read(path):
            assert source.plist is not None
            assert BACK in comes_through(source.plist)
