"""How much work code is for a parser, told before it is parsed: what stands in plain texts is none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wfllm.errors import WfllmError

MAX_FILE = 40_000_000
"""Characters. A shortcut may hold pictures and tables as texts of many megabytes; reading those is quick."""
MAX_CODE = 2_000_000
"""Characters outside texts; at the limit, parsing and checking take about ten seconds and a gigabyte."""
MAX_BRACES = 10_000
"""Opening braces; 356 real workflows have 297 at most. CPython 3.11 and earlier take time quadratic in the
fields of one f-string: a second for these, and half a minute for 50,000."""

_MARK = re.compile("['\"#]")
_COMMENTS = re.compile(r"(?:#[^\r\n]*\s*){1,1000}")
_SIMPLE = r"""(?:'[^'\\\r\n]*'|"[^"\\\r\n]*")"""
_SIMPLE_TEXT = re.compile(_SIMPLE)
_SIMPLE_TEXTS = re.compile(rf"""(?:[^'"#]*(?<![fFrR]){_SIMPLE}(?!['"])){{1,1000}}""")
"""Code with texts that surely are plain: most of all code, and counted much quicker than one by one."""
# A thousand pieces at a time: for each repetition `re` keeps what to come back to, gigabytes of it for a
# text of megabytes.
_TEXT = {
    quote: re.compile(rf"(?:[^{quote}\\\r\n]+|\\(?:\r\n|[\s\S])){{0,1000}}") for quote in ("'", '"')
}  # fmt: skip
_FIELD = r"""\{[^{}'"\\\r\n#]*(?:(?:'[^{}'"\\\r\n]*'|"[^{}'"\\\r\n]*")[^{}'"\\\r\n#]*){0,100}\}"""
"""A field of an f-string that ends at the same place for every Python, whatever the texts inside it."""
_FORMATTED = {
    quote: re.compile(rf"(?:[^{quote}\\\r\n{{}}]+|\\(?:\r\n|[^{{}}])|\{{\{{|\}}\}}|{_FIELD}){{0,1000}}")
    for quote in ("'", '"')
}


def refuse_huge(code: str, where: str | object = "") -> None:
    """Refuses code that would take long to parse; takes a second for code of any size.

    Raises:
        WfllmError: it is too long, or has too many braces.
    """
    if len(code) > MAX_FILE:
        raise WfllmError(
            f"{len(code):,} characters of code, at most {MAX_FILE:,} are read",
            where=where,
            mend="Keep long texts and tables in files.",
        )
    work = Work(len(code), code.count("{"))
    if work.too_much:
        work = work_of(code) or work
    if work.characters > MAX_CODE:
        raise too_long(where)
    if work.braces > MAX_BRACES:
        raise WfllmError(
            f"more than {MAX_BRACES:,} braces", where=where, mend="Keep long texts and tables in files."
        )


def too_long(where: str | object = "") -> WfllmError:
    """Of code with more than `MAX_CODE` characters outside texts."""
    return WfllmError(
        f"more than {MAX_CODE:,} characters of code outside texts",
        where=where,
        mend="Split it into several workflows.",
    )


@dataclass
class Work:
    """What a parser has to work at."""

    characters: int = 0
    braces: int = 0

    @property
    def too_much(self) -> bool:
        """Whether it is beyond what is parsed."""
        return self.characters > MAX_CODE or self.braces > MAX_BRACES

    def add(self, code: str, start: int, end: int) -> None:
        """Counts a part of the code."""
        self.characters += end - start
        self.braces += code.count("{", start, end)


def work_of(code: str) -> Work | None:
    """What is left of code without the content of its plain texts; not all of it once it is too much.

    Returns:
        None where texts cannot be told from code without parsing: texts over several lines, a text without
        end, f-strings with something in their fields that only some versions of Python read.
    """
    work, at = Work(), 0
    while not work.too_much:
        if simple := _SIMPLE_TEXTS.match(code, at):
            rest = _SIMPLE_TEXT.sub("''", simple[0])
            work.add(rest, 0, len(rest))
            at = simple.end()
            continue
        mark = _MARK.search(code, at)
        if mark is None:
            work.add(code, at, len(code))
            break
        start = mark.start()
        work.add(code, at, start)
        if mark[0] == "#":
            at = found.end() if (found := _COMMENTS.match(code, start)) else len(code)
            work.add(code, start, at)
            continue
        formatted = code[max(0, start - 2) : start].lower().endswith(("f", "fr"))
        end = _end_of_text(code, start, formatted)
        if end is None:
            return None
        if formatted:
            work.add(code, start, end)
        else:
            work.characters += 2
        at = end
    return work


def _end_of_text(code: str, start: int, formatted: bool) -> int | None:
    """Where the text that starts with this quote is over; None where that is not sure."""
    quote = code[start]
    if code.startswith(3 * quote, start):
        return None
    pieces = (_FORMATTED if formatted else _TEXT)[quote]
    at, end = start, start + 1
    while end > at:
        found = pieces.match(code, end)
        at, end = end, found.end() if found else end
    return end + 1 if code.startswith(quote, end) else None
