"""What a plug-in's module must hold: as close as can be to what a built-in module of its group is.

`strategy`: `class Options(Strategy)`, `apply(model, options)`; `save(model, folder)` and
`rate_of(name, options)` where the usual ones do not do.
`data`: `class Options(Data)` or `Options(HeldOutData)`, and `read(options)`.
`metrics`: `HEADINGS`, `score(predictions, catalogue, metrics)`, and `Options(Metrics)` if it has keys.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence
from typing import Literal, get_args, get_origin

from wfllm.config.plugins import Plugin, as_written, blamed, find_plugin
from wfllm.config.schema.base import Schema
from wfllm.config.schema.data import Data
from wfllm.config.schema.evaluation import Metrics
from wfllm.config.schema.strategy import Strategy
from wfllm.errors import WfllmError

_checked: set[str] = set()
"""Digests and places of modules that keep their contract."""


def part(group: str, name: str) -> Plugin | None:
    """The plug-in called `name` in a group, imported and checked; None where no folder has it.

    Raises:
        WfllmError: it cannot be imported or breaks its contract: its file, its line, what is wrong.
    """
    found = find_plugin(group, name)
    if found is not None and f"{found.digest} {found.path}" not in _checked:
        {"strategy": _strategy, "data": _data, "metrics": _metrics}[group](found)
        _checked.add(f"{found.digest} {found.path}")
    return found


def options_of(found: Plugin) -> type[Schema] | None:
    """The class of its keys; None where it has none of its own."""
    options: type[Schema] | None = getattr(found.module, "Options", None)
    return options


def _strategy(found: Plugin) -> None:
    _options(found, Strategy)
    _function(found, "apply", ("model", "options"))
    if hasattr(found.module, "save"):
        _function(found, "save", ("model", "folder"))
    if hasattr(found.module, "rate_of"):
        _function(found, "rate_of", ("name", "options"))


def _data(found: Plugin) -> None:
    _options(found, Data)
    _function(found, "read", ("options",))


def _metrics(found: Plugin) -> None:
    if hasattr(found.module, "Options"):
        _options(found, Metrics)
    _function(found, "score", ("predictions", "catalogue", "metrics"))
    headings = getattr(found.module, "HEADINGS", None)
    if not isinstance(headings, dict) or not headings:
        raise fault(found, "HEADINGS", "is no dictionary: metric → heading")
    if not all(isinstance(text, str) and text for pair in headings.items() for text in pair):
        raise fault(found, "HEADINGS", "holds something that is no text")
    others = [
        metric for metric in headings if metric != found.name and not metric.startswith(f"{found.name}_")
    ]
    if others:  # so that no metric is called as one of another family
        raise fault(
            found, "HEADINGS", f"holds {others[0]}: metrics are called {found.name} or {found.name}_…"
        )
    for name in ("DETAILS", "LESS_IS_BETTER"):
        named = getattr(found.module, name, ())
        unknown = [metric for metric in named if metric not in headings]
        if unknown:
            raise fault(found, name, f"names {unknown[0]!r}, which is not in HEADINGS")


def _options(found: Plugin, base: type[Schema]) -> None:
    options = getattr(found.module, "Options", None)
    if not (isinstance(options, type) and issubclass(options, base)) or options is base:
        raise fault(found, "Options", f"is no class Options({base.__name__})")
    try:
        with blamed(found.path):
            options.model_rebuild()
    except WfllmError as error:  # told by pydantic, far from the class
        raise fault(found, "Options", f"cannot be built: {error.cause.partition(': ')[2]}") from error
    name = options.model_fields["name"].annotation
    if get_origin(name) is Literal and found.name not in get_args(name):
        raise fault(found, "Options", f"is called {get_args(name)[0]}, and the module {found.name}")


def _function(found: Plugin, name: str, takes: Sequence[str]) -> None:
    function = getattr(found.module, name, None)
    if not callable(function):
        raise fault(found, name, f"is no function {name}({', '.join(takes)})")
    try:
        inspect.signature(function).bind(*takes)
    except (TypeError, ValueError):
        raise fault(found, name, f"does not take ({', '.join(takes)})") from None


def fault(found: Plugin, name: str, cause: str) -> WfllmError:
    """What is wrong with one name of a module, at the line that defines it."""
    line = _line(found, name)
    where = f"{as_written(found.path)}:{line}" if line else as_written(found.path)
    told = f"{name} {cause}" if hasattr(found.module, name) else f"there is no {name} in it"
    return WfllmError(told, where=where, mend="docs/plugins.md says what a module holds.")


def _line(found: Plugin, name: str) -> int | None:
    for node in ast.parse(found.path.read_bytes()).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        if name in (getattr(node, "name", None), *names):
            return node.lineno
    return None
