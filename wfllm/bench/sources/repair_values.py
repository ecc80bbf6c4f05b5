"""Values of published code that were printed without quotes."""

from __future__ import annotations

import ast
import re
from collections import Counter

BARE, TYPED, BRACES = "bare_text", "typed_item", "braces"
_WRAPPED = re.compile(r'\{"string": (?P<text>[^{}]*)\}')
_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'''.*?'''|\"\"\".*?\"\"\"|'(?:[^'\\\n]|\\.)*'", re.DOTALL)
_KEY = re.compile(r'(?:"[^"\n]*"|\'\'\'.*?\'\'\'|\{"string": [^{}]*\}): ', re.DOTALL)
_END = re.compile(r"[}\]]|, (?=[\"'{])")
DEEPEST = 30


class UnsureError(Exception):
    """More than one reading is possible, or none; says what."""


def mend_value(text: str, made: Counter[str]) -> str:
    """A value as Python.

    Args:
        text: what stands after `=`; no Python.
        made: counts the repairs.

    Raises:
        UnsureError: it cannot be told what was meant.
    """
    text = text.strip()
    if not text:
        raise UnsureError("a value is gone")
    if is_value(text):
        return text
    if re.match(r"f('''|\"\"\")", text):
        return _braces(text, made)
    if text[0] in "{[" and len(text) > 1:
        reader = _Reader(text, made)
        value = reader.value(0)
        if reader.at != len(text):
            raise UnsureError("a value ends before its text does")
        return value
    return _bare(text, made)


def is_value(text: str) -> bool:
    """Whether a text is an expression of Python. The caller silences warnings of odd escapes."""
    try:
        ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _bare(text: str, made: Counter[str]) -> str:
    if "'''" in text:
        raise UnsureError("the end of a text is gone")
    made[BARE] += 1
    return repr(text)


def _braces(text: str, made: Counter[str]) -> str:
    """A text with variables in which some braces enclose none."""
    quote = text[1:4]
    if not text.endswith(quote) or text.count(quote) != 2:
        raise UnsureError("the end of a text is gone")
    inner = text[4:-3]
    out: list[str] = []
    last = 0
    for match in re.finditer(r"\{[^{}]*\}", inner):
        out.append(inner[last : match.start()].replace("{", "{{").replace("}", "}}"))
        expression = match[0][1:-1]
        plain = is_value(f"f{quote}{match[0]}{quote}") and re.match(r"[^\W\d]", expression.strip() or "0")
        out.append(match[0] if plain else "{" + match[0] + "}")
        last = match.end()
    out.append(inner[last:].replace("{", "{{").replace("}", "}}"))
    whole = f"f{quote}{''.join(out)}{quote}"
    if not is_value(whole):
        raise UnsureError("braces of a text cannot be told from those of its variables")
    made[BRACES] += 1
    return whole


class _Reader:
    """Dictionaries and lists some of whose texts stand bare."""

    def __init__(self, text: str, made: Counter[str]) -> None:
        self.text, self.made, self.at = text, made, 0

    def value(self, depth: int) -> str:
        if depth > DEEPEST:
            raise UnsureError("nested too deeply")
        wrapped = _WRAPPED.match(self.text, self.at)
        if wrapped is not None and not wrapped["text"].startswith(("'", '"')):
            self.at = wrapped.end()
            self.made[TYPED] += 1
            return repr(wrapped["text"])
        if self.text.startswith("{", self.at):
            return self.dictionary(depth)
        if self.text.startswith("[", self.at):
            return self.list(depth)
        quoted = re.compile(r"f?").match(self.text, self.at)
        start = quoted.end() if quoted else self.at
        found = _QUOTED.match(self.text, start)
        if found is not None and self.text[found.end() : found.end() + 1] in (",", "}", "]", ":", ""):
            text = self.text[self.at : found.end()]
            if is_value(text):
                self.at = found.end()
                return text
        return self.bare()

    def bare(self) -> str:
        """A text up to the next quoted key or the closing brace."""
        for match in _END.finditer(self.text, self.at):
            end = match.start()
            if self.text[end] in "}]" or _KEY.match(self.text, end + 2):
                text, self.at = self.text[self.at : end], end
                if is_value(text):
                    return text.strip()
                if any(c in text for c in "{}[]\"'"):
                    raise UnsureError("a text without quotes holds quotes or brackets")
                self.made[BARE] += 1
                return repr(text)
        raise UnsureError("the end of a value is gone")

    def dictionary(self, depth: int) -> str:
        self.at += 1
        items: list[str] = []
        while not self.text.startswith("}", self.at):
            if _KEY.match(self.text, self.at) is None:
                raise UnsureError(
                    "keys of a dictionary stand bare: a comma in a text cannot be told from one between two"
                )
            key = self.value(depth + 1)
            if not self.text.startswith(": ", self.at):
                raise UnsureError("a key has no value")
            self.at += 2
            items.append(f"{key}: {self.value(depth + 1)}")
            self._comma("}")
        self.at += 1
        return f"{{{', '.join(items)}}}"

    def list(self, depth: int) -> str:
        self.at += 1
        items: list[str] = []
        while not self.text.startswith("]", self.at):
            if self.text[self.at : self.at + 1] not in ("{", "[", "'", '"', "f"):
                end = self.text.find("]", self.at)
                item = self.text[self.at : end]
                if end < 0 or items or "," in item or any(c in item for c in "{}['\""):
                    raise UnsureError(
                        "items of a list stand bare: a comma in one cannot be told from one between two"
                    )
                self.at = end
                items.append(item if is_value(item) else _bare(item, self.made))
                continue
            items.append(self.value(depth + 1))
            self._comma("]")
        self.at += 1
        return f"[{', '.join(items)}]"

    def _comma(self, end: str) -> None:
        if self.text.startswith(", ", self.at):
            self.at += 2
        elif not self.text.startswith(end, self.at):
            raise UnsureError("a value ends where it should not")
