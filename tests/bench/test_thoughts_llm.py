"""New names keep the workflow; what comes back from a model is checked before it is believed."""

from __future__ import annotations

import ast
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shortcuts.meaning import meaning
from wfllm.bench.sources.starter import load_starter
from wfllm.bench.thoughts.language import other_language
from wfllm.bench.thoughts.llm_rename import default_names, names_fault, placeholders, renamed, says_nothing
from wfllm.bench.thoughts.llm_text import (
    comments_fault,
    plan_fault,
    query_fault,
    sentence_count,
    shown,
    word_count,
)
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.compile import compile_code

CATALOGUE = load_catalogue()
DEFAULTS = default_names(CATALOGUE)
CODE = """\
# The city.
text_2 = input("City?")
contents_of_url = is_workflow_actions_downloadurl(WFURL=f"https://x.org/{text_2}?a={{{text_2}}}")  # fetch
temperature = contents_of_url["text_2"]
for Repeat_Index, Repeat_Item in enumerate(contents_of_url, start=1):
    if Repeat_Item == text_2:
        list_ = [f'{text_2} "and"', "text_2"]
        Log.append(list_)
        # last of all
If_Result = text_2
"""


def test_names_that_say_nothing_are_found_with_how_they_are_made() -> None:
    found = placeholders(CODE, CATALOGUE, DEFAULTS)
    assert list(found) == ["text_2", "contents_of_url", "list_"]
    assert found["text_2"] == "Asks for text: “City?”"
    assert "temperature" in placeholders(CODE, CATALOGUE, DEFAULTS, everything=True)
    assert "If_Result" not in placeholders(CODE, CATALOGUE, DEFAULTS, everything=True)


@pytest.mark.parametrize("name", ["text", "text_2", "variable_3", "v", "v_2", "list_", "contents_of_url_12"])
def test_a_name_that_says_nothing(name: str) -> None:
    assert says_nothing(name, DEFAULTS)


@pytest.mark.parametrize("name", ["city", "greeting_2", "text_to_send", "api_key"])
def test_a_name_that_says_something(name: str) -> None:
    assert not says_nothing(name, DEFAULTS)


def test_new_names_go_everywhere_the_old_ones_stand_and_nowhere_else() -> None:
    made = renamed(CODE, {"text_2": "city", "contents_of_url": "wetter_é", "list_": "lines"})
    expected = (
        CODE.replace("text_2 = input", "city = input")
        .replace('f"https://x.org/{text_2}?a={{{text_2}}}"', "f'https://x.org/{city}?a={{{city}}}'")
        .replace("contents_of_url", "wetter_é")
        .replace("== text_2", "== city")
        .replace("f'{text_2} \"and\"'", "f'{city} \"and\"'")
        .replace("If_Result = text_2", "If_Result = city")
        .replace("list_", "lines")
    )
    assert made == expected


@pytest.mark.parametrize(
    "code",
    [
        "text = 1\nx = f'''a\n{text}\nb'''\n",
        "text = 1\nx = ('a' f'{text}'\n     'b')\n",
        "text = 1; y = text\n",
        "text = 1\r\ny = [text,\r\n  'text']\r\n",
        "text = 'ä'; y = f'ä{text}ö' + text\n",
        "text = 1\nx = f'{text!r:>{text}}'\n",
        "text = 1\nx = f\"{d['text']}{f'{text}'}\"\n",
        "text = 1\nf(text=text)\nd.text = text\n",
    ],
)
def test_odd_layouts_keep_their_meaning(code: str) -> None:
    made = renamed(code, {"text": "a_much_longer_name"})
    back = renamed(made, {"a_much_longer_name": "text"})
    assert ast.dump(ast.parse(back)) == ast.dump(ast.parse(code))
    assert "a_much_longer_name" in made


def test_a_renamed_workflow_does_the_same() -> None:
    """Compiled, every starter workflow differs from itself renamed in names alone."""
    changed = 0
    for record in load_starter()[::7]:
        wanted = placeholders(record.annotated_code, CATALOGUE, DEFAULTS, everything=True)
        new = {old: f"renamed_{n}" for n, old in enumerate(wanted)}
        made = renamed(record.annotated_code, new)
        before, after = (compile_code(c, catalogue=CATALOGUE) for c in (record.annotated_code, made))
        old_names = {name: old for old, name in new.items()}
        assert plain(meaning(before, CATALOGUE)) == plain(meaning(after, CATALOGUE), old_names)
        changed += bool(new)
    assert changed > 20


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=string.ascii_letters + string.digits + "_äж人 .-", max_size=30))
def test_any_name_is_refused_or_can_be_used(name: str) -> None:
    if not names_fault({"text_2": name}, {"text_2": "d"}, CODE, CATALOGUE):
        assert renamed(renamed(CODE, {"text_2": name}), {name: "text_2"}).count("text_2") == CODE.count(
            "text_2"
        )


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ({}, "no new name for text_2"),
        ({"text_2": "two words"}, "is no valid Python name"),
        ({"text_2": "class"}, "is a word of the Python language"),
        ({"text_2": "match"}, "is a word of the Python language"),
        ({"text_2": "print"}, "is a word of the Python language"),
        ({"text_2": "Repeat_Item"}, "is reserved"),
        ({"text_2": "Repeat_Index_2"}, "is reserved"),
        ({"text_2": "Menu_Result"}, "is reserved"),
        ({"text_2": "is_workflow_actions_made_up"}, "is reserved"),
        ({"text_2": "is_workflow_actions_alert"}, "is a function"),
        ({"text_2": "clipboard"}, "is a function"),
        ({"text_2": "temperature"}, "is a name of the workflow already"),
        ({"text_2": "x" * 41}, "is longer than 40"),
        ({"text_2": "ﬁle_name"}, "is no valid Python name"),
        ({"text_2": "the_city_asked_for"}, "only copies the description"),
    ],
)
def test_a_new_name_that_cannot_be_used_is_told(new: dict[str, str], told: str) -> None:
    assert told in names_fault(new, {"text_2": "The city asked for."}, CODE, CATALOGUE)


def test_names_that_are_given_twice_and_names_that_stay() -> None:
    wanted = {"text_2": "d", "list_": "d"}
    assert "is the new name of text_2, too" in names_fault(
        dict.fromkeys(wanted, "a"), wanted, CODE, CATALOGUE
    )
    assert names_fault({"text_2": "text_2", "list_": "lines"}, wanted, CODE, CATALOGUE) == ""
    assert renamed(CODE, {"text_2": "text_2"}) == CODE


def test_code_that_does_not_parse_is_told() -> None:
    with pytest.raises(WfllmError, match="not Python"):
        renamed("if", {"a": "b"})


def test_statements_are_numbered_and_long_lines_shortened() -> None:
    text = shown("# why\na = 1; b = 2\nif a:\n    pass\n" + f"c = '{'x' * 50}'\n", 20, numbered=True)
    assert text.split("\n") == [
        "    | # why",
        "1,2 | a = 1; b = 2",
        "  3 | if a:",
        "  4 |     pass",
        "  5 | c = 'xxxxxxxxxxxxxxx… (36 more characters)",
    ]


QUERY = "Fetch the weather for a city I type in. Then show it to me."
APIS = [
    "is.workflow.actions.downloadurl",
    "is.workflow.actions.notification",
    "com.lifx.lifx.LightPowerIntent",
]


def told(query: str, **keys: object) -> str:
    wanted: dict[str, object] = {"apis": APIS, "catalogue": CATALOGUE, "names": {"api_key", "city", "text2"}}
    return query_fault(query, **{**wanted, **keys})  # type: ignore[arg-type]


def test_a_sound_request_is_taken() -> None:
    assert told(QUERY, min_words=8, min_sentences=2, language="en") == ""
    assert told("Send a notification with my city and turn the light power on.") == ""
    assert told("每天早上告诉我今天的天气,如果下雨就提醒我带伞。", min_words=8) == ""


@pytest.mark.parametrize(
    ("query", "keys", "reason"),
    [
        ("  ", {}, "the request is empty"),
        ("Do it.", {"min_words": 8}, "has 2 words, and at least 8 are wanted"),
        (QUERY, {"min_sentences": 3}, "has 2 sentences, and at least 3 are wanted"),
        ("Call is_workflow_actions_downloadurl for me.", {}, "(is_workflow_actions_downloadurl)"),
        ("Call is.workflow.actions.made.up for me.", {}, "is.workflow.actions.made.up"),
        ("Use downloadurl to get it.", {}, "(downloadurl)"),
        ("Use DownloadURL to get it.", {}, "(DownloadURL)"),
        ("Use com.lifx.lifx.LightPowerIntent at noon.", {}, "LightPowerIntent"),
        ("Set WFURL to the page.", {}, "(WFURL)"),
        ("Put my api_key in.", {}, "(api_key)"),
        ("Write a Python script that tells the weather.", {}, "speaks of Python"),
        ("Do ```x = 1``` please.", {}, "holds code"),
        ("Zeige mir jeden Morgen das Wetter für Berlin an.", {"language": "en"}, "written in 'de'"),
    ],
)
def test_a_request_that_cannot_be_used_is_told_why(query: str, keys: dict[str, object], reason: str) -> None:
    assert reason in told(query, **keys)


def test_comments_are_complete_short_and_say_something() -> None:
    assert comments_fault({1: "Asks.", 2: "Shows."}, [1, 2], 20) == ""
    assert comments_fault({1: "Asks.", 2: " # "}, [1, 2, 3], 20) == "no comment for 2, 3"
    assert comments_fault({1: "x" * 21}, [1], 20) == "longer than 20 characters: 1"


def test_plans_are_in_words() -> None:
    assert plan_fault(["1. Ask for the city.", "2. Show it."], APIS, CATALOGUE, "en") == ""
    assert plan_fault(["…"], APIS, CATALOGUE, None) == "the plan is empty"
    assert "names functions" in plan_fault(["1. is_workflow_actions_downloadurl(x)"], APIS, CATALOGUE, None)


def test_words_and_sentences() -> None:
    assert word_count("It's a well-known fact: 3 of 4!") == 7
    assert word_count("今天天气") == 2
    assert sentence_count("One. Two? Three…\nFour") == 4
    assert sentence_count("一。二！") == 0 or sentence_count("今天。明天！") == 2


def test_a_language_is_ruled_out_only_where_it_is_sure() -> None:
    assert other_language("Jeden Morgen möchte ich eine Nachricht mit dem Wetter bekommen.", "en") == "de"
    assert other_language("Every morning I want a message with the weather.", "en") is None
    assert other_language("Guten Morgen", "en") is None
    assert other_language("Every morning I want a message with the weather.", "xx") is None


def plain(value: object, names: dict[str, str] | None = None) -> object:
    """A meaning with renamed names read back; those shown to people have blanks for underscores."""
    names = names or {}
    spoken = {new.replace("_", " "): old.replace("_", " ") for new, old in names.items()}
    if isinstance(value, str):
        return names.get(value, spoken.get(value, value))
    if isinstance(value, dict):
        return {plain(k, names): plain(v, names) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v, names) for v in value]
    return value
