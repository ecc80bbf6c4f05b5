"""Values out of a model's text: a Python literal or JSON, in bounded time and memory, nothing evaluated."""

from __future__ import annotations

import ast
import json
import re
import warnings

MAX_CHARACTERS = 100_000
"""Longest answer that is read. 512 tokens, the most T-Eval lets a model write, are a few thousand."""
MAX_DEPTH = 90
"""Brackets inside each other. `str` of the arguments has to walk them, too."""
MAX_SIGNS = 50
"""Signs in a row without a comma or bracket between them: `1+1+1+…` is as deep a tree as it is long."""

_TEXTS = re.compile(
    r'''"""(?:\\.|[^\\])*?(?:"""|\Z)|\'\'\'(?:\\.|[^\\])*?(?:\'\'\'|\Z)'''
    r"""|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|\#[^\n]*""",
    re.DOTALL,
)
"""What holds no structure: texts and comments. A text without end ends somewhere here, too, so that no
character is looked at from two beginnings."""
_BETWEEN = re.compile(r"[,\[\]{}():]")
_SIGN = re.compile(r"[-+~*/%@<>=&|^.!]")
_CHAIN = re.compile(r"[\])}]\s*[\[(]")  # `[0][0][0]…`, `f()()()…`: deep, and never part of a literal
_NUMBERS = re.compile(
    r"0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+"
    r"|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9][0-9_]*)?[jJ]?"
)
_WORD = re.compile(r"[^\W\d]\w*")
_WORDS = {"True", "False", "None", "set", *(a + b for a in ("", *"bB") for b in ("", *"rR")), *"uU"}
_WORDS |= {"rb", "rB", "Rb", "RB"}  # prefixes of texts stay behind where the texts were


def read_value(text: str) -> object:
    """The value that a text spells: as Python literal, else as JSON, else as JSON with `'` taken for `"`.

    Source: the order in which T-Eval's evaluator tries them.

    Raises:
        ValueError: it spells none, or is beyond the bounds of this module.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"more than {MAX_CHARACTERS:,} characters")
    bare = _TEXTS.sub("", text)
    if _depth(bare) > MAX_DEPTH:
        raise ValueError(f"more than {MAX_DEPTH} brackets inside each other")
    if _is_flat(bare):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # "\d" in a text is the model's business
                return ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            pass
    for spelling in (text, text.replace("'", '"')):
        try:
            return json.loads(spelling)
        except (ValueError, RecursionError):
            continue
    raise ValueError("neither a Python literal nor JSON")


def _is_flat(bare: str) -> bool:
    """Whether Python's parser may have it: no more than literals hold, no tree deeper than its brackets.

    CPython before 3.12 may run out of its stack on deep trees, which ends the process.
    """
    if _CHAIN.search(bare) or any(len(_SIGN.findall(part)) > MAX_SIGNS for part in _BETWEEN.split(bare)):
        return False
    return all(word in _WORDS for word in _WORD.findall(_NUMBERS.sub("", bare)))


def _depth(bare: str) -> int:
    depth = deepest = 0
    for bracket in re.findall(r"[\[({\])}]", bare):
        depth += 1 if bracket in "[({" else -1
        deepest = max(deepest, depth)
    return deepest
