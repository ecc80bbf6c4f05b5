"""The starter corpus: workflows that ship with the package, to train on in minutes."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from wfllm.bench.categories import BY_SLUG
from wfllm.bench.record import Record
from wfllm.bench.splits import SPLITS
from wfllm.bench.thoughts.catalogue import annotate
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.syntax import parse_code

FOLDER = Path(__file__).parents[1] / "starter"


def load_starter() -> list[Record]:
    """The shipped workflows as records, by split, category and name; the same on every run.

    Query, code and category are as written; plan and comments come from the API documentation.

    Raises:
        WfllmError: a file that is not a workflow with a request.
    """
    return [_copy(record) for record in _read(FOLDER)]


def read_starter(folder: Path) -> list[Record]:
    """Records of a folder laid out as `<split>/<category>/<name>.py`.

    The module's docstring is the request, the rest the code.

    Raises:
        WfllmError: a file that is not a workflow with a request, or no category's folder.
    """
    return [_record(path, split) for split in SPLITS for path in sorted((folder / split).glob("*/*.py"))]


@cache
def _read(folder: Path) -> tuple[Record, ...]:
    return tuple(read_starter(folder))


def _copy(record: Record) -> Record:
    """Records are mutable; callers get their own."""
    return Record(**{**vars(record), "apis": list(record.apis), "meta": dict(record.meta)})


def _record(path: Path, split: str) -> Record:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise WfllmError(f"cannot be read ({fault})", where=path, mend="Save it as UTF-8 text.") from fault
    tree = parse_code(text, where=path)
    request = ast.get_docstring(tree)
    if not request or len(tree.body) < 2:
        raise WfllmError("no request above the code", where=path, mend="Begin with a text that asks for it.")
    category = BY_SLUG.get(path.parent.name)
    if category is None:
        raise WfllmError(
            f"{path.parent.name} is no category", where=path, mend=f"One of: {', '.join(BY_SLUG)}."
        )
    last = tree.body[0].end_lineno or 1
    code = "\n".join(text.replace("\r\n", "\n").split("\n")[last:]).strip("\n") + "\n"
    catalogue = load_catalogue()
    return annotate(
        Record(
            query=" ".join(request.split()),
            apis=[],
            task_plan="",
            annotated_code=code,
            id=f"starter/{split}/{path.parent.name}/{path.stem}",
            category=category,
            split=split,
            source="starter",
        ),
        catalogue,
    )
