"""Values where an action or a test takes a reference: what is written out is made by an action of its own."""

from __future__ import annotations

import ast

from wfllm.shortcuts.read_base import ReadScope, number_literal
from wfllm.shortcuts.read_expressions import is_text, read_token
from wfllm.shortcuts.tokens import Token


def is_written_out(node: ast.expr) -> bool:
    """Whether an expression is a text, number, list or dictionary itself, and no reference to one."""
    return is_text(node) or isinstance(node, (ast.List, ast.Dict)) or number_literal(node) is not None


def reference(node: ast.expr, scope: ReadScope) -> Token:
    """The reference an expression makes; of a value written out, to what an action before makes of it.

    Raises:
        ReadError: nothing in a workflow refers to it.
    """
    return scope.made(node) if is_written_out(node) else read_token(node, scope)
