"""Each rule drops what it names, says why, and can be switched off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from wfllm.bench.stages.filter import filtering, script_share
from wfllm.bench.stages.stage import Dropped, Failed, Item
from wfllm.config.schema import Filter

URL = "is.workflow.actions.url"


class Given:
    def __init__(self, *items: Item) -> None:
        self.given = items

    def items(self, stage: str) -> Iterator[Item]:
        assert stage == "transcribe"
        yield from self.given

    def drops(self, stage: str) -> Iterator[Dropped]:
        yield from ()

    def notes(self, stage: str) -> dict[str, Any]:
        return {}


def item(code: str = "is_workflow_actions_url(WFURLActionURL='a')\n", **more: Any) -> Item:
    return {
        "id": "a",
        "query": "q",
        "apis": [URL],
        "task_plan": "",
        "annotated_code": code,
        "meta": {},
        **more,
    }


def filtered(*items: Item, **keys: Any) -> list[tuple[str, str] | str]:
    """The id of what is kept, rule and reason of what is not."""
    found = filtering(Filter(**keys)).work(Given(*items))
    return [
        (o.rule, o.reason) if isinstance(o, Dropped) else str(o["id"])
        for o in found
        if not isinstance(o, Failed)
    ]


THREE = "\n".join(f"is_workflow_actions_url(WFURLActionURL='{n}')" for n in range(3))


@pytest.mark.parametrize(
    ("given", "keys", "rule", "reason", "off"),
    [
        (item(apis=[]), {}, "no_api", "calls no API", None),
        (item(apis=[URL, "x.y", "x.z"]), {}, "documented", "x.y and 1 more", {"documented": False}),
        (item(meta={"binary": 2}), {}, "binary", "2 binary parameters", {"binary": False}),
        (item("if x\n"), {}, "parses", "line 1", {"parses": False}),
        (item(THREE), {"min_actions": 4}, "min_actions", "3 actions", {"min_actions": 3}),
        (item(THREE), {"max_actions": 2}, "max_actions", "3 actions", {"max_actions": 3}),
        (item(meta={"language": "de"}), {"languages": ["en"]}, "languages", "in de", {"languages": ["de"]}),
        (item(query="请告诉我今天的天气怎么样"), {"scripts": ["latin"]}, "scripts", "0% of its letters",
         {"scripts": ["latin", "han"]}),
    ],
)  # fmt: skip
def test_a_rule_drops_says_why_and_can_be_switched_off(
    given: Item, keys: dict[str, Any], rule: str, reason: str, off: dict[str, Any] | None
) -> None:
    (found,) = filtered(given, **keys)
    assert isinstance(found, tuple)
    assert found[0] == rule
    assert reason in found[1]
    if off is not None:
        assert filtered(given, **off) == ["a"]


def test_what_says_the_same_stays_once() -> None:
    first = item("a = is_workflow_actions_url(WFURLActionURL='A  b')\n")
    again = item("# why\nb = is_workflow_actions_url(WFURLActionURL='a B')\n", id="b")
    other = item("a = is_workflow_actions_url(WFURLActionURL='c')\n", id="c")
    assert filtered(first, again, other) == ["a", ("duplicates", "says the same as a"), "c"]
    assert filtered(first, again, other, duplicates="keep") == ["a", "b", "c"]
    assert filtered(first, again, other, duplicates="structure")[2] == ("duplicates", "says the same as a")


def test_a_repetition_that_is_meant_is_no_duplicate() -> None:
    assert filtered(item(), item(meta={"repeat": 2}), item(meta={"repeat": 2})) == [
        "a", "a#2", ("duplicates", "says the same as a#2"),
    ]  # fmt: skip


def test_ids_are_told_apart_here_for_all_later_stages() -> None:
    items = [item(f"is_workflow_actions_url(WFURLActionURL='{n}')\n") for n in range(3)]
    assert filtered(*items) == ["a", "a#2", "a#3"]


@pytest.mark.parametrize(
    ("text", "script", "share"),
    [
        ("x = 'Hello'", "latin", 1.0),
        ("x = 'Hello'", "han", 0.0),
        ("x = '天气天气天气'", "han", 1.0),
        ("x = 'こんにちは'", "kana", 1.0),
        ("x = 'погода'", "cyrillic", 1.0),
        ("x = 'éàüöéß'", "latin", 1.0),
        ("x = '天气天погода'", "han", 1 / 3),
        ("", "latin", 1.0),
    ],
)
def test_scripts_are_told_by_their_letters(text: str, script: str, share: float) -> None:
    assert script_share({"annotated_code": text}, [script]) == pytest.approx(share)
