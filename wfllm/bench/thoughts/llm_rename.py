"""Names that say nothing (`text_2`) are given ones that do; the workflow stays the same up to names."""

from __future__ import annotations

import ast
import keyword
import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress

from wfllm.bench.thoughts.sentences import capped, says
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.code_names import CodeNames
from wfllm.shortcuts.dialect import FUNCTIONS
from wfllm.shortcuts.names import DIALECT, LOOP_VARIABLE, RESULT, TAKEN, snake_case
from wfllm.shortcuts.syntax import parse_code, preorder
from wfllm.shortcuts.unparse import expression

LONGEST = 40
"""Characters of a new name."""
_DESCRIPTION_WORDS = 20
_GENERIC = frozenset(
    (
        "answer", "content", "contents", "data", "dictionary", "dictionary_value", "file", "input", "item",
        "items", "list", "number", "object", "output", "provided_input", "result", "results", "some", "stuff",
        "temp", "temporary", "test", "text", "thing", "tmp", "v", "val", "value", "values", "var", "variable",
        "variables",
    )
)  # fmt: skip
"""Names that say nothing, beside those Shortcuts itself gives to outputs."""


def default_names(catalogue: Catalogue) -> frozenset[str]:
    """Names that Shortcuts itself gives to outputs: they say what made a value, not what it is for."""
    shown = (snake_case(api.output_name) for api in catalogue.values())
    own = (snake_case(identifier.rpartition(".")[2]) for identifier in catalogue)
    return _GENERIC | {*shown, *own}


def placeholders(
    code: str, catalogue: Catalogue, defaults: frozenset[str], everything: bool = False
) -> dict[str, str]:
    """Names that say nothing, in the order they are set, each with how its value is made.

    Args:
        defaults: what `default_names` gives for this catalogue.
        everything: every name that the author or Shortcuts gave, whatever it says.

    Raises:
        WfllmError: the code does not parse.
    """
    tree = parse_code(code)
    names = CodeNames(tree, None)
    ours = (names.outputs | names.variables) - _functions(tree) - _captured(tree)
    found: dict[str, str] = {}
    for placed in preorder(tree):
        node = placed.node
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if not isinstance(target, ast.Name) or target.id in found or target.id not in ours:
            continue
        if _is_reserved(target.id) or not (everything or says_nothing(target.id, defaults)):
            continue
        found[target.id] = capped(says(node, catalogue), _DESCRIPTION_WORDS)
    return found


def says_nothing(name: str, defaults: frozenset[str]) -> bool:
    """Whether a name, its number left off, is of one letter or among those that say nothing."""
    base = re.sub(r"(?:_*\d+)+$", "", name).strip("_").lower()
    return len(base) <= 1 or base in defaults


def names_fault(new: Mapping[str, str], wanted: Mapping[str, str], code: str, catalogue: Catalogue) -> str:
    """What is wrong with a map of old to new names, in words for the model; empty where nothing.

    Args:
        wanted: the names to replace, each with its description.
        code: the workflow they stand in.
    """
    there = {n.id for n in ast.walk(parse_code(code)) if isinstance(n, ast.Name)}
    faults: list[str] = []
    seen: dict[str, str] = {}
    missing = [old for old in wanted if old not in new]
    if missing:
        faults.append(f"no new name for {', '.join(missing[:10])}")
    for old in wanted:
        if old not in new or new[old] == old:  # a name that fits may stay
            continue
        name = new[old]
        fault = _name_fault(name, catalogue)
        if not fault and name in there:
            fault = "is a name of the workflow already"
        if not fault and name in seen:
            fault = f"is the new name of {seen[name]}, too"
        if not fault and name == snake_case(wanted[old]):
            fault = "only copies the description"
        seen[name] = old
        if fault:
            faults.append(f"{name[:60]!r} (for {old}) {fault}")
    return "; ".join(faults[:8])


def renamed(code: str, new: Mapping[str, str]) -> str:
    """Code with other names, its layout and comments as they are.

    Every place of a name is known from the syntax tree; a text that holds values is printed anew. The result
    is parsed again and must be the same tree up to these names.

    Args:
        new: old → new; only variables of the code, no two of which get one name.

    Raises:
        WfllmError: the code does not parse, or a name cannot be changed in it.
    """
    code = code.replace("\r\n", "\n").replace("\r", "\n")
    new = {old: name for old, name in new.items() if old != name}
    tree = parse_code(code)
    text = code.encode("utf-8")
    starts = [0]
    for line in text.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    edits = [(*_span(node, starts), node) for node in _places(tree, new)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
    made, same = "", False
    with suppress(WfllmError, ValueError, RecursionError):  # forms that a printer cannot print
        for start, end, node in sorted(edits, key=lambda edit: -edit[0]):
            text = text[:start] + _printed(node).encode("utf-8") + text[end:]
        made = text.decode("utf-8")
        same = ast.dump(parse_code(made)) == ast.dump(tree)
    if not same:
        raise WfllmError("its names cannot be changed where they stand", mend="Set thoughts.rename=false.")
    return made


def _printed(node: ast.expr) -> str:
    """A name or a text with values; forms the dialect does not have are left to Python's own printer."""
    if isinstance(node, ast.Name):
        return node.id
    inner = [n for n in ast.walk(node) if n is not node]
    values = [n for n in inner if isinstance(n, ast.FormattedValue)]
    plain = all(v.conversion == -1 and v.format_spec is None for v in values)
    nested = any(isinstance(n, (ast.JoinedStr, ast.Constant)) for v in values for n in ast.walk(v.value))
    return expression(node) if plain and not nested else ast.unparse(node)


def _span(node: ast.expr, starts: list[int]) -> tuple[int, int]:
    """Where a node stands, in bytes from the beginning."""
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
    return starts[node.lineno - 1] + node.col_offset, starts[end_line - 1] + end_column


def _places(tree: ast.Module, new: Mapping[str, str]) -> list[ast.expr]:
    """Names to change, and outermost texts with values that hold any: inside those, Python before 3.12 does
    not know places."""
    found: list[ast.expr] = []
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.JoinedStr):
            if any(isinstance(n, ast.Name) and n.id in new for n in ast.walk(node)):
                found.append(node)
        elif isinstance(node, ast.Name):
            if node.id in new:
                found.append(node)
        else:
            stack.extend(ast.iter_child_nodes(node))
    return found


def _name_fault(name: str, catalogue: Catalogue) -> str:
    if not name.isidentifier() or unicodedata.normalize("NFKC", name) != name:
        return "is no valid Python name"
    if len(name) > LONGEST:
        return f"is longer than {LONGEST} characters"
    if keyword.iskeyword(name) or name in TAKEN:
        return "is a word of the Python language"
    if name in FUNCTIONS or name in DIALECT or catalogue.by_name(name) is not None:
        return "is a function"
    if _is_reserved(name) or name.startswith("__"):
        return "is reserved"
    return ""


def _is_reserved(name: str) -> bool:
    """Whether the dialect itself gives a name its meaning."""
    reserved = LOOP_VARIABLE.fullmatch(name) or RESULT.fullmatch(name)
    return bool(reserved) or name.startswith("is_workflow_actions_")


def _functions(tree: ast.Module) -> set[str]:
    return {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}


def _captured(tree: ast.Module) -> set[str]:
    """Names that a pattern sets: they are no nodes of their own."""
    return {n.name for n in ast.walk(tree) if isinstance(n, (ast.MatchAs, ast.MatchStar)) and n.name}
