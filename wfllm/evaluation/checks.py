"""What can be said of an answer without a reference and without a judge: is it a legal workflow?"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from wfllm.config.schema import Metrics
from wfllm.errors import WfllmError
from wfllm.evaluation.metrics import Scores
from wfllm.evaluation.predictions import Prediction
from wfllm.evaluation.reading import refuse_endless
from wfllm.shortcuts.actions import COMMENT
from wfllm.shortcuts.catalogue.load import Catalogue
from wfllm.shortcuts.check_parameters import unknown_keys
from wfllm.shortcuts.checker import AnyContent, check
from wfllm.shortcuts.comments import called_api
from wfllm.shortcuts.compile import compile_tree
from wfllm.shortcuts.dialect import FUNCTIONS, METHODS
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.names import api_identifier
from wfllm.shortcuts.read_base import called
from wfllm.shortcuts.syntax import parse_code, preorder
from wfllm.shortcuts.used import BECAME_SYNTAX, used_apis

UNKNOWN = {"unknown-function", "unknown-api", "not-allowed", "syntax-api"}
"""Rules of the checker that a call breaks where it calls what was not given."""
PARAMETERS = {"arguments", "parameter", "unknown-parameter", "missing-parameter", "value"}
"""Rules of the checker about what a call is given."""
PYTHON = {"int", "float", "str", "len"}
"""Python's own functions with a clear meaning in workflows: nobody made them up."""
LONGEST_LIST, LONGEST_NAME = 100, 100
"""Names listed for one answer, characters of one; whoever reads more has stopped reading."""


@dataclass(frozen=True)
class Checked:
    """What the checker and the compiler say of one answer."""

    findings: tuple[Finding, ...] = ()
    parses: bool = False
    known_apis: bool = False
    parameters: bool = False
    defined: bool = False
    compiles: bool = False
    apis_used: float | None = 0.0
    unknown_apis: tuple[str, ...] = ()
    """Functions called that no catalogue knows and nobody gave, as the code writes them, each once."""
    unknown_parameters: tuple[str, ...] = ()
    """`function(key)` of keys that a known API does not take, each once."""


def checks(predictions: Sequence[Prediction], catalogue: Catalogue, _metrics: Metrics) -> list[Scores]:
    """Scores of the family `checks`, by the one checker; each 0 or 1 but the last.

    - parses: the answer has a code block that Python's parser accepts; all are 0 of code that does not parse
    - known_apis: it calls at least one of the given APIs, and nothing but them and the dialect's functions
    - parameters: no call has a parameter or value that the checker calls an error; without calls none has
    - defined: every name is set before it is used
    - compiles: it makes a shortcut, from the code alone and without `raw(…)`, which takes anything
    - apis_used: share of the given APIs that the code uses, counted as records do; None where none is given
    """
    names = ("parses", "known_apis", "parameters", "defined", "compiles", "apis_used")
    rows: list[Scores] = []
    for p in predictions:
        found = checked(p.code, p.apis, catalogue)
        values = [getattr(found, name) for name in names]
        rows.append({n: None if v is None else float(v) for n, v in zip(names, values, strict=True)})
    return rows


class _Memory:
    """What was found out of code so far, with one catalogue: scores and findings need the same."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.known: dict[tuple[bytes, tuple[str, ...]], Checked] = {}


_MOST_REMEMBERED = 20_000
_memory = _Memory(Catalogue())


def checked(code: str | None, apis: Sequence[str], catalogue: Catalogue) -> Checked:
    """What the checker says of code that may call `apis`; the same code is checked once."""
    global _memory
    if _memory.catalogue is not catalogue or len(_memory.known) >= _MOST_REMEMBERED:
        _memory = _Memory(catalogue)
    digest = hashlib.sha256((code or "").encode("utf-8", "surrogatepass")).digest()
    key = digest, tuple(apis)
    if key not in _memory.known:
        _memory.known[key] = _check(code or "", apis, catalogue)
    return _memory.known[key]


def _check(code: str, apis: Sequence[str], catalogue: Catalogue) -> Checked:
    given = set(apis) - BECAME_SYNTAX - {COMMENT}  # in code a comment is a thought and no action
    nothing = None if not given else 0.0
    if not code.strip():
        return Checked(apis_used=nothing)
    try:
        refuse_endless(code)
    except WfllmError as fault:
        return Checked((Finding(1, "syntax", fault.cause, fault.mend),), apis_used=nothing)
    found = tuple(check(code, catalogue, allowed=apis))
    try:
        tree = parse_code(code)
        used = set(used_apis(code, catalogue))
    except WfllmError:
        return Checked(found, apis_used=nothing)
    errors = {finding.rule for finding in found if finding.severity == "error"}
    rules = {finding.rule for finding in found}
    if "syntax" in rules:
        return Checked(found, apis_used=nothing)
    whole = "more" not in rules  # of too many findings only the first are told
    calls = any(called_api(placed.node, catalogue) in apis for placed in preorder(tree))
    apis_unknown, keys_unknown = _made_up(tree, apis, catalogue)
    return Checked(
        found,
        parses=True,
        known_apis=calls and not rules & UNKNOWN,
        parameters=whole and not errors & PARAMETERS,
        defined=whole and "undefined-name" not in rules,
        apis_used=len(used & given) / len(given) if given else None,
        unknown_apis=apis_unknown,
        unknown_parameters=keys_unknown,
        compiles=_compiles(tree, code, catalogue, bool(errors)),  # last: it changes the tree
    )


def _compiles(tree: ast.Module, code: str, catalogue: Catalogue, has_errors: bool) -> bool:
    if any(called(node) == "raw" for node in ast.walk(tree)):
        return False
    if not has_errors:
        return True  # the checker has compiled it
    try:
        compile_tree(tree, code, data=AnyContent(), catalogue=catalogue)
    except (WfllmError, RecursionError):
        return False
    return True


def _made_up(
    tree: ast.Module, allowed: Collection[str], catalogue: Catalogue
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Functions that nobody knows, and keys that known APIs do not take."""
    apis: dict[str, None] = {}
    keys: dict[str, None] = {}
    plain = FUNCTIONS.keys() | PYTHON | set(allowed)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        api = catalogue.by_name(name)
        if api is not None:
            keys.update(dict.fromkeys(f"{name}({key[:LONGEST_NAME]})" for key in unknown_keys(node, api)))
        elif isinstance(node.func, ast.Attribute):
            if node.func.attr not in METHODS and not (node.func.attr in ("format", "get") and node.args):
                apis[_written(node.func)] = None
        elif name and not {name, api_identifier(name)} & plain:
            apis[name[:LONGEST_NAME]] = None
    return tuple(apis)[:LONGEST_LIST], tuple(keys)[:LONGEST_LIST]


def _written(node: ast.Attribute) -> str:
    """`requests.get` of a method called on a name, `….get` of one called on anything else."""
    owner = node.value.id if isinstance(node.value, ast.Name) else "…"
    return f"{owner}.{node.attr}"[:LONGEST_NAME]
