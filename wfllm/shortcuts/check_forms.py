"""Which statements and expressions the dialect has; how its loops and menus must look."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.read_base import called
from wfllm.shortcuts.syntax import Placed, expressions_of

MEND_STATEMENT: dict[str, str] = {
    "While": "Use for Repeat_Index in range(1, n + 1): with an exit_shortcut().",
    "AugAssign": "Use is_workflow_actions_math for sums, name.append(x) for lists.",
    "AnnAssign": "Write name = value.",
    "Return": "Use exit_shortcut(x) or output(x).",
    "FunctionDef": "Use run_shortcut(…) for parts used twice.",
    "Import": "Call the actions; nothing needs importing.",
    "ImportFrom": "Call the actions; nothing needs importing.",
    "Try": "Test the value with if before using it.",
    "Break": "Put the rest of the loop under an if.",
    "Continue": "Put the rest of the loop under an if.",
}
MEND_EXPRESSION: dict[str, str] = {
    "BinOp": "Use is_workflow_actions_math for numbers, an f-string for texts.",
    "ListComp": "Use a for loop with .append(x).",
    "GeneratorExp": "Use a for loop with .append(x).",
    "DictComp": "Use a for loop with is_workflow_actions_setvalueforkey.",
    "SetComp": "Use a for loop with .append(x).",
    "IfExp": "Use an if statement that sets the name in each branch.",
    "Attribute": 'Use get_property(x, "Name") or x["key"].',
    "Set": 'Write a list: ["a", "b"].',
    "Slice": "Use is_workflow_actions_getitemfromlist.",
}
_SPOKEN = {
    "BinOp": "arithmetic",
    "ListComp": "list comprehension",
    "IfExp": "conditional expression",
    "FunctionDef": "def",
    "AsyncFunctionDef": "async def",
    "ClassDef": "class",
    "ImportFrom": "import",
    "AugAssign": "augmented assignment",
    "AnnAssign": "type annotation",
    "Attribute": "attributes",
    "UnaryOp": "operator",
}
NO_DEFAULT = ("get takes a key and no default", 'v = d["key"], then: if not v:')
"""What is said of `d.get(key, default)`, and what to write."""
MEND_CONSTANT = {
    "bytes": 'Write a text: "…".',
    "complex": "Write a number without j.",
    "ellipsis": "Write a value.",
}
NO_CONSTANT = "values are texts, numbers, booleans or None"
_VALUES = (
    ast.Constant, ast.JoinedStr, ast.FormattedValue, ast.Name, ast.Call, ast.Subscript, ast.Dict, ast.List,
)  # fmt: skip
_CONDITIONS = (ast.Compare, ast.BoolOp)
_COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn)


def form_findings(placed: Placed, first: bool) -> Iterator[Finding]:
    """What in one statement the dialect does not have; a form it has and writes otherwise is a warning.

    Args:
        placed: the statement.
        first: whether it is the first of the file, where a text alone is its description.
    """
    node = placed.node
    line = node.lineno
    if isinstance(node, ast.Assign):
        if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            yield Finding(line, "assignment", "an assignment sets one plain name", "Write name = value.")
    elif isinstance(node, ast.Expr):
        documents = first and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        if not isinstance(node.value, ast.Call) and not documents:
            yield Finding(line, "no-effect", "this value is not used", "Give it a name: name = …")
    elif isinstance(node, ast.For):
        yield from _loop(node, placed.loops + 1)
    elif isinstance(node, ast.Match):
        yield from _menu(node)
    elif not isinstance(node, (ast.If, ast.Pass)):
        kind = type(node).__name__
        yield Finding(
            line,
            "forbidden",
            f"workflows have no {spoken(kind)}",
            MEND_STATEMENT.get(kind, "Leave it out."),
        )
        return
    for expression in expressions_of(node):
        yield from _expression(expression, line, node)


def _loop(node: ast.For, level: int) -> Iterator[Finding]:
    tail = "" if level == 1 else f"_{level}"
    index, item = f"Repeat_Index{tail}", f"Repeat_Item{tail}"
    each = f"for {index}, {item} in enumerate(items, start=1):"
    times = f"for {index} in range(1, n + 1):"
    call = node.iter
    function = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
    target = node.target
    if function == "enumerate" and isinstance(call, ast.Call):
        names = (
            [e.id for e in target.elts if isinstance(e, ast.Name)] if isinstance(target, ast.Tuple) else []
        )
        if names != [index, item]:
            yield Finding(
                node.lineno, "loop", f"a repeat at level {level} is named otherwise", each, "warning"
            )
        start = [k.value for k in call.keywords if k.arg == "start"] + call.args[1:]
        if len(start) != 1 or not _is_one(start[0]):
            yield Finding(node.lineno, "loop", "repeats count from 1", each, "warning")
    elif function == "range" and isinstance(call, ast.Call):
        if not isinstance(target, ast.Name) or target.id != index:
            yield Finding(
                node.lineno, "loop", f"a repeat at level {level} is named otherwise", times, "warning"
            )
        if len(call.args) != 2 or not _is_one(call.args[0]):
            yield Finding(node.lineno, "loop", "repeats count from 1", times, "warning")
    else:
        yield Finding(node.lineno, "loop", "a repeat is written otherwise", f"{each} or {times}", "warning")
    if node.orelse:
        yield Finding(node.lineno, "loop", "a repeat has no else", "Put it after the loop.")


def _menu(node: ast.Match) -> Iterator[Finding]:
    subject = node.subject
    if called(subject) not in ("menu", "input"):
        yield Finding(node.lineno, "menu", "match is only for menus", 'match menu("Prompt", ["A", "B"]):')
    items = _menu_items(subject)
    seen: set[str] = set()
    for case in node.cases:
        line = case.pattern.lineno
        if case.guard is not None:
            yield Finding(line, "menu", "a case has no condition", "Put an if inside the case.")
        if isinstance(case.pattern, ast.MatchSingleton) and case.pattern.value is None:
            continue  # a branch without a title: real files have them
        title = case.pattern.value if isinstance(case.pattern, ast.MatchValue) else None
        if isinstance(title, ast.Constant) and isinstance(title.value, int):
            continue  # a branch by its number, where titles occur twice
        if not (isinstance(title, ast.Constant) and isinstance(title.value, str)):
            yield Finding(line, "menu", "a case names one item of the menu", 'Write case "Title":')
            continue
        if title.value in seen:
            yield Finding(line, "menu", f"two cases for {title.value!r:.80}", "Join them.", "warning")
        seen.add(title.value)
        if items is not None and title.value not in items:
            # renamed in the menu alone: Shortcuts runs it and never comes here
            message = f"{title.value!r:.80} is not an item of the menu"
            yield Finding(line, "menu", message, "Add it to the items.", "warning")


def _menu_items(subject: ast.expr) -> set[str] | None:
    """Titles of a menu written out as texts; None where they are not all known."""
    if not isinstance(subject, ast.Call):
        return None
    lists = [a for a in (*subject.args, *(k.value for k in subject.keywords)) if isinstance(a, ast.List)]
    if len(lists) != 1:
        return None
    titles = [e.value for e in lists[0].elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
    return set(titles) if len(titles) == len(lists[0].elts) else None


def _expression(root: ast.expr, line: int, owner: ast.stmt) -> Iterator[Finding]:
    in_test = isinstance(owner, ast.If)
    stack: list[ast.AST] = [root]
    while stack:
        node = stack.pop()
        at = getattr(node, "lineno", line)
        if isinstance(node, ast.Call):
            # the name of a function or method is looked at with the calls
            stack.extend([node.func.value] if isinstance(node.func, ast.Attribute) else [])
            stack.extend([*node.args, *(k.value for k in node.keywords)])
            continue
        fault = _fault(node, in_test, owner)
        if fault:
            kind = type(node).__name__
            mend = MEND_EXPRESSION.get(kind, "") or MEND_CONSTANT.get(
                type(getattr(node, "value", 0)).__name__, ""
            )
            yield Finding(at, "forbidden", fault.format(kind=spoken(kind)), mend)
            continue
        stack.extend(ast.iter_child_nodes(node))


def _fault(node: ast.AST, in_test: bool, owner: ast.stmt) -> str:
    """Why this node may not stand here; empty where it may."""
    if isinstance(node, ast.Constant):
        plain = node.value is None or isinstance(node.value, (str, int, float))
        return "" if plain else NO_CONSTANT
    if isinstance(node, ast.Name):
        return "names with two underscores are Python's own" if node.id.startswith("__") else ""
    if isinstance(node, ast.FormattedValue):
        return "an f-string takes plain names, no format" if node.format_spec or node.conversion != -1 else ""
    if isinstance(node, ast.UnaryOp):
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return ""
        return "" if in_test and isinstance(node.op, ast.Not) else "workflows have no {kind} here"
    if isinstance(node, _CONDITIONS):
        if not in_test:
            return "a condition stands in an if only"
        legal = isinstance(node, ast.BoolOp) or all(isinstance(op, _COMPARISONS) for op in node.ops)
        return "" if legal else "conditions compare with == != < <= > >= in"
    if isinstance(owner, ast.For) and isinstance(node, (ast.Tuple, ast.BinOp)):
        plus_one = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and _is_one(node.right)
        return "" if plus_one or isinstance(node, ast.Tuple) else "workflows have no {kind}"
    if isinstance(node, (ast.expr_context, ast.operator, ast.boolop, ast.cmpop, ast.unaryop)):
        return ""
    if isinstance(node, ast.Starred):
        return "list the values one by one"
    return "" if isinstance(node, _VALUES) else "workflows have no {kind}"


def _is_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1 and not isinstance(node.value, bool)


def spoken(kind: str) -> str:
    """A node's class as people say it: `ListComp` → list comprehension."""
    return _SPOKEN.get(kind, kind.lower())
