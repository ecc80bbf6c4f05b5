"""Python in the dialect as a shortcut: the way back from `transcribe.py`. The code is read, never run.

The code alone gives a shortcut that does the same. With the sidecar of its transcription it gives the
identical property list; where the code was edited since, the edit wins over the hint.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue
from wfllm.shortcuts.check_calls import call_findings
from wfllm.shortcuts.compile_blocks import BlockCompiler
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.read_header import settings_of
from wfllm.shortcuts.sidecar import Compiled, apply_sidecar, code_digest, fault_of, uuids_of, whole_file
from wfllm.shortcuts.syntax import line_of, parse_code, preorder

ALONE = "compiled from the code alone"
MAX_FINDINGS = 200
"""Findings of one workflow; whoever reads more has stopped reading."""

_MOST_NOTES = 5


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
        sidecar: hints of its transcription (JSON values); one that cannot be used is left aside.
        data: digest → content of what the code refers to as `data("sha256:…")` or `text_ref("sha256:…")`.
        catalogue: which API a function name stands for; the shipped one by default.
        where: named in errors.

    Raises:
        CompileError: with a finding for each statement that is no part of a workflow.
    """
    return _compiled(code, sidecar, data, catalogue, where)[0]


def compile_noted(
    code: str,
    sidecar: Any = None,
    data: Mapping[str, bytes] | None = None,
    catalogue: Catalogue | None = None,
    where: str | object = "",
) -> tuple[dict[str, Any], list[str]]:
    """What `compile_code` gives, and what the person who compiles should know, a line each."""
    whole, notes, tree = _compiled(code, sidecar, data, catalogue, where)
    return whole, notes if tree is None else [*notes, *_call_notes(tree, catalogue)]


def _compiled(
    code: str,
    sidecar: Any,
    data: Mapping[str, bytes] | None,
    catalogue: Catalogue | None,
    where: str | object,
) -> tuple[dict[str, Any], list[str], ast.Module | None]:
    """The property list, notes on compiling, and the tree unless `transcribe` is known to have written it."""
    try:
        tree = parse_code(code, where)
    except WfllmError as fault:
        raise CompileError([Finding(line_of(fault), "syntax", fault.cause, fault.mend)], where) from fault
    fault_found = "" if sidecar is None else fault_of(sidecar)
    if sidecar is not None and not fault_found:
        transcribed = sidecar.get("code") == code_digest(code)
        taken = uuids_of(sidecar["actions"])
        made = compile_tree(tree, code, sidecar["names"], data, catalogue, where, transcribed, taken)
        whole = apply_sidecar(made, sidecar, code)
        if whole is not None:
            return whole, made.notes, None if transcribed else tree
        fault_found = "the sidecar belongs to other code"
    made = compile_tree(tree, code, None, data, catalogue, where)
    notes = [f"{fault_found}: {ALONE}"] if fault_found else []
    return whole_file(made.settings, made.actions), [*notes, *made.notes], tree


def _call_notes(tree: ast.Module, catalogue: Catalogue | None) -> list[str]:
    """What is wrong with calls: the file is written, and the app knows no such action or value."""
    known = catalogue if catalogue is not None else load_catalogue()
    wrong = [
        finding
        for placed in preorder(tree)
        for finding in call_findings(placed.node, known)
        if finding.severity == "error"
    ]
    notes = [f"line {f.line}: {f.message}. {f.suggestion}".strip() for f in sorted(wrong)[:_MOST_NOTES]]
    more = len(wrong) - _MOST_NOTES
    return [*notes, f"and {more} more like it: wfllm check tells"] if more > 0 else notes


def compile_tree(
    tree: ast.Module,
    code: str,
    names: Any = None,
    data: Mapping[str, bytes] | None = None,
    catalogue: Catalogue | None = None,
    where: str | object = "",
    transcribed: bool = False,
    taken: Iterable[str] = (),
) -> Compiled:
    """What a syntax tree stands for, in the usual form of the file.

    Args:
        code: what the tree was parsed from; its comments become comment actions.
        names: of a sidecar.
        transcribed: whether `transcribe` wrote the code, so that no idiom is looked for. Otherwise the tree
            is changed where it holds one.
        taken: UUIDs of the file's outputs: no output of the code gets one by chance.

    Raises:
        CompileError: with all findings, in the order of lines.
    """
    compiler = BlockCompiler(
        tree,
        code,
        names,
        data if data is not None else {},
        catalogue if catalogue is not None else load_catalogue(),
        transcribed,
        taken,
    )
    compiler.run()
    if compiler.findings:
        raise CompileError(sorted(compiler.findings)[:MAX_FINDINGS], where)
    return Compiled(compiler.actions, compiler.previous, settings_of(compiler.header, compiler.actions))
