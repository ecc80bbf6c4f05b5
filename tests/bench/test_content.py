"""Near-duplicates share a key; workflows that do something else do not."""

from __future__ import annotations

import pytest

from wfllm.bench.content import content_key

CODE = """# Fetch it.
page = is_workflow_actions_downloadurl(WFURL="https://a.org", WFHTTPMethod="POST")
if page:
    is_workflow_actions_showresult(Text=f"Got {page}")
else:
    is_workflow_actions_showresult(Text="None")
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# Fetch it.\n", ""),
        ("page", "contents"),
        ("Got ", "GOT   "),
        ('WFURL="https://a.org", WFHTTPMethod="POST"', 'WFHTTPMethod="POST", WFURL="https://a.org"'),
    ],
)
def test_spelling_makes_no_difference(old: str, new: str) -> None:
    assert old in CODE
    assert content_key(CODE.replace(old, new)) == content_key(CODE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a.org", "b.org"),
        ("showresult", "notification"),
        ("WFURL", "WFUrl"),
        ("if page", "if not page"),
        ('else:\n    is_workflow_actions_showresult(Text="None")\n', ""),
        ("Got {page}", "Got page"),
    ],
)
def test_meaning_does(old: str, new: str) -> None:
    assert old in CODE
    assert content_key(CODE.replace(old, new)) != content_key(CODE)


def test_which_variable_is_meant_counts() -> None:
    both = "a = f(x=1)\nb = f(x=1)\ng(v={})\n"
    assert content_key(both.format("a")) != content_key(both.format("b"))


def test_where_a_branch_ends_counts() -> None:
    inside = "if x:\n    f()\n    g()\nh()\n"
    outside = "if x:\n    f()\ng()\nh()\n"
    assert content_key(inside) != content_key(outside)


def test_structure_is_the_same_in_two_languages() -> None:
    other = CODE.replace("None", "Nichts").replace("Got ", "Da ist ")
    assert content_key(other) != content_key(CODE)
    assert content_key(other, "structure") == content_key(CODE, "structure")
    assert content_key("f(x=True)", "structure") != content_key("f(x=False)", "structure")


def test_code_that_does_not_parse_is_compared_as_text() -> None:
    assert content_key("if x\n  # why\n f( ") == content_key("if x f(")
    assert content_key("if x\n f( ") != content_key("if y\n f( ")
