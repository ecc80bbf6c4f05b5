"""Python compared by its syntax tree."""

from __future__ import annotations

import ast
import warnings


def tree_of(code: str) -> str | None:
    """The syntax tree as text; None where the code is no Python. Odd escapes like `\\d` are no fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.dump(ast.parse(code))
        except (SyntaxError, ValueError):
            return None
