"""How much of code is work for a parser: told as Python's own tokenizer would, in little time and memory."""

from __future__ import annotations

import ast
import io
import tokenize
import tracemalloc
import warnings

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wfllm.errors import WfllmError
from wfllm.shortcuts.code_size import MAX_CODE, MAX_FILE, Work, refuse_huge, work_of
from wfllm.shortcuts.syntax import parse_code

PIECES = (
    "'", '"', "f'", 'f"', "rf'", "fR'", "r'", "u'", "\\", "\\\\", "\n", "\r", "\\\n", "#", "{", "}", "{{",
    "}}", "{x}", "x", " ", "+", "x = ", "'a'", '"b"', "(", ")", ":", "!r", "elif", "1, ", "'''", '"""',
    "{'", "'}",
)  # fmt: skip


def as_tokenized(code: str) -> Work | None:
    """The same by the tokenizer of the library; None where it is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
        tokens = list(tokenize.generate_tokens(io.StringIO(code, newline=None).readline))
    except (SyntaxError, ValueError, tokenize.TokenError):
        return None
    whole, depth = Work(len(code.replace("\r\n", "\n")), code.count("{")), 0
    for token in tokens:
        kind = tokenize.tok_name[token.type]
        depth += {"FSTRING_START": 1, "FSTRING_END": -1}.get(kind, 0)
        quoted = token.string.lstrip("rRuUbBfF")
        prefix = token.string[: len(token.string) - len(quoted)].lower()
        if kind == "STRING" and not depth and "f" not in prefix:
            whole.characters -= len(quoted) - 2
            whole.braces -= quoted.count("{")
    return whole


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@example("# it's\rx = 'a'")
@example("x = 'a\\\n', 'b'")
@example("# it's \\\nx = 'a', 'b'")
@example("x = f\"{'}' + 'a'}\", 'b'")
@example("if x:\n    pass\nelif'{':\n    pass")
@example("x = rf'\\{f''}\\'")
@example("x = 'a' 'b' f'{x}' \"it's\" # 'c'")
def test_what_is_told_is_true(code: str) -> None:
    told, true = work_of(code), as_tokenized(code)
    if told is not None and true is not None:
        if "\r\n" in code:  # one character for the tokenizer, also where it counts
            assert told.characters >= true.characters
        else:
            assert told == true


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("x = 'abc'", "x = ''"),
        ('x = "it\'s"  # a "note"', 'x = ""  # a "note"'),
        ("x = 'a\\'b\\\\', \"c\\\nd\"", "x = '', \"\""),
        ("x = f'{y} and {{}}' + 'a{b'", "x = f'{y} and {{}}' + ''"),
        ("x = f'{y[\"a\"]}'", "x = f'{y[\"a\"]}'"),
        ("x = '''a'''", None),
        ("x = 'a", None),
        ("x = f'{y'", None),
        ("x = f\"{y['}']}\"", None),
    ],
)
def test_what_is_left_without_texts(code: str, left: str | None) -> None:
    assert work_of(code) == (None if left is None else Work(len(left), left.count("{")))


@pytest.mark.parametrize(
    "code",
    [
        "x = '" + "a" * 300_000 + "'",
        "x = '" + "\\'" * 150_000 + "'",
        "x = 'a'\n" * 40_000,
        "x = '" + "\\'" * 150_000,
        "f'" * 20_000,
        "f'{x}'," * 40_000,
        "#\n" * 150_000,
        "x = f'{" + '"",' * 100_000 + "}'",
    ],
    ids=["letters", "escapes", "short texts", "no end", "marks", "fields", "comments", "texts in a field"],
)
def test_telling_takes_little_memory(code: str) -> None:
    tracemalloc.start()
    try:
        work_of(code)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * len(code) + 2**20


def test_limits_are_told_by_their_numbers() -> None:
    with pytest.raises(WfllmError, match=f"at most {MAX_FILE:,} are read"):
        refuse_huge("#" * (MAX_FILE + 1))
    with pytest.raises(WfllmError, match=f"more than {MAX_CODE:,} characters of code"):
        parse_code("# " + "x" * MAX_CODE)
    with pytest.raises(WfllmError, match="more than 10,000 braces"):
        parse_code("x = '" + "a" * MAX_CODE + "', " + "{" * 10_001)
    refuse_huge("x = '" + "{" * MAX_CODE + "'")
