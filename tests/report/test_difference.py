"""Code side by side: every line of both stands in one row, in order; what is marked is what differs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from tests.report.making import CHANGED, REFERENCE
from wfllm.report.difference import CHANGED as CHANGE
from wfllm.report.difference import LEFT, MAX_LINE, MAX_LINES, RIGHT, SAME, Span, compare

LINES = some.lists(
    some.sampled_from(["", "if a == b:", "# say", "x = f(1)", "    x = f(2)  ", "else:", "y = 'ä😀'", "f()"])
    | some.text("ab(=#😀 ", max_size=8),
    max_size=12,
)


def cut(line: str, spans: list[Span]) -> str:
    """A line without what is marked, counted as a browser counts."""
    units = line.encode("utf-16-le")
    for start, end in reversed(spans):
        units = units[: 2 * start] + units[2 * end :]
    return units.decode("utf-16-le")


@given(LINES, LINES)
def test_every_line_stands_in_one_row_and_only_differences_are_marked(
    left: list[str], right: list[str]
) -> None:
    rows = compare(left, right)
    assert [i for i, *_ in rows if i >= 0] == list(range(len(left)))
    assert [j for _, j, *_ in rows if j >= 0] == list(range(len(right)))
    for i, j, what, here, there in rows:
        if what == SAME:
            assert left[i].rstrip() == right[j].rstrip()
        elif what == CHANGE:
            a, b = left[i].rstrip(), right[j].rstrip()
            assert a != b
            assert cut(a, here) == cut(b, there)
        else:
            assert (what, min(i, j)) in ((LEFT, j), (RIGHT, i))


@given(LINES)
def test_code_beside_itself_has_no_difference(lines: list[str]) -> None:
    assert {what for _, _, what, _, _ in compare(lines, lines)} <= {SAME}


def test_a_changed_call_stands_beside_the_call_it_was() -> None:
    left, right = REFERENCE.splitlines(), CHANGED.splitlines()
    changed = [(i, j, here, there) for i, j, what, here, there in compare(left, right) if what == CHANGE]
    assert [(i, j) for i, j, *_ in changed] == [(4, 4), (6, 6)]
    assert [left[6][s:e] for s, e in changed[1][2]] == ["WFAlertActionTitle"]
    assert [right[6][s:e] for s, e in changed[1][3]] == ["WFAlertTitle"]


def test_comments_are_paired_with_comments() -> None:
    left = ["x = input('a')", "# Ask.", "f(x)"]
    right = ["x = input('b')", "# Show.", "g(x)", "f(y)"]
    pairs = {(i, j): what for i, j, what, _, _ in compare(left, right)}
    assert pairs == {(0, 0): CHANGE, (1, 1): CHANGE, (-1, 2): RIGHT, (2, 3): CHANGE}


def test_what_is_too_long_is_shown_uncompared() -> None:
    left, right = ["f()"] * (MAX_LINES + 5), ["f()"] * (MAX_LINES + 2)
    rows = compare(left, right)
    assert [i for i, *_ in rows if i >= 0] == list(range(len(left)))
    assert rows[-1][:2] == (MAX_LINES + 4, -1)
    (row,) = compare([f"f('{'a' * MAX_LINE}')"], [f"f('{'b' * MAX_LINE}')"])
    assert row == (0, 0, CHANGE, [(0, MAX_LINE + 5)], [(0, MAX_LINE + 5)])
