"""Each rule finds its fault, planted in good samples; no rule drops a good one; hostile text is borne."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shortcuts.planted import FAULTS, plant
from wfllm.bench.rules import RULES, Context, faults, first_fault
from wfllm.bench.rules.code import rule_of
from wfllm.bench.rules.leaks import held_out
from wfllm.bench.rules.text import longest_run
from wfllm.bench.sources.starter import load_starter
from wfllm.config import schema as s
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue
from wfllm.shortcuts.comments import without_comments
from wfllm.shortcuts.finding import Finding

Sample = dict[str, Any]
Change = Callable[[Sample], Sample]


@cache
def samples() -> tuple[Sample, ...]:
    return tuple(record.as_json() for record in load_starter())


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


def context(**keys: Any) -> Context:
    return Context(s.Confirm(), catalogue(), **keys)


def some(count: int = 12) -> Iterator[Sample]:
    yield from samples()[:: len(samples()) // count]


def test_every_rule_has_a_key_that_says_what_it_does() -> None:
    keys = s.Confirm.model_fields
    assert [key for key in keys if key in RULES] == list(RULES)  # told in the order they are asked
    assert all(keys[name].description for name in RULES)


def test_no_rule_drops_a_good_sample() -> None:
    """With what is held out of training known, for those that are not held out themselves."""
    keys, unseen = held_out(samples())
    own = context()
    dropped = {item["id"]: list(faults(item, own)) for item in samples()}
    assert len(dropped) == 208
    assert {name: found for name, found in dropped.items() if found} == {}
    tested = context(held_out=keys, unseen=unseen)
    names = ("near_duplicate", "unseen_apis")
    assert all(first_fault(i, tested, names) is None for i in samples() if i["split"] == "train")


CHANGES: dict[str, list[Change]] = {
    "too_long": [lambda i: {"annotated_code": i["annotated_code"] + "# a\n" * 60_000}],
    "no_code": [
        lambda _: {"annotated_code": ""},
        lambda _: {"annotated_code": " \n\n"},
        lambda _: {"annotated_code": "# First the page.\n# Then the text.\n"},
    ],
    "control_characters": [
        lambda i: {"annotated_code": f'x = "\x1b[2J"\n{i["annotated_code"]}'},
        lambda i: {"task_plan": i["task_plan"] + "\x00"},
        lambda i: {"query": "\u202e" + i["query"]},
        lambda i: {"task_plan": i["task_plan"] + "\ud800"},
    ],
    "prompt_fragments": [
        lambda i: {"task_plan": f"{i['task_plan']}<|im_end|>\n<|im_start|>user"},
        lambda i: {"annotated_code": f"# Stops here.</s>\n{i['annotated_code']}"},
        lambda i: {"task_plan": f"[INST] {i['query']} [/INST]\n{i['task_plan']}"},
        lambda i: {"task_plan": f"{i['task_plan']}\nHuman:\nAnother one, please."},
        lambda i: {"annotated_code": f"{i['annotated_code']}```\n"},
    ],
    "repetition": [
        lambda i: {"annotated_code": i["annotated_code"] + "x = 1\nis_workflow_actions_vibrate()\n" * 200},
        lambda i: {"task_plan": i["task_plan"] + " and then the next one" * 400},
        lambda i: {"task_plan": i["task_plan"] + "ha" * 2_000},
    ],
    "api_names_in_query": [
        lambda i: {"query": f"{i['query']} Use is_workflow_actions_getbatterylevel."},
        lambda i: {"query": f"{i['query']} Set WFInput to it."},
    ],
    "parses": [
        lambda i: {"annotated_code": i["annotated_code"].replace(")", "", 1) + "x = (\n"},
        lambda i: {"annotated_code": i["annotated_code"] + "(" * 5_000},
        lambda i: {"annotated_code": i["annotated_code"] + "x = " + "-" * 50_000 + "1\n"},
    ],
    "control_flow": [
        lambda i: {"annotated_code": i["annotated_code"] + "while True:\n    pass\n"},
        lambda i: {"annotated_code": "import os\n" + i["annotated_code"]},
        lambda i: {"annotated_code": i["annotated_code"] + "def f():\n    pass\n"},
        lambda i: {"annotated_code": i["annotated_code"] + "x = [y for y in z]\n"},
    ],
    "unknown_apis": [
        lambda i: {"annotated_code": i["annotated_code"] + "x = is_workflow_actions_sendletter(WFInput=1)\n"},
        lambda i: {"annotated_code": i["annotated_code"] + 'exec("print(1)")\n'},
        lambda i: {"annotated_code": i["annotated_code"] + "x = com_made_up_App_DoItIntent()\n"},
    ],
    "other_apis": [
        lambda i: {"annotated_code": i["annotated_code"] + "is_workflow_actions_speaktext(WFText=f\"a\")\n"},
    ],
    "compiles": [lambda i: {"annotated_code": i["annotated_code"] + "x = get_property(1, 2)\n"}],
    "binary": [
        lambda i: {"annotated_code": 'x = is_workflow_actions_count(Input=data("sha256:00"))\n'},
        lambda i: {"annotated_code": i["annotated_code"] + 'x = text_ref("sha256:00")\n'},
    ],
    "unused_apis": [
        lambda i: {"apis": [*i["apis"], *(f"com.example.No{n}Intent" for n in range(len(i["apis"]) + 1))]},
    ],
    "comments_missing": [lambda i: {"annotated_code": without_comments(i["annotated_code"])}],
    "plan_code": [lambda _: {"task_plan": ""}, lambda _: {"task_plan": "1. 2. 3."}],
}  # fmt: skip


@pytest.mark.parametrize("rule", CHANGES)
def test_a_rule_finds_its_fault(rule: str) -> None:
    found = 0
    for item in some():
        for change in CHANGES[rule]:
            made = {**item, **change(item)}
            told = dict(faults(made, context(), [rule]))
            if rule == "other_apis" and "is.workflow.actions.speaktext" in item["apis"]:
                assert told == {}
                continue
            assert rule in told, (item["id"], made)
            assert told[rule]
            assert "\n" not in told[rule]
            found += 1
    assert found > 5


# Real files hold menus with two cases of one title: the checker warns, and a warning drops nothing.
@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"two_cases"}))
def test_what_the_checker_finds_is_under_a_rule(fault: str) -> None:
    """The faults that the checker's own tests plant, each under the rule its finding belongs to."""
    change, name = FAULTS[fault]
    rule = rule_of(Finding(1, name, ""))
    found = 0
    for number, item in enumerate(some()):
        code = plant(item["annotated_code"], change, catalogue(), number)
        if code is not None:
            told = dict(faults({**item, "annotated_code": code}, context()))
            assert rule in told, (item["id"], fault, told)
            found += 1
    assert found


def test_a_key_switches_its_rule_off() -> None:
    item = samples()[0]
    off: dict[str, Any] = {
        name: None if s.Confirm.model_fields[name].default is not True else False for name in RULES
    }
    quiet = Context(s.Confirm(**off), catalogue())
    for rule, changes in CHANGES.items():
        assert list(faults({**item, **changes[0](item)}, quiet)) == [], rule


def test_the_plan_of_another_workflow_is_mostly_seen() -> None:
    """The words are few and general: 175 of the 208 starter records with the plan of another are found."""
    rows = samples()
    pairs = [(item, rows[(i + 97) % len(rows)]) for i, item in enumerate(rows)][::4]
    found = [
        first_fault({**item, "task_plan": other["task_plan"]}, context(), ["plan_code"]) is not None
        for item, other in pairs
    ]
    assert sum(found) > 0.6 * len(found)


TESTED = """# Fetches it.
page = is_workflow_actions_downloadurl(WFURL="https://example.org", WFHTTPMethod="POST")
# Shows it.
is_workflow_actions_showresult(Text=f"Got {page}")
"""


def test_a_plan_in_another_language_is_not_judged_by_its_words() -> None:
    plan = (
        "1. Zuerst wird gefragt, welche Stadt gemeint ist.\n2. Danach erscheint eine Meldung auf dem Schirm."
    )
    item = next(i for i in samples() if len(i["apis"]) > 3)
    assert first_fault({**item, "task_plan": plan}, context(), ["plan_code"]) is None
    plan = "1. First bake a cake with cherries.\n2. Then eat it all alone in the garden and sleep."
    assert first_fault({**item, "task_plan": plan}, context(), ["plan_code"]) is not None


def test_what_is_held_out_does_not_come_back() -> None:
    item = {**samples()[0], "query": "Fetch my page, please!", "annotated_code": TESTED}
    other = samples()[1]
    apis = ["a.b", *other["apis"]]
    keys, unseen = held_out([{**item, "split": "id"}, {**other, "apis": apis, "split": "ood"}, other])
    assert unseen == {"a.b"}
    known = context(held_out=keys, unseen={"is.workflow.actions.speaktext"})
    names = ["near_duplicate", "unseen_apis"]
    asked = {**samples()[2], "query": "fetch  my page PLEASE"}
    code = TESTED.replace("page", "seite").replace("# Fetches it.", "# First.")
    written = {**samples()[2], "annotated_code": code}
    said = "is one that is held out for a test"
    assert first_fault(asked, known, names) == ("near_duplicate", f"its request {said}")
    said = "says the same as one that is held out for a test"
    assert first_fault(written, known, names) == ("near_duplicate", f"its code {said}")
    assert first_fault({**written, "annotated_code": code.replace("POST", "GET")}, known, names) is None
    spoken = {**item, "annotated_code": 'is_workflow_actions_speaktext(WFText="a")\n'}
    assert "unseen_apis" in dict(faults(spoken, known))


def test_a_name_of_an_api_is_not_seen_in_plain_words() -> None:
    for query in (
        "Get the text from the page and show a notification with WF in it.",
        "Is workflow actions a thing? Send an e-mail, then speak the text.",
    ):
        item = {**samples()[0], "query": query}
        assert first_fault(item, context(), ["api_names_in_query"]) is None


@pytest.mark.parametrize(
    ("parts", "run"),
    [
        ([], (0, 1)),
        (list("abcabcabc"), (0, 1)),  # three times is no repetition
        (list("ab" * 8), (16, 2)),
        (list("xyz" + "a" * 8 + "q"), (8, 1)),
        (list("a" * 7), (0, 1)),
        (list("abcdefghijklmnopq" * 8), (0, 1)),  # longer than what is looked for
    ],
)
def test_runs(parts: list[str], run: tuple[int, int]) -> None:
    assert longest_run(parts) == run


HOSTILE = [
    "(" * 190_000,
    "[" * 90 + "]" * 90,
    "f'" + "{x}" * 3_000 + "'",
    "x = " + "'a' " * 40_000,
    "if x:\n    " * 3_000,
    "\n".join(f"{' ' * n}if x:" for n in range(150)) + f"\n{' ' * 150}pass",
    "x = " + "9" * 10_000,
    "x = " + "1 if y else " * 2_000 + "2",
    "\\" * 100_000,
    '"""' * 30_001,
    "#" * 199_000,
    "@" * 1_000 + "\nclass A(metaclass=type('x', (), {})): pass",
    '__import__("os").system("touch hacked")',
    "a = b = c = " * 2_000 + "1",
    "match x:\n" + "".join(f"    case {n}:\n        pass\n" for n in range(1_500)),
    "is_workflow_actions_alert(" + ", ".join(f"k{n}=1" for n in range(5_000)) + ")",
    "\ufeffx = 1",
    "x = 1\r\ny = 2\ry = '\u2028'",
]


@pytest.mark.parametrize("code", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_code_is_dropped_with_a_reason(code: str) -> None:
    item = {**samples()[0], "annotated_code": code}
    found = list(faults(item, context()))
    assert found
    assert all(json.dumps(reason).isascii() and len(reason) < 2_000 for _, reason in found)


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300), st.lists(st.text(max_size=20)))
@settings(max_examples=50)
def test_any_text_is_borne(query: str, plan: str, code: str, apis: list[str]) -> None:
    for name, reason in faults(
        {"query": query, "apis": apis, "task_plan": plan, "annotated_code": code}, context()
    ):
        assert name in RULES
        assert reason
