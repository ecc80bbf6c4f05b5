"""Code as a workflow that knows the line each of its actions stands on."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from wfllm.shortcuts.actions import COMMENT
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue
from wfllm.shortcuts.compile import CompileError
from wfllm.shortcuts.compile_blocks import BlockCompiler
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.positions import remarks_of
from wfllm.shortcuts.syntax import line_of, parse_code
from wfllm.shortcuts.tree import BLOCKS, CLOSE, MIDDLE


def compile_lines(
    code: str, where: str | object = "", catalogue: Catalogue | None = None
) -> tuple[list[dict[str, Any]], list[int]]:
    """The actions of a workflow written in the dialect, and the line of each, from 1.

    Contents of `data("sha256:…")` are left empty: this is for looking, not for writing a file.

    Raises:
        CompileError: with a finding for each statement that is no part of a workflow.
        WfllmError: too long, nested too deeply, or not Python.
    """
    compiler = _LineCompiler(
        parse_code(code, where),
        code,
        {},
        _Nothing(),
        catalogue if catalogue is not None else load_catalogue(),
    )
    try:
        actions = compiler.run()
    except RecursionError as fault:
        raise CompileError([Finding(1, "syntax", "nested too deeply to read")], where) from fault
    if compiler.findings:
        raise CompileError(sorted(compiler.findings), where)
    return actions, compiler.lines


def findings_of(error: Exception) -> list[Finding]:
    """What is wrong with code that `compile_lines` refused."""
    if isinstance(error, CompileError):
        return error.findings
    cause, mend = getattr(error, "cause", str(error)), getattr(error, "mend", "")
    return [Finding(line_of(error), "syntax", cause, mend)]  # type: ignore[arg-type]


class _Nothing(dict[str, bytes]):
    """Content of any digest: none."""

    def get(self, digest: str, default: Any = None) -> Any:
        return b""


class _LineCompiler(BlockCompiler):
    """Notes for each action the line of the statement it is made from."""

    def __init__(
        self, tree: ast.Module, code: str, hints: Any, data: Mapping[str, bytes], catalogue: Catalogue
    ) -> None:
        super().__init__(tree, code, hints, data, catalogue)
        self.lines: list[int] = []
        self._code = code.split("\n")
        self._open: list[ast.stmt] = []
        self._middles: dict[int, int] = {}
        self._last = 1
        self._remarks: dict[str, list[int]] = {}
        for remark in reversed(remarks_of(code)):
            self._remarks.setdefault(remark.text, []).append(remark.line)

    def statement(self, node: ast.stmt, last: bool) -> None:
        self._open.append(node)
        self._last = node.lineno
        try:
            super().statement(node, last)
        finally:
            self._open.pop()

    def emit(self, identifier: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        self.lines.append(self._line(identifier, parameters))
        return super().emit(identifier, parameters)

    def _line(self, identifier: str, parameters: Mapping[str, Any]) -> int:
        if identifier == COMMENT:
            known = self._remarks.get(str(parameters.get("WFCommentActionText")))
            return known.pop() if known else self._last
        mode = parameters.get("WFControlFlowMode") if identifier in BLOCKS and self._open else None
        if mode == MIDDLE:
            return self._middle(self._open[-1])
        if mode == CLOSE:
            return self._open[-1].end_lineno or self._last
        return self._open[-1].lineno if self._open else self._last

    def _middle(self, node: ast.stmt) -> int:
        """The line of an `else`, or of the next `case`."""
        if isinstance(node, ast.If) and node.orelse:
            first = node.orelse[0].lineno
            for line in range(first, node.body[-1].lineno, -1):
                if self._code[line - 1][node.col_offset :].startswith(("else", "elif")):
                    return line
            return first
        if isinstance(node, ast.Match):
            cases = [c for c in node.cases if not isinstance(c.pattern, ast.MatchSingleton)]
            at = self._middles[id(node)] = self._middles.get(id(node), -1) + 1
            if at < len(cases):
                return cases[at].pattern.lineno
        return self._last
