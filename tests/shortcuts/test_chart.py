"""Flow charts: every action once, nothing overlaps, roads lead from box to box, and nothing breaks out."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.shortcuts.build import act, att, block, cond, out, plist, txt, var
from tests.shortcuts.test_generated import bodies
from tests.shortcuts.test_wild import actions as wild_actions
from wfllm.shortcuts.chart import chart_layout, chart_svg
from wfllm.shortcuts.chart_boxes import Box
from wfllm.shortcuts.chart_layout import Layout
from wfllm.shortcuts.chart_mermaid import chart_mermaid
from wfllm.shortcuts.chart_text import escape, fit, safe, width, wrap
from wfllm.shortcuts.reader import find, read
from wfllm.shortcuts.tree import Workflow, build_tree

SVG = "{http://www.w3.org/2000/svg}"
Action = dict[str, Any]


def workflow(*actions: Action) -> Workflow:
    return build_tree(plist(*actions), "test")


def indices(svg: str) -> list[int]:
    return [int(e.attrib["data-i"]) for e in ET.fromstring(svg).iter() if "data-i" in e.attrib]


def texts(svg: str) -> str:
    return "\n".join("".join(e.itertext()) for e in ET.fromstring(svg).iter(f"{SVG}text"))


def overlapping(layout: Layout) -> Iterator[tuple[str, str]]:
    """Pairs of boxes that share room; boxes by their left edge, so that neighbours alone are compared."""
    boxes = sorted(layout.boxes, key=lambda b: b.y)
    open_: list[Box] = []
    for box in boxes:
        open_ = [b for b in open_ if b.y + b.height > box.y]
        for other in open_:
            if other.x < box.x + box.width and box.x < other.x + other.width:
                yield other.id, box.id
        open_.append(box)


def crossed(layout: Layout) -> Iterator[tuple[str, str, str]]:
    """Roads that lead through a box which is neither their beginning nor their end."""
    for edge in layout.edges:
        for (x1, y1), (x2, y2) in zip(edge.points, edge.points[1:], strict=False):
            left, right, top, bottom = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
            for box in layout.boxes:
                inside = left < box.x + box.width and right > box.x and top < box.y + box.height
                if inside and bottom > box.y and box.id not in (edge.source, edge.target):
                    yield edge.source, edge.target, box.id


def check(made: Workflow, roads: bool = True) -> None:
    """Everything a chart promises."""
    layout, _ = chart_layout(made)
    boxes = {box.id: box for box in layout.boxes}
    assert len(boxes) == len(layout.boxes)
    assert sorted(b.index for b in layout.boxes if b.index >= 0) == list(range(len(made.actions)))
    assert list(overlapping(layout)) == []
    for box in layout.boxes:
        assert box.x >= 0 <= box.y
        assert box.x + box.width <= layout.width
        assert box.y + box.height <= layout.height
    touched = set()
    for edge in layout.edges:
        source, target = boxes[edge.source], boxes[edge.target]
        touched |= {edge.source, edge.target}
        for box, (x, y) in ((source, edge.points[0]), (target, edge.points[-1])):
            assert box.x - 1 <= x <= box.x + box.width + 1
            assert box.y - 1 <= y <= box.y + box.height + 1
        for (x1, y1), (x2, y2) in zip(edge.points, edge.points[1:], strict=False):
            assert x1 == x2 or y1 == y2
    if roads:
        assert list(crossed(layout)) == []
    svg = chart_svg(made)
    assert sorted(indices(svg)) == list(range(len(made.actions)))
    ids = [e.attrib["id"] for e in ET.fromstring(svg).iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids))
    assert chart_mermaid(made).startswith("flowchart TD\n")


FORMS = [
    [],
    [act("nothing")],
    [block("conditional", 0, WFInput=cond(var("x")), WFCondition=100), block("conditional", 2)],
    [block("conditional", 0), act("url"), block("conditional", 1), act("exit"), block("conditional", 2)],
    [block("conditional", 0), block("conditional", 1, WFCondition=4), act("url"), block("conditional", 2)],
    [
        block("conditional", 0),
        act("exit"),
        block("conditional", 1, WFCondition=4),
        act("exit"),
        block("conditional", 1),
        act("exit"),
        block("conditional", 2),
        act("url"),
    ],
    [block("repeat.each", 0), act("url"), block("repeat.each", 2)],
    [block("repeat.count", 0, WFRepeatCount=3), block("repeat.count", 2)],
    [block("choosefrommenu", 0), block("choosefrommenu", 2)],
    [block("choosefrommenu", 0), act("url"), block("choosefrommenu", 1), block("choosefrommenu", 2)],
    [block("repeat.each", 0), block("conditional", 0), act("url")],
    [block("conditional", 2), block("choosefrommenu", 1)],
    [act("comment", WFCommentActionText="note " * 200), act("output", WFOutput="x"), act("url")],
]


@pytest.mark.parametrize("body", FORMS)
def test_every_form(body: list[Action]) -> None:
    check(workflow(*body))


@given(bodies)
@settings(max_examples=40, deadline=None)
def test_any_shortcut(body: list[Action]) -> None:
    check(workflow(*body))


@given(some.lists(wild_actions, max_size=10))
@settings(max_examples=60, deadline=None)
def test_shortcuts_as_no_editor_makes_them(body: list[Action]) -> None:
    check(workflow(*body))


@pytest.mark.parametrize("step", [12, pytest.param(1, marks=pytest.mark.slow)])
def test_real_shortcuts(shared_data: Path, step: int) -> None:
    sources = [source for path in find(str(shared_data / "shortcuts"))[::step] for source in read(path)]
    assert len(sources) >= 356 // step
    for source in sources:
        assert source.plist is not None
        check(build_tree(source.plist, source.name), roads=len(source.plist["WFWorkflowActions"]) < 120)


def nested(levels: int, kind: str) -> list[Action]:
    opened = [block(kind, 0, str(i), WFMenuItems=["a"]) for i in range(levels)]
    parts = [block(kind, 1, str(i)) for i in range(levels)] if kind != "repeat.each" else []
    closed = [block(kind, 2, str(i)) for i in reversed(range(levels))]
    if not parts:
        return [*opened, act("url"), *closed]
    return [a for pair in zip(opened, parts, strict=True) for a in pair] + [act("url"), *closed]


@pytest.mark.parametrize("kind", ["conditional", "repeat.each", "choosefrommenu"])
def test_deep_nesting_takes_room_in_proportion(kind: str) -> None:
    check(workflow(*nested(50, kind)))
    sizes = []
    for levels in (300, 600):
        layout, _ = chart_layout(workflow(*nested(levels, kind)))
        sizes.append((layout.width, layout.height, len(chart_svg(workflow(*nested(levels, kind))))))
    for small, large in zip(*sizes, strict=True):
        assert large < 2.3 * small


def test_wide_menus() -> None:
    cases = [
        a
        for i in range(100)
        for a in (
            block("choosefrommenu", 1, WFMenuItemTitle=f"Case {i}"),
            act("alert", WFAlertActionTitle="x"),
        )
    ]
    made = workflow(block("choosefrommenu", 0), *cases, block("choosefrommenu", 2))
    check(made, roads=False)
    assert "Case 99" in texts(chart_svg(made))


@pytest.mark.slow
def test_five_thousand_actions_take_room_in_proportion() -> None:
    def body(n: int) -> list[Action]:
        return [
            act("gettext", WFTextActionText=txt("\ufffc!", at0=out(f"U{i - 1}")), UUID=f"U{i}")
            for i in range(n)
        ]

    svg = chart_svg(workflow(*body(5000)))
    assert len(svg) < 5000 * 1000
    assert len(svg) < 11 * len(chart_svg(workflow(*body(500))))
    assert indices(svg) == list(range(5000))


HOSTILE = [
    "</script><script>alert(1)</script>",
    "]]></svg><img src=x onerror=alert(1)>",
    "\" onload='alert(1)' x=\"",
    "&lt;b&gt; &#0; &nosuch;",
    "\x00\x01\x08\x0b\x1f\x7f\x85",
    "\ud800 half a pair \udfff",
    "\ufffe\uffff",
    "\u202egnp.exe\u202c\u2066\u200f",
    "🧵𝕏" * 50,
    "x" * 150_000,
    "line\nline\r\nline\ttab",
]


TAGS = {
    *("svg", "title", "style", "defs", "marker", "symbol", "path"),
    *("rect", "g", "text", "tspan", "use", "circle"),
}


def everywhere(text: str) -> list[Action]:
    return [
        act("comment", WFCommentActionText=text),
        act("gettext", WFTextActionText=text, UUID=text, CustomOutputName=text),
        act("setvariable", WFVariableName=text, WFInput=att(out(text, text))),
        {
            "WFWorkflowActionIdentifier": text,
            "WFWorkflowActionParameters": {text: text, "b": [text, {text: text}]},
        },
        block("conditional", 0, "i", WFInput=cond(var(text)), WFConditionalActionString=text),
        block("conditional", 2, "i", UUID="R", CustomOutputName=text),
        act("showresult", Text=txt("\ufffc", at0=out("R", text))),
        block("choosefrommenu", 0, WFMenuPrompt=text, WFMenuItems=[text]),
        block("choosefrommenu", 1, WFMenuItemTitle=text),
        block("choosefrommenu", 2),
    ]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_hostile_texts_stay_texts(text: str) -> None:
    made = build_tree(plist(*everywhere(text)), text[:300])
    svg = chart_svg(made)
    assert sorted(indices(svg)) == list(range(len(made.actions)))
    tags = {e.tag.removeprefix(SVG) for e in ET.fromstring(svg).iter()}
    assert tags <= TAGS
    names = {name for e in ET.fromstring(svg).iter() for name in e.attrib}
    assert not any(name.lower().startswith("on") for name in names)
    assert not set(svg) & {chr(c) for c in [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200F]}
    assert len(svg) < 60_000  # however long the text
    svg.encode("utf-8")
    mermaid = chart_mermaid(made)
    assert "<script" not in mermaid
    assert mermaid.count("\n") == chart_mermaid(workflow(*everywhere("harmless"))).count("\n")


@given(some.text())
def test_escaped_text_comes_back(text: str) -> None:
    element = ET.fromstring(f'<a b="{escape(text)}">{escape(text)}</a>')
    assert (element.text or "") == safe(text)
    assert element.attrib["b"] == safe(text).replace("\n", " ").replace("\t", " ")  # as XML reads attributes


@given(some.lists(some.tuples(some.text(max_size=80), some.booleans()), max_size=4), some.integers(1, 3))
def test_fitted_lines_fit(runs: list[tuple[str, bool]], lines: int) -> None:
    made = wrap(runs, 12, 150, lines)
    assert len(made) <= lines
    for line in made:
        assert width("".join(text for text, _ in line), 12) <= 150 + 15  # a lone wide character, an ellipsis
    whole = "".join(text for text, _ in runs)
    shown = "".join(text for line in made for text, _ in line)
    if "…" not in shown:
        assert "".join(shown.split()) == "".join(safe(whole).split())


def test_short_text_is_shown_whole_and_long_text_says_that_it_is_cut() -> None:
    assert fit([("Hello", False), (" you", True)], 12, 200) == [("Hello", False), (" you", True)]
    assert "".join(t for t, _ in fit([("Hello " * 20, False)], 12, 100)).endswith("…")


def test_boxes_say_what_people_call_things() -> None:
    svg = chart_svg(
        workflow(
            act("downloadurl", WFURL="https://example.org", UUID="A"),
            act("getvalueforkey", WFDictionaryKey="price", UUID="B"),
            act("setvariable", WFVariableName="Price"),
            block("conditional", 0, WFCondition=2, WFNumberValue="5", WFInput=cond(var("Price"))),
            act("notification", WFNotificationActionTitle="High", WFNotificationActionBody="Now"),
            block("conditional", 1),
            act("com.example.Shop.BuyItIntent"),
            block("conditional", 2),
        )
    )
    said = texts(svg)
    for words in (
        "Get Contents of URL",
        "https://example.org",
        "Contents of URL › price",
        "Price = Dictionary Value",
        "Price > 5",
        "Title: High",
        "Body: Now",
        "Buy It",
        "otherwise",
        "yes",
        "no",
    ):
        assert words in said, words
    assert "WF" not in said
    assert "is.workflow" not in said


def links(svg: str) -> dict[int, tuple[set[str], set[str]]]:
    found = {}
    for e in ET.fromstring(svg).iter():
        if "data-i" in e.attrib:
            made, taken = (set(e.attrib.get(k, "").split()) for k in ("data-m", "data-t"))
            found[int(e.attrib["data-i"])] = (made, taken)
    return found


def test_boxes_know_where_values_come_from() -> None:
    flow = links(
        chart_svg(
            workflow(
                act("gettext", WFTextActionText="a", UUID="A"),
                act("count"),  # takes what came before
                act("setvariable", WFVariableName="n"),
                act("comment", WFCommentActionText="aside"),
                block("repeat.each", 0, WFInput=att(out("A"))),
                act("showresult", Text=txt("\ufffc", at0=var("Repeat Item"))),
                block("repeat.each", 2),
                block("repeat.each", 0, "h"),
                act("showresult", Text=txt("\ufffc\ufffc", at0=var("Repeat Item"), at1=var("n"))),
                block("repeat.each", 2, "h"),
            )
        )
    )

    def feeds(source: int, target: int) -> bool:
        return bool(flow[source][0] & flow[target][1])

    pairs = {(s, t) for s in flow for t in flow if feeds(s, t)}
    assert pairs == {(0, 1), (1, 2), (0, 4), (4, 5), (6, 7), (7, 8), (2, 8)}


def test_two_charts_on_a_page_share_no_id() -> None:
    made = workflow(*everywhere("x"))
    ids = [
        {e.attrib["id"] for e in ET.fromstring(chart_svg(made, prefix)).iter() if "id" in e.attrib}
        for prefix in ("one", "two")
    ]
    assert not ids[0] & ids[1]
    assert "<style>" not in chart_svg(made, style=False)


def test_boxes_link_to_lines() -> None:
    svg = chart_svg(workflow(act("url"), act("url")), lines={0: 7})
    hrefs = [e.attrib["href"] for e in ET.fromstring(svg).iter(f"{SVG}a")]
    assert hrefs == ["#L7"]


def test_nothing_is_drawn_to_follow_a_stop() -> None:
    layout, _ = chart_layout(workflow(act("exit"), act("url")))
    kinds = {(edge.source, edge.target): edge.kind for edge in layout.edges}
    assert kinds == {("start", "a0"): "flow", ("a0", "a1"): "dead", ("a1", "end"): "flow"}


def test_mermaid() -> None:
    text = chart_mermaid(
        workflow(
            block("repeat.count", 0, WFRepeatCount=2),
            act("alert", WFAlertActionTitle='"quoted" [x]'),
            block("repeat.count", 2),
        )
    )
    assert text.splitlines()[:8] == [
        "flowchart TD",
        'start(["Start"])',
        'subgraph s0[" "]',
        'a0[["Repeat<br/>2 times"]]',
        '  a1["Show Alert<br/>#34;quoted#34; #91;x#93;"]',
        'a2((" "))',
        "end",
        'finish(["End"])',
    ]
    assert sorted(text.splitlines()[8:]) == [
        "a0 --> a1",
        "a1 --> a2",
        "a2 --> finish",
        "a2 -.-> a0",
        "start --> a0",
    ]
