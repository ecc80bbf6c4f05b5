"""Published code that is no Python, mended where nothing has to be guessed for it.

The published transcription printed values without quotes, parameters under names Python has not, and
comments before physical lines, hence also inside texts; it deleted every line that occurs twice. What was
printed carelessly can be told from what stands around it; what was deleted is lost, and said so. Code is
looked at as text, never run.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from wfllm.bench.sources.repair_values import UnsureError, is_value, mend_value

KEYWORD = "keyword"
COMMENT = "comment_in_text"
PROPERTY = "property"
REPAIRS = {
    COMMENT: "a comment inside a text of several lines moved before its statement",
    KEYWORD: 'a parameter whose name Python has not, `Show-text=`, written as `**{"Show-text": …}`',
    PROPERTY: 'a property of several words, `x.Last Name`, written as `get_property(x, "Last Name")`',
    "bare_text": "a text without quotes given them",
    "typed_item": 'an item `{"string": app}` of a dictionary or list written as its text',
    "braces": "braces in a text with variables that enclose no variable doubled",
}
"""Name of a repair → what it does."""

_CALL = re.compile(r"(?P<head>(?:[^\W\d]\w*\s*=\s*)?[^\W\d]\w*\()(?P<inner>.*)\)(?P<tail>:?)", re.DOTALL)
_ASSIGNED = re.compile(r"(?P<head>[^\W\d]\w*\s*=\s*)(?P<inner>[\[{f].*)", re.DOTALL)
_NEXT = re.compile(r"(?:^|, ?)\s*(?P<name>[^\W\d][\w.-]*)=(?!=)")
_PROPERTY = re.compile(r"(?<![\w.])(?P<owner>[^\W\d]\w*)\.(?P<name>[A-Z]\w*(?: [A-Z]\w*)+)")
_SENTENCE = re.compile(r"[ \t]*# [^\W\d_].*[.!?]$")
"""How every comment of the annotation looks; a line of a text that looks so is taken for one."""
LARGEST = 200_000
"""Characters; larger code is not looked at."""


@dataclass
class Repaired:
    """What became of one record's code."""

    code: str
    """As it was where it is Python, or could not be made Python."""
    made: Counter[str] = field(default_factory=Counter)
    """Repairs by name."""
    lost: str = ""
    """Why it is still no Python."""


def repair(code: str) -> Repaired:
    """Code as Python, where it is not and can be.

    Code that parses stays as it is to the letter, the comments in its texts too.
    """
    with warnings.catch_warnings():  # of odd escapes; once, since thousands of pieces are parsed
        warnings.simplefilter("ignore")
        return _repaired(code)


def _repaired(code: str) -> Repaired:
    fault = _fault(code)
    if fault is None:
        return Repaired(code)
    if len(code) > LARGEST:
        return Repaired(code, lost="too large to look at")
    if "\0" in code:
        return Repaired(code, lost="binary data stands in a text, cut off at a byte that is no character")
    made: Counter[str] = Counter()
    pieces: list[str] = []
    unsure = ""
    for piece in statements(code.replace("\r\n", "\n")):
        mended, why = _mended(piece, made)
        unsure = unsure or why
        pieces.append(mended)
    whole = "\n".join(pieces)
    left = _fault(whole)
    if left is None:
        return Repaired(whole, +made)
    return Repaired(code, lost=unsure or _lost(left, whole.split("\n")))


def statements(code: str) -> Iterator[str]:
    """Physical lines put together to statements: a text between triple quotes may run over several."""
    lines: list[str] = []
    quote = ""
    for line in code.split("\n"):
        lines.append(line)
        quote = _open_quote(line, quote)
        if not quote:
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def _open_quote(line: str, quote: str) -> str:
    """The triple quote that is open after a line."""
    if not quote and line.lstrip().startswith("#"):
        return ""
    at = 0
    while at < len(line):
        if quote:
            end = line.find(quote, at)
            if end < 0:
                return quote
            at, quote = end + 3, ""
        else:
            starts = [(line.find(q, at), q) for q in ("'''", '"""')]
            found = [(i, q) for i, q in starts if i >= 0]
            if not found:
                return ""
            start, quote = min(found)
            at = start + 3
    return quote


def _mended(piece: str, made: Counter[str]) -> tuple[str, str]:
    """One statement as Python where it can be, and why where it cannot."""
    piece, comments = _comments_out(piece)
    if comments:
        made[COMMENT] += len(comments)
    body = piece.lstrip(" \t")
    indent = piece[: len(piece) - len(body)]
    before = "".join(f"{indent}{c.strip()}\n" for c in comments)
    if not body or body.startswith("#") or _parses(body):
        return before + piece, ""
    named = _properties(body, made)
    if named != body and _parses(named):
        return before + indent + named, ""
    call = _CALL.fullmatch(body.rstrip())
    try:
        if call is not None:
            inner = _arguments(call["inner"], made)
            return f"{before}{indent}{call['head']}{inner}){call['tail']}", ""
        assigned = _ASSIGNED.fullmatch(body.rstrip())
        if assigned is not None:
            return f"{before}{indent}{assigned['head']}{mend_value(assigned['inner'], made)}", ""
    except UnsureError as fault:
        return before + piece, str(fault)
    return before + piece, ""


def _properties(body: str, made: Counter[str]) -> str:
    """Properties of several words outside texts as calls."""
    out: list[str] = []
    last = 0
    quotes = [m.start() for m in re.finditer(r"['\"]", body)]
    for match in _PROPERTY.finditer(body):
        if bisect_left(quotes, match.start()) % 2 == 0:
            out += [body[last : match.start()], f'get_property({match["owner"]}, "{match["name"]}")']
            last = match.end()
    whole = "".join(out) + body[last:]
    if out and _parses(whole):
        made[PROPERTY] += len(out) // 2
    return whole if out else body


def _comments_out(piece: str) -> tuple[str, list[str]]:
    lines = piece.split("\n")
    comments = [line for line in lines[1:] if _SENTENCE.fullmatch(line)]
    if not comments:
        return piece, []
    return "\n".join([lines[0], *(line for line in lines[1:] if not _SENTENCE.fullmatch(line))]), comments


def _arguments(text: str, made: Counter[str]) -> str:
    """Arguments of a call: `name=value` one by one, a value reaching to the next name."""
    triple = [m.end() for m in re.finditer(r"'''|\"\"\"", text)]
    # an odd number of triple quotes before it: it lies in a text
    at = [m for m in _NEXT.finditer(text) if bisect_right(triple, m.start()) % 2 == 0]
    if not at or text[: at[0].start()].strip():
        return mend_value(text, made)
    out: list[str] = []
    number = 0
    while number < len(at):
        begin = at[number]
        # the shortest run up to some next name that is a value; else the run to the very next one
        ends = [m.start() for m in at[number + 1 :]] + [len(text)]
        runs = [(text[begin.end() : end], step) for step, end in enumerate(ends[:8], start=1)]
        value, steps = next(((run, step) for run, step in runs if is_value(run)), (runs[0][0], 1))
        if not is_value(value):
            value = mend_value(value, made)
        name = begin["name"]
        if name.isidentifier():
            out.append(f"{name}={value.strip()}")
        else:
            made[KEYWORD] += 1
            out.append(f"**{{{name!r}: {value.strip()}}}")
        number += steps
    return ", ".join(out)


def _parses(body: str) -> bool:
    """Whether one statement, or the head of a block, is Python."""
    head = body.rstrip()
    if re.match(r"(else|elif|case|except|finally)\b", head):
        return True  # has no meaning without what stands before
    return _fault(f"{head}\n    pass" if head.endswith(":") else head) is None


def _fault(code: str) -> SyntaxError | ValueError | None:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError) as fault:
        return fault
    except (RecursionError, MemoryError):
        return ValueError("nested too deeply")
    return None


def _lost(fault: SyntaxError | ValueError, lines: list[str]) -> str:
    """What the first fault that is left says of what is gone."""
    text = fault.msg if isinstance(fault, SyntaxError) else str(fault)
    number = (fault.lineno or 0) if isinstance(fault, SyntaxError) else 0
    line = f" (line {number})" if number else ""
    before = [
        kept for kept in lines[: max(0, number - 1)] if kept.strip() and not kept.lstrip().startswith("#")
    ]
    if "indent" in text or (before and before[-1].lstrip().startswith("match ")):
        return f"a line is gone, of which another copy was deleted{line}: {text}"
    if "unterminated" in text or "never closed" in text or "does not match" in text or "unmatched" in text:
        return f"the end of a text or value is gone{line}: {text}"
    return f"{text}{line}"
