"""`if`, `elif` and `else` as an If with its branches.

`elif` is an If that stands alone in Otherwise, which every version of the app runs. Where the file had an
`Otherwise If`, a middle with a condition of its own, the sidecar says so of each `elif`.
"""

from __future__ import annotations

import ast
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from wfllm.shortcuts.hint_action import GROUP, MODE
from wfllm.shortcuts.pairing import align
from wfllm.shortcuts.read_conditions import read_condition
from wfllm.shortcuts.syntax import Placed
from wfllm.shortcuts.tokens import Token, parse_token
from wfllm.shortcuts.tree import IF, MIDDLE, OPEN, Action, has_condition, mode_of

if TYPE_CHECKING:
    from wfllm.shortcuts.compile_blocks import BlockCompiler
    from wfllm.shortcuts.printing import Printed

ELIFS = "elifs"
"""Key of the sidecar's names: for each `elif` a checksum of its test, and whether it is an Otherwise If."""


def compile_if(node: ast.If, compiler: BlockCompiler) -> None:
    """The actions of an If and of all its branches."""
    test = read_condition(node.test, compiler)
    group = compiler.group()
    compiler.open(IF, {GROUP: group, MODE: OPEN, **test})
    inside = _inside(test, compiler.prev)
    bodies: list[list[ast.stmt]] = []
    while True:
        compiler.prev = inside
        compiler.body(node.body, branch=True)
        bodies.append(node.body)
        after = _elif_of(node)
        if after is None or id(after) not in compiler.otherwise_ifs or compiler.comments.get(id(node.orelse)):
            break
        node, compiler.prev = after, inside
        compiler.emit(IF, {GROUP: group, MODE: MIDDLE, **read_condition(node.test, compiler)})
    if node.orelse:
        compiler.prev = inside
        compiler.emit(IF, {GROUP: group, MODE: MIDDLE})
        compiler.body(node.orelse, branch=True)
    compiler.close(IF, group, [*bodies, node.orelse])


def _inside(test: dict[str, Any], before: Token | None) -> Token | None:
    """What the first action of each branch takes unasked: what the If looks at."""
    subject = parse_token(test["WFInput"]) if "WFInput" in test else None
    return before if subject is None and not test.keys() & {"WFInput", "WFConditions"} else subject


def _elif_of(node: ast.If) -> ast.If | None:
    only = node.orelse[0] if len(node.orelse) == 1 else None
    return only if isinstance(only, ast.If) else None


def _elifs(placed: list[Placed]) -> Iterator[tuple[ast.If, int]]:
    """Each `elif` in order, with a checksum of its test."""
    for here in placed:
        node = _elif_of(here.node) if isinstance(here.node, ast.If) else None
        if node is not None:
            yield node, zlib.crc32(ast.dump(node.test).encode("utf-8", "surrogatepass"))


def elif_hints(placed: list[Placed], statements: list[Printed], actions: list[Action]) -> dict[str, Any]:
    """What the sidecar says of the `elif`s; nothing where none is an Otherwise If."""
    middles = {
        p.line
        for p in statements
        if p.index >= 0 and actions[p.index].identifier == IF and mode_of(actions[p.index]) == MIDDLE
        if has_condition(actions[p.index])
    }
    if not middles:
        return {}
    return {ELIFS: [[mark, int(node.lineno in middles)] for node, mark in _elifs(placed)]}


def find_otherwise_ifs(placed: list[Placed], hints: Any) -> set[int]:
    """Ids of the `elif`s that are an Otherwise If; one whose test was edited is none.

    Args:
        hints: `names` of a sidecar; what is damaged in it is ignored.
    """
    said = hints.get(ELIFS) if isinstance(hints, Mapping) else None
    if not isinstance(said, list):
        return set()
    try:
        marks = [(int(mark), bool(middle)) for mark, middle in said]
    except (TypeError, ValueError):
        return set()
    elifs = list(_elifs(placed))
    same = align([mark for mark, _ in marks], [mark for _, mark in elifs])
    return {id(elifs[b][0]) for a, b in same if marks[a][1]}
