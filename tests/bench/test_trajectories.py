"""Pairs of wrong and mended lines: what counts as one, and what does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfllm.bench.trajectories import CONTEXT, MOST, lines_of, trajectories
from wfllm.shortcuts.catalogue import load_catalogue

GOOD = """# Asks for the city.
city = input("Which city?")
# Gets the weather there.
weather = is_workflow_actions_weather_currentconditions(WFWeatherCustomLocation=city)
# Looks whether there is any.
if weather:
    # Shows it.
    is_workflow_actions_showresult(Text=f"{weather} in {city}")
else:
    # Tells that there is none.
    is_workflow_actions_notification(WFNotificationActionBody="None")
"""


def pairs(before: str, after: str = GOOD) -> list[dict[str, Any]]:
    return trajectories("r", before, after, load_catalogue())


def changed(old: str, new: str, code: str = GOOD) -> str:
    assert old in code
    return code.replace(old, new, 1)


def test_a_mended_line_is_a_pair() -> None:
    before = changed("showresult(Text=", "showresult(Txt=")
    (pair,) = pairs(before)
    assert pair == {
        "id": "r",
        "line": 4,
        "wrong": 'is_workflow_actions_showresult(Txt=f"{weather} in {city}")',
        "findings": pair["findings"],
        "corrected": 'is_workflow_actions_showresult(Text=f"{weather} in {city}")',
        "context": [
            'city = input("Which city?")',
            "weather = is_workflow_actions_weather_currentconditions(WFWeatherCustomLocation=city)",
            "if weather:",
        ],
    }
    assert {f["rule"] for f in pair["findings"]} >= {"unknown-parameter"}
    assert pairs(before) == pairs(before)
    json.dumps(pair)


def test_the_head_of_a_block_is_a_line_of_its_own() -> None:
    (pair,) = pairs(changed("if weather:", "while weather:").replace("else:", "if not weather:"), GOOD)
    assert (pair["wrong"], pair["corrected"]) == ("while weather:", "if weather:")


def test_two_faults_are_two_pairs_in_order() -> None:
    before = changed('input("Which city?")', "open(city)")
    before = changed("NotificationActionBody", "NotificationText", before)
    assert [p["corrected"].split("(")[0] for p in pairs(before)] == [
        "city = input",
        "is_workflow_actions_notification",
    ]


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (GOOD, "nothing changed"),
        (changed('"None"', '"Nothing"'), "a line that was not wrong"),
        (GOOD.replace("# Shows it.", "# Tells it."), "comments"),
        (GOOD + 'is_workflow_actions_showresult(Txt="a")\n', "taken out"),
        (changed('city = input("Which city?")\n', ""), "right because another came before it"),
    ],
)
def test_no_pair(before: str, why: str) -> None:
    assert pairs(before) == [], why


def test_one_line_that_became_two_is_found_by_what_it_sets() -> None:
    one = 'weather = get_weather(input("Which city?"))\n'
    before = changed(GOOD[: GOOD.index("# Looks")], one)
    (pair,) = pairs(before)
    assert pair["wrong"] == one.strip()
    assert pair["corrected"].startswith("weather = is_workflow_actions_weather")


def test_a_line_still_wrong_is_no_pair() -> None:
    before, after = changed("Text=", "Txt="), changed("Text=", "Texts=")
    assert pairs(before, after) == []


def test_code_that_does_not_parse_is_compared_line_by_line() -> None:
    before = changed('input("Which city?")', 'input("Which city?"')
    found = pairs(before)
    assert [(p["wrong"], p["corrected"]) for p in found] == [
        ('city = input("Which city?"', 'city = input("Which city?")')
    ]
    assert found[0]["findings"][0]["rule"] == "syntax"


def test_the_context_is_bounded_and_so_is_the_diff() -> None:
    long = "".join(f'a{n} = input("{n}")\n' for n in range(CONTEXT * 2))
    (pair,) = pairs(long + 'b = open("x")\n', long + 'b = input("x")\n')
    assert len(pair["context"]) == CONTEXT
    assert pair["context"][-1].startswith(f"a{CONTEXT * 2 - 1} ")
    long = "pass\n" * (MOST + 1)
    assert pairs(long + "b = open()\n", long + 'b = input("x")\n') == []


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_are_borne(before: str, after: str) -> None:
    for pair in pairs(before, after):
        assert pair["wrong"] != pair["corrected"]
    assert all(1 <= line.first <= line.last for line in lines_of(before))
