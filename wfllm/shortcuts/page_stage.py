"""`wfllm show`: workflows as pages, charts or Mermaid text, each fault reported with its file."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wfllm.errors import WfllmError
from wfllm.files import write_text
from wfllm.progress import progress
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.chart import chart_svg
from wfllm.shortcuts.chart_mermaid import chart_mermaid
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.code_files import read_code
from wfllm.shortcuts.code_lines import compile_lines, findings_of
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.page import Entry, View, index_html, page_html
from wfllm.shortcuts.reader import Source, find, read
from wfllm.shortcuts.stats import Stats, stats_of
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

FORMATS = {"html": ".html", "svg": ".svg", "mermaid": ".mmd"}
_BESIDE = re.compile(r"(\.sidecar\.json|^report\.json)$")


@dataclass
class Shown:
    """What became of one workflow."""

    file: str
    """Where it came from; for a member of a zip `zip:member`."""
    title: str
    page: Path | None = None
    """What was written; None where it was refused."""
    stats: Stats | None = None
    """Counts of its actions; None where no chart could be drawn."""
    findings: int = 0
    fault: str = ""
    """Why it was refused."""


def show_all(input: str, output: Path, format: str = "html") -> list[Shown]:
    """Draws every workflow of a file, folder or glob: shortcuts, and `.py` in the dialect.

    Writes `<name>.html` (or `.svg`, `.mmd`) into `output`, and for several pages an `index.html`.

    Args:
        input: a file, a folder (searched with all its folders), or a glob.
        output: folder, made where it is missing.
        format: `html`, `svg` or `mermaid`.

    Raises:
        WfllmError: nothing there, or the output cannot be written.
    """
    paths = find_workflows(input)
    output = output.expanduser()
    shown: list[Shown] = []
    taken = {"index"}
    try:
        output.mkdir(parents=True, exist_ok=True)
        with progress("show", len(paths), "files") as bar:
            for path in paths:
                for where, title, make in _views(path):
                    shown.append(_show(Shown(where, title), make, output, format, taken))
                bar.advance()
        if format == "html" and len(shown) > 1:
            write_text(
                output / "index.html", index_html(Path(input).name or input, _entries(shown)), sync=False
            )
    except OSError as fault:
        mend = "Name another folder, or make room."
        raise WfllmError(
            f"cannot be written ({fault.strerror})", where=f"output={output}", mend=mend
        ) from fault
    return shown


def find_workflows(input: str) -> list[Path]:
    """The shortcut and `.py` files that a name stands for, without what `transcribe` writes beside code."""
    path = Path(input).expanduser()
    try:
        folder = path.is_dir()
        code = sorted(p for p in path.rglob("*.py") if p.is_file()) if folder else []
    except (OSError, ValueError) as fault:
        raise WfllmError(f"cannot be looked up ({fault})", where=path, mend="Check the path.") from fault
    try:
        found = find(input)
    except WfllmError:
        if not code:
            raise
        found = []
    if folder:
        found = [p for p in found if not _BESIDE.search(p.name)]
    return sorted({*code, *found})


def _views(path: Path) -> Iterator[tuple[str, str, Callable[[], View]]]:
    """Where each workflow of a file is, its title, and how to read it."""
    if path.suffix.lower() == ".py":
        yield str(path), path.stem, lambda: view_of_file(path)
        return
    for source in read(path):
        where = f"{path}:{source.member}" if source.member else str(path)
        yield where, source.name, partial(view_of_source, source)


def _show(one: Shown, make: Callable[[], View], output: Path, format: str, taken: set[str]) -> Shown:
    """Draws and writes one workflow; a fault costs it alone."""
    try:
        view = make()
        _write(one, view, output, format, taken)
        one.findings = len(view.findings)
        one.stats = stats_of(view.workflow) if view.workflow is not None else None
    except WfllmError as fault:
        one.fault = fault.line()
    except (RecursionError, MemoryError, ValueError, TypeError, KeyError, IndexError, OverflowError) as fault:
        reason = f"{type(fault).__name__}: {' '.join(str(fault).split())[:200]}"
        one.fault = WfllmError(reason, where=one.file).line()
    return one


def view_of_source(source: Source) -> View:
    """A shortcut's chart and code; where no code can be written for it, the view says why."""
    if source.plist is None:
        raise source.error or WfllmError("cannot be read", where=source.name)
    workflow = build_tree(source.plist, source.name)
    view = View(source.name, workflow, notes=workflow.notes)
    try:
        made = transcribe(workflow)
    except WfllmError as fault:
        view.why = f"No code: {fault.line()}"
        return view
    view.code = made.code
    view.lines = {p.index: p.line for p in made.statements if p.index >= 0}
    view.findings = check(made.code, load_catalogue())
    return view


def view_of_file(path: Path) -> View:
    """A view of a `.py` file.

    Raises:
        WfllmError: it cannot be read as text.
    """
    code = read_code(path)
    if isinstance(code, Finding):
        raise WfllmError(code.message, where=path, mend=code.suggestion)
    return view_of_code(code, path.stem)


def view_of_code(code: str, title: str, allowed: Collection[str] | None = None) -> View:
    """A view of code in the dialect; where it makes no workflow, the view says why and has the findings.

    Args:
        allowed: the only APIs it may call, as `check` takes them.
    """
    code = code.replace("\r\n", "\n").replace("\r", "\n")
    findings = check(code, load_catalogue(), allowed=allowed)
    view = View(title, code=code, findings=findings, request=_request(code))
    try:
        actions, lines = compile_lines(code)
    except WfllmError as fault:
        view.findings = merged(view.findings, findings_of(fault))
        view.why = f"No chart, since the code is no workflow yet: {fault.line()}"
        return view
    view.workflow = build_tree({"WFWorkflowActions": actions}, title)
    view.lines = dict(enumerate(lines))
    return view


def merged(first: Sequence[Finding], second: Sequence[Finding]) -> list[Finding]:
    """All findings by line; of two that say the same about a line one."""
    told = {(f.line, f.rule) for f in first} | {(f.line, f.message) for f in first}
    return sorted([*first, *(f for f in second if not {(f.line, f.rule), (f.line, f.message)} & told)])


def _request(code: str) -> str:
    """The docstring: what somebody asked for."""
    try:
        return ast.get_docstring(ast.parse(code)) or ""
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""


def _write(one: Shown, view: View, output: Path, format: str, taken: set[str]) -> None:
    if format != "html" and view.workflow is None:
        raise WfllmError(view.why, where=one.file)
    if format == "svg" and view.workflow is not None:
        text = chart_svg(view.workflow) + "\n"
    elif format == "mermaid" and view.workflow is not None:
        text = chart_mermaid(view.workflow)
    else:
        text = page_html(view)
    one.page = output / f"{_name(one.title, taken)}{FORMATS[format]}"
    write_text(one.page, text, sync=False)


def _name(title: str, taken: set[str]) -> str:
    """The title as a plain file name that no other page has."""
    base = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|#%\ud800-\udfff]', "_", title).strip(". ")
    while len(base.encode("utf-8")) > 120:
        base = base[:-1]
    name = base = base.rstrip(". ") or "workflow"
    count = 1
    while name.casefold() in taken:
        count += 1
        name = f"{base}-{count}"
    taken.add(name.casefold())
    return name


def _entries(shown: Sequence[Shown]) -> list[Entry]:
    return [
        Entry(
            one.title,
            one.page.name if one.page is not None else "",
            one.stats,
            one.findings,
            one.fault,
        )
        for one in shown
    ]
