"""Blocks are paired; broken ones are recovered and noted."""

from __future__ import annotations

import pytest

from tests.shortcuts.build import act, block, plist
from wfllm.errors import WfllmError
from wfllm.shortcuts.tree import (
    MAX_LEFT_OPEN,
    Action,
    Block,
    If,
    Menu,
    RepeatCount,
    RepeatEach,
    Workflow,
    build_tree,
    walk,
)


def shape(workflow: Workflow) -> list[str]:
    return [
        f"{event} {node.index if isinstance(node, Action) else ''}".strip()
        for event, node, *_ in walk(workflow)
    ]


def kinds(workflow: Workflow) -> list[str]:
    return [type(node).__name__ for event, node, *_ in walk(workflow) if event == "open"]


def test_every_block() -> None:
    tree = build_tree(
        plist(
            block("conditional", 0, "a"),
            act("nothing"),
            block("conditional", 1, "a"),
            block("repeat.each", 0, "b"),
            block("repeat.each", 2, "b"),
            block("conditional", 2, "a"),
            block("repeat.count", 0, "c"),
            block("choosefrommenu", 0, "d"),
            block("choosefrommenu", 1, "d"),
            block("choosefrommenu", 1, "d"),
            block("choosefrommenu", 2, "d"),
            block("repeat.count", 2, "c"),
        )
    )
    assert kinds(tree) == ["If", "RepeatEach", "RepeatCount", "Menu"]
    assert tree.notes == []
    if_, count = tree.body
    assert isinstance(if_, If)
    assert isinstance(if_.sections[1].body[0], RepeatEach)
    assert isinstance(count, RepeatCount)
    menu = count.sections[0].body[0]
    assert isinstance(menu, Menu)
    assert [s.marker.index if s.marker else None for s in menu.sections] == [None, 8, 9]
    assert menu.close is not None
    assert menu.close.index == 10


def test_mode_absent_opens_and_text_counts() -> None:
    opener = act("conditional", GroupingIdentifier="a")
    closer = act("conditional", GroupingIdentifier="a", WFControlFlowMode="2")
    tree = build_tree(plist(opener, act("nothing"), closer))
    (node,) = tree.body
    assert isinstance(node, Block)
    assert node.close is not None


@pytest.mark.parametrize(
    ("modes", "note"),
    [
        ([0], "never closed, ended with the file"),
        ([2], "an end without a block"),
        ([1], "a middle without a block"),
        ([0, 1, 1, 2], "a middle without a block"),
    ],
)
def test_broken_blocks_are_noted_and_keep_every_action(modes: list[int], note: str) -> None:
    tree = build_tree(plist(*[block("conditional", mode) for mode in modes]))
    assert any(note in line for line in tree.notes)
    assert len(tree.actions) == len(modes)
    seen = {n.index for _, n, *_ in walk(tree) if isinstance(n, Action)}
    for event, node, section, _ in walk(tree):
        if event == "open" and isinstance(node, Block):
            seen |= {node.open.index} | ({node.close.index} if node.close else set())
        if section is not None and section.marker is not None:
            seen.add(section.marker.index)
    assert seen == set(range(len(modes)))


def test_blocks_that_cross_end_with_the_outer_one() -> None:
    tree = build_tree(
        plist(
            block("conditional", 0, "a"),
            block("conditional", 0, "b"),
            block("conditional", 2, "a"),
            block("conditional", 2, "b"),
        )
    )
    assert [n.split(":")[1].strip() for n in tree.notes] == [
        "block never closed, ended with its parent",
        "an end without a block, kept as a plain action",
    ]


def test_a_missing_group_pairs_with_the_innermost_block() -> None:
    tree = build_tree(plist(block("conditional", 0, "a"), act("conditional", WFControlFlowMode=2)))
    assert tree.notes == []


def test_ten_thousand_levels() -> None:
    n = 10_000
    opens = [block("conditional", 0, str(i)) for i in range(n)]
    ends = [block("conditional", 2, str(i)) for i in reversed(range(n))]
    tree = build_tree(plist(*opens, *ends))
    depths = [depth for event, _, _, depth in walk(tree) if event == "open"]
    assert depths == list(range(n))


@pytest.mark.parametrize("actions", [None, 3, [1], [{}], [{"WFWorkflowActionIdentifier": 1}]])
def test_what_is_no_list_of_actions_is_refused(actions: object) -> None:
    with pytest.raises(WfllmError):
        build_tree({"WFWorkflowActions": actions}, "x")


@pytest.mark.parametrize(("between", "plain"), [(MAX_LEFT_OPEN - 1, 0), (MAX_LEFT_OPEN, 1)])
def test_an_end_far_outside_many_open_blocks_is_a_plain_action(between: int, plain: int) -> None:
    """Else a file of openings and strange ends would take time in proportion to their product."""
    opened = [block("conditional", 0, f"open {n}") for n in range(between)]
    tree = build_tree(plist(block("conditional", 0, "a"), *opened, block("conditional", 2, "a")))
    assert sum("an end without a block" in note for note in tree.notes) == plain
