"""Names are set before they are used, as Shortcuts runs the workflow."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from wfllm.errors import suggestion
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.syntax import blocks_of, expressions_of

_LOOKED_THROUGH = 2_000


def name_findings(tree: ast.Module, ignored: Collection[ast.expr] = ()) -> Iterator[Finding]:
    """Uses of names that nothing has set.

    A name counts as set after an `if` or a menu when any branch sets it (where another was taken,
    Shortcuts reads it as empty), but not in the branches beside that one; inside a loop, when the loop
    sets it at all (an earlier round may have); a loop's own names inside the loop only. `Name.append(x)`
    sets a name, as Add to Variable does.

    Args:
        ignored: values that no action reads.
    """
    scope, skipped = _Scope(), {id(node) for node in ignored}
    for event, node in _events(tree):
        if event == "statement":
            for use in _uses(node, skipped):
                if use.id not in scope.visible:
                    yield Finding(
                        use.lineno,
                        "undefined-name",
                        f"{use.id} is used before it is set",
                        scope.like(use.id) or f"Set {use.id} on a line before.",
                    )
                    scope.define(use.id)  # said once is enough
            for name in _defined(node):
                scope.define(name)
        elif event == "open":
            scope.open(node)
        elif event == "branch":
            scope.branch()
        else:
            scope.close()


class _Scope:
    """What is visible now, and for each open block what it has added."""

    def __init__(self) -> None:
        self.visible: set[str] = set()
        self._added: list[list[str]] = [[]]
        self._beside: list[list[str]] = []  # set in earlier branches of the block
        self._loop_names: list[list[str]] = []
        self._left: set[str] = set()
        """Names of loops that are over."""

    def define(self, name: str) -> None:
        if name not in self.visible:
            self.visible.add(name)
            self._added[-1].append(name)

    def like(self, name: str) -> str:
        """`Did you mean …?`, where there are not too many names to look through."""
        if name in self._left:
            return f"It is there inside its loop only: last = {name}."
        return suggestion(name, self.visible) if len(self.visible) <= _LOOKED_THROUGH else ""

    def open(self, node: ast.stmt) -> None:
        self._added.append([])
        self._beside.append([])
        names: list[str] = []
        if isinstance(node, ast.For):
            names = [n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)]
            names = [n for n in names if n not in self.visible]
            self.visible.update(names)
            # an outer loop has set the names of the loops inside it already
            for inner in [] if any(self._loop_names) else ast.walk(node):
                if isinstance(inner, ast.stmt):
                    for name in _defined(inner):
                        self.define(name)
        self._loop_names.append(names)

    def branch(self) -> None:
        self._beside[-1].extend(self._added[-1])
        self.visible.difference_update(self._added[-1])
        self._added[-1] = []

    def close(self) -> None:
        names = self._loop_names.pop()
        self._left.update(names)
        self.visible.difference_update(names)
        names = self._added.pop() + self._beside.pop()
        self.visible.update(names)
        self._added[-1].extend(names)


def _events(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Statements in order, with the opening, changing and closing of blocks between. No recursion."""
    stack: list[tuple[str, ast.stmt]] = [("statement", s) for s in reversed(tree.body)]
    while stack:
        event, node = stack.pop()
        yield event, node
        if event != "statement" or not (blocks := blocks_of(node)):
            continue
        inner: list[tuple[str, ast.stmt]] = [("open", node)]
        for i, block in enumerate(blocks):
            inner.extend([("branch", node)] if i else [])
            inner.extend(("statement", s) for s in block)
        stack.extend(reversed([*inner, ("close", node)]))


def _defined(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    elif (name := _appended(node)) is not None:
        yield name.id


def _appended(node: ast.stmt) -> ast.Name | None:
    """The name in `Name.append(x)`."""
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "append":
        return call.func.value if isinstance(call.func.value, ast.Name) else None
    return None


def _uses(node: ast.stmt, skipped: Collection[int]) -> list[ast.Name]:
    """Names a statement reads, in order, the names of functions and what no action reads left out."""
    found: list[ast.Name] = []
    appended = _appended(node)
    annotation = node.annotation if isinstance(node, ast.AnnAssign) else None
    stack: list[ast.AST] = []
    stack.extend(root for root in [*expressions_of(node)][::-1] if root is not annotation)
    while stack:
        here = stack.pop()
        if id(here) in skipped or here is appended:
            continue
        if isinstance(here, ast.Name):
            found.extend([here] if isinstance(here.ctx, ast.Load) else [])
        elif isinstance(here, ast.Call):
            inside: list[ast.AST] = [] if isinstance(here.func, ast.Name) else [here.func]
            stack.extend([*inside, *here.args, *(k.value for k in here.keywords)][::-1])
        else:
            stack.extend([*ast.iter_child_nodes(here)][::-1])
    return found
