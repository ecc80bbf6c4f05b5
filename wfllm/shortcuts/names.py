"""Names: an API's identifier as a Python name and back, and names for outputs and variables."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from functools import lru_cache

_ESCAPE = re.compile(r"_x([0-9a-f]{1,6})_")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9.]*")
_LOOKS_ESCAPED = re.compile(r"(?<=\.)x(?=[0-9a-f]{1,6}[^A-Za-z0-9])")

TAKEN = frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) | frozenset(dir(builtins)) | {"type"}
"""Names that Python itself uses, on any of the supported versions."""

RESULT = re.compile(r"(?:If_Result|Menu_Result|Repeat_Results)(?:_\d+)?")
"""Names of the value a block leaves behind."""
LOOP_VARIABLE = re.compile(r"Repeat_(?:Item|Index)(?:_\d+)?")
"""Names that Shortcuts itself gives the variables of a repeat."""
_RESERVED = re.compile(rf"{RESULT.pattern}|{LOOP_VARIABLE.pattern}|is_workflow_actions_\w*")


@lru_cache(maxsize=4096)
def api_name(identifier: str) -> str:
    """The Python name of an API; no two identifiers share one.

    Dots become underscores, as in the published dialect. Every other character that a name cannot
    hold becomes `_x<hex>_` (`-` → `_x2d_`), and so do: a literal underscore (`_x5f_`), a digit that
    begins the name, an `x` that would itself read as an escape, and the first character of an identifier
    without a dot: its name would be like one of Python's or the dialect's.
    """
    if _PLAIN.fullmatch(identifier) and "." in identifier and ".x" not in identifier:
        return identifier.replace(".", "_")
    marked = {m.start() for m in _LOOKS_ESCAPED.finditer(identifier)}
    if "." not in identifier or identifier[:1].isdigit():
        marked.add(0)
    return "".join(
        "_" if c == "." else c if c.isascii() and c.isalnum() and i not in marked else f"_x{ord(c):x}_"
        for i, c in enumerate(identifier)
    )


@lru_cache(maxsize=4096)
def api_identifier(name: str) -> str:
    """The identifier that `api_name` turned into this name; for any other name, its nearest reading."""
    out, at = [], 0
    while at < len(name):
        if name[at] != "_":
            out.append(name[at])
            at += 1
            continue
        escape = _ESCAPE.match(name, at)
        if escape and int(escape[1], 16) < 0x110000:
            out.append(chr(int(escape[1], 16)))
            at = escape.end()
        else:
            out.append(".")
            at += 1
    return "".join(out)


DIALECT: frozenset[str] = frozenset(
    (
        "accepts", "aggrandize", "all_of", "any_of", "array_state", "ask", "ask_each_time", "bare",
        "boolean", "bounded_number", "choice", "clipboard", "coerce", "condition", "contacts", "current_app",
        "current_date", "data", "date", "datetime", "device_details", "dictionary_of", "duration",
        "exit_shortcut", "file", "format_date", "get_property", "get_variable", "import_question", "in_last",
        "in_next", "is_today", "item", "join_text", "linked_choice", "measurement", "menu", "missing_output",
        "missing_variable", "name_of", "no_value", "number", "number_choice", "output", "previous_output",
        "quantity", "raw", "rule", "rules", "run_shortcut", "run_this_shortcut", "shortcut_input", "state",
        "text_ref", "time_offset", "uuid_of", "variable", "with_fields", "with_unit", "without_input",
    )
)  # fmt: skip
"""Functions of the dialect; never the name of a variable."""


@lru_cache(maxsize=4096)
def transliterate(text: str) -> str:
    """Text as letters a Python name can hold, words apart by `_`.

    Accents are dropped; letters of other alphabets are spelled by their Unicode names (`ж` → `zhe`);
    ideographs, which have no spelled names, stay as they are: Python takes them. Other characters part
    words. May be empty.
    """
    if text.isascii():
        return re.sub(r"\W+|_+", "_", text).strip("_")
    out: list[str] = []
    for char in unicodedata.normalize("NFKD", text):
        if char.isascii():
            out.append(char if char.isalnum() else "_")
        elif "\u4e00" <= char <= "\u9ffc":
            out.append(char)
        elif not unicodedata.combining(char) and char.isalpha():
            out.append(_spelled(char))
        elif not unicodedata.combining(char):
            out.append("_")
    return re.sub(r"_+", "_", "".join(out)).strip("_")


def _spelled(char: str) -> str:
    words = unicodedata.name(char, "").split()
    upper = "CAPITAL" in words
    word = re.sub(r"\W.*", "", words[-1]) if words else ""
    if not word or not word.isascii() or words[0] in ("CJK", "<control>"):
        return f"u{ord(char):x}"
    return word.capitalize() if upper else word.lower()


@lru_cache(maxsize=4096)
def snake_case(text: str) -> str:
    """`Contents of URL` → `contents_of_url`, `myItem` → `my_item`."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", transliterate(text))
    return text.lower()[:60].strip("_")


@lru_cache(maxsize=4096)
def _has_meaning(name: str) -> bool:
    """Whether Python or the dialect itself uses a name."""
    return name in TAKEN or name in DIALECT or _RESERVED.fullmatch(name) is not None


class Names:
    """Hands out Python names, each once.

    Args:
        taken: names that must not be handed out.
    """

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._used: set[str] = set(taken)
        self._next: dict[str, int] = {}
        self.variables: dict[str, str] = {}
        """The author's variable name → Python name."""

    def fresh(self, base: str) -> str:
        """`base`, made a legal name and numbered where it is already in use."""
        if not base or not (base[0].isalpha() or base[0] == "_"):
            base = f"v_{base}" if base else "v"
        if _has_meaning(base):
            if f"{base}_" not in self._used:
                return self.numbered(f"{base}_")
            base = base if not _RESERVED.fullmatch(base) else f"{base}_"
            self._next.setdefault(base, 1)
            self._used.add(base)
        return self.numbered(base)

    def numbered(self, base: str) -> str:
        """`base`, numbered where it is already in use."""
        name, count = base, self._next.get(base, 1)
        while name in self._used:
            count += 1
            name = f"{base}_{count}"
        self._next[base] = count
        self._used.add(name)
        return name

    def output(self, *candidates: str) -> str:
        """A name for an action's output from the first candidate that spells one."""
        for candidate in candidates:
            spelled = snake_case(candidate) if candidate else ""
            if spelled:
                return self.fresh(spelled)
        return self.fresh("result")

    def variable(self, name: str) -> str:
        """The Python name of an author's variable: always the same one for the same variable."""
        known = self.variables.get(name)
        if known is None:
            spelled = transliterate(name)[:80]
            if LOOP_VARIABLE.fullmatch(spelled) and name == spelled.replace("_", " "):
                self._used.add(spelled)
                known = spelled
            else:
                known = self.fresh(spelled)
            self.variables[name] = known
        return known
