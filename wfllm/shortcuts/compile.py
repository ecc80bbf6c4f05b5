"""Python in the dialect as a shortcut: the way back from `transcribe.py`. The code is read, never run.

The code alone gives a shortcut that does the same. With the sidecar of its transcription it gives the
identical property list; where the code was edited since, the edit wins over the hint.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue
from wfllm.shortcuts.compile_blocks import BlockCompiler
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.sidecar import apply_sidecar, settings_of
from wfllm.shortcuts.syntax import line_of, parse_code


class CompileError(WfllmError):
    """Code that is no workflow."""

    def __init__(self, findings: list[Finding], where: str | object = "") -> None:
        self.findings = findings
        first = findings[0]
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        at = f"{where}:{first.line}" if where else f"line {first.line}"
        super().__init__(f"{first.message}{more}", where=at, mend=first.suggestion or "Correct this line.")


def compile_code(
    code: str,
    sidecar: Mapping[str, Any] | None = None,
    data: Mapping[str, bytes] | None = None,
    catalogue: Catalogue | None = None,
    where: str | object = "",
) -> dict[str, Any]:
    """The property list of a workflow written in the dialect.

    Args:
        code: of any origin; it is parsed, nothing in it is run.
        sidecar: hints of its transcription (JSON values).
        data: digest → content of what the code refers to as `data("sha256:…")`.
        catalogue: which API a function name stands for; the shipped one by default.
        where: named in errors.

    Raises:
        CompileError: with a finding for each statement that is no part of a workflow.
    """
    try:
        tree = parse_code(code, where)
    except WfllmError as fault:
        raise CompileError([Finding(line_of(fault), "syntax", fault.cause, fault.mend)], where) from fault
    hints = sidecar if isinstance(sidecar, Mapping) else {}
    made = compile_tree(tree, code, hints.get("names"), data, catalogue, where)
    actions = apply_sidecar(made, hints, code)
    return settings_of(hints, actions)


def compile_tree(
    tree: ast.Module,
    code: str,
    names: Any = None,
    data: Mapping[str, bytes] | None = None,
    catalogue: Catalogue | None = None,
    where: str | object = "",
) -> list[dict[str, Any]]:
    """The actions that a syntax tree stands for, in their usual form.

    Args:
        code: what the tree was parsed from; its comments become comment actions.
        names: of a sidecar.
    """
    compiler = BlockCompiler(
        tree,
        code,
        names,
        data if data is not None else {},
        catalogue if catalogue is not None else load_catalogue(),
    )
    made = compiler.run()
    if compiler.findings:
        raise CompileError(sorted(compiler.findings), where)
    return made
