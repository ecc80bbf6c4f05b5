"""One name for one identifier, one name for one variable."""

from __future__ import annotations

import ast
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as some

from wfllm.shortcuts.dialect import FUNCTIONS
from wfllm.shortcuts.names import (
    DIALECT,
    TAKEN,
    Names,
    api_identifier,
    api_name,
    snake_case,
    transliterate,
)


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("is.workflow.actions.text.replace", "is_workflow_actions_text_replace"),
        ("com.agiletortoise.Drafts-OSX.CaptureIntent", "com_agiletortoise_Drafts_x2d_OSX_CaptureIntent"),
        ("a.b_c", "a_b_x5f_c"),
        ("9gag.share", "_x39_gag_share"),
        ("import", "_x69_mport"),
        ("menu", "_x6d_enu"),
        ("a.x2d.b", "a__x78_2d_b"),
    ],
)
def test_names_of_apis(identifier: str, name: str) -> None:
    assert api_name(identifier) == name
    assert api_identifier(name) == identifier


@given(some.text(alphabet=some.sampled_from("ax2d5f-_.9é😀"), min_size=1, max_size=14))
def test_any_identifier_reads_back(identifier: str) -> None:
    name = api_name(identifier)
    assert api_identifier(name) == identifier
    assert name.isidentifier()
    assert name.isascii()
    assert not keyword.iskeyword(name)
    assert name not in DIALECT


@given(some.text(max_size=30))
def test_any_name_reads_as_some_identifier(name: str) -> None:
    assert isinstance(api_identifier(name), str)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Contents of URL", "contents_of_url"),
        ("myItem", "my_item"),
        ("Überschrift", "uberschrift"),
        ("温度", "温度"),
        ("👍", ""),
    ],
)
def test_snake_case(text: str, name: str) -> None:
    made = snake_case(text)
    assert made == name
    assert not made or made.isidentifier()


def test_other_alphabets_are_spelled() -> None:
    assert transliterate("жук") == "zheuka"
    assert transliterate("Ω mega") == "Omega_mega"


@given(some.lists(some.text(max_size=12), max_size=12, unique=True))
def test_no_two_variables_share_a_name(variables: list[str]) -> None:
    names = Names()
    made = [names.variable(v) for v in variables]
    assert len(set(made)) == len(variables)
    assert made == [names.variable(v) for v in variables]
    for name in made:
        assert name.isidentifier()
        assert name not in TAKEN
        assert name not in DIALECT
        ast.parse(f"{name} = 1")


def test_outputs_and_variables_never_share_a_name() -> None:
    names = Names()
    assert names.variable("page") == "page"
    assert names.output("page") == "page_2"
    assert names.output("", "", "") == "result"
    assert names.variable("If Result") == "If_Result_"
    assert names.variable("Repeat Item 2") == "Repeat_Item_2"
    assert names.variable("Repeat_Item_2") != "Repeat_Item_2"


def test_every_function_of_the_dialect_is_kept_free() -> None:
    assert set(FUNCTIONS) <= DIALECT | TAKEN
