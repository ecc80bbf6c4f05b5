"""The catalogue: which APIs exist, read from the tables that lie beside this module."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, get_args

import yaml

from wfllm.errors import WfllmError
from wfllm.shortcuts.api import Api, Origin, Parameter, ValueType
from wfllm.shortcuts.catalogue.imported import bytes_of
from wfllm.shortcuts.catalogue.lookup import Catalogue
from wfllm.shortcuts.catalogue.merge import PRECEDENCE, merge

__all__ = ["IN_USE", "Catalogue", "in_use", "load_catalogue", "read_tables"]

IN_USE = "WFLLM_CATALOGUE"
"""Environment variable that names the table in use; processes that a command starts inherit it."""
_FOLDER = Path(__file__).parent
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is ten times as fast

_DEEPEST = 100
"""Brackets open at once; real tables have three."""
_BRACKETS = re.compile(r"[\[\]{}]")
_NESTED = re.compile(r"(?:[-?:] *){20}|^ {200}", re.MULTILINE)
"""Lists or keys within each other on one line; lines far to the right."""


def load_catalogue(path: str | Path | None = None) -> Catalogue:
    """The catalogue that ships with the package, with a table of the user's merged over it.

    The one place that decides which APIs are known: every command asks here, with its key `catalogue`.
    Each file is read once a process, and again where it has changed.

    Args:
        path: a table, as `wfllm catalogue` writes it or by hand; entries that name no source count as
            the user's own, which come before the shipped ones. By default the one that is `in_use`.

    Raises:
        WfllmError: the table cannot be read or is none.
    """
    path = path or os.environ.get(IN_USE) or None
    if path is None:
        return _shipped()
    path = Path(path).expanduser()
    try:
        changed = path.stat().st_mtime_ns
    except (OSError, ValueError) as fault:
        mend = "Make it with: wfllm catalogue input=… output=…"
        raise WfllmError(f"cannot be read ({fault})", where=f"catalogue={path}", mend=mend) from fault
    return _with_table(path.resolve(), changed)


@contextmanager
def in_use(path: str | Path) -> Iterator[Catalogue]:
    """Within it, `load_catalogue()` gives this table's, in this process and in those it starts.

    Raises:
        WfllmError: see `load_catalogue`.
    """
    catalogue, before = load_catalogue(path), os.environ.get(IN_USE)
    os.environ[IN_USE] = str(Path(path).expanduser().resolve())
    try:
        yield catalogue
    finally:
        if before is None:
            del os.environ[IN_USE]
        else:
            os.environ[IN_USE] = before


@cache
def _shipped() -> Catalogue:
    return read_tables(sorted(_FOLDER.glob("*.yaml")), "shipped")


@lru_cache(maxsize=4)
def _with_table(path: Path, _changed: int) -> Catalogue:
    return Catalogue(merge([_shipped().values(), read_tables([path], "user").values()])[0])


def read_tables(paths: Iterable[Path], source: Origin = "") -> Catalogue:
    """A catalogue from YAML tables: identifier → title, description, input, returns, parameters, also,
    source, and syntax where the dialect has its own form for it.

    Args:
        source: of entries that name none.

    Raises:
        WfllmError: a table that is not YAML or an entry that is not of this shape.
    """
    apis: list[Api] = []
    for path in paths:
        try:
            table = _parse(bytes_of(path).decode("utf-8")) or {}
        except (UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError) as fault:
            raise WfllmError(f"not a table ({fault})", where=path, mend="Correct the YAML.") from fault
        if not isinstance(table, dict):
            raise WfllmError("not a table of APIs", where=path, mend="Write identifier: {…}.")
        for identifier, entry in table.items():
            try:
                apis.append(_api(identifier, entry, source))
            except (TypeError, AttributeError, KeyError, ValueError) as fault:
                raise WfllmError(f"{identifier}: {fault}", where=path, mend="Correct the entry.") from fault
    return Catalogue(apis)


def _parse(text: str) -> Any:
    """YAML as plain values. What looks nested deeply is refused unread: of that the C parser crashes."""
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth = max(0, depth + (1 if bracket in "[{" else -1))
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
    if _NESTED.search(text):
        raise ValueError("nested too deeply")
    return yaml.load(text, Loader=_Loader)


def _api(identifier: Any, entry: Any, source: Origin) -> Api:
    entry = _table(entry, _API_KEYS)
    returns = _table(entry.get("returns") or {}, {"type": str, "name": str})
    parameters = _table(entry.get("parameters") or {})
    origin = _origin(entry, source)
    return Api(
        identifier=_text(identifier),
        title=entry.get("title", ""),
        description=entry.get("description", ""),
        parameters=tuple(_parameter(n, p, origin["source"]) for n, p in parameters.items()),
        input=entry.get("input"),
        returns=_kind(returns["type"]) if "type" in returns else None,
        output_name=returns.get("name", ""),
        also=tuple(_text(key) for key in entry.get("also") or ()),
        called=not entry.get("syntax", False),
        **origin,
    )


def _parameter(name: Any, entry: Any, source: Origin) -> Parameter:
    entry = _table(entry, _PARAMETER_KEYS)
    default = entry.get("default")
    if isinstance(default, dict | list):
        raise ValueError(f"{name}: a default is a text, number or boolean")
    return Parameter(
        name=_text(name),
        type=_kind(entry.get("type", "any")),
        description=entry.get("description", ""),
        required=entry.get("required", False),
        default=default,
        choices=tuple(_text(c) for c in entry.get("choices", ())),
        **_origin(entry, source),
    )


_API_KEYS: dict[str, type] = {
    "title": str,
    "description": str,
    "input": str,
    "returns": dict,
    "parameters": dict,
    "syntax": bool,
    "also": list,
    "source": str,
    "sources": dict,
}
_PARAMETER_KEYS: dict[str, type] = {
    "type": str,
    "description": str,
    "required": bool,
    "default": object,
    "choices": list,
    "source": str,
    "sources": dict,
}


def _table(value: Any, keys: dict[str, type] | None = None) -> dict[str, Any]:
    """The value, where it is a table of these keys with values of these types."""
    if not isinstance(value, dict):
        raise TypeError(f"{str(value)[:60]!r} is no table")
    if keys is None:
        return value
    unknown = sorted(str(k) for k in value if k not in keys)
    if unknown:
        raise ValueError(f"unknown keys {unknown}")
    for key, kind in keys.items():
        if value.get(key) is not None and not isinstance(value[key], kind):
            raise TypeError(f"{key} is no {_SPOKEN.get(kind, 'value')}")
    return {k: v for k, v in value.items() if v is not None}


_SPOKEN = {str: "text", dict: "table", list: "list", bool: "true or false"}


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{str(value)[:60]!r} is no text; put it in quotes")
    return value


def _kind(value: Any) -> ValueType:
    if value not in get_args(ValueType):
        raise ValueError(f"{value!r} is no type; one of {', '.join(get_args(ValueType))}")
    kind: ValueType = value
    return kind


def _origin(entry: dict[str, Any], source: Origin) -> dict[str, Any]:
    named = [entry.get("source", source), *entry.get("sources", {}).values()]
    wrong = [origin for origin in named if origin and origin not in PRECEDENCE]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no source; one of {', '.join(PRECEDENCE)}")
    return {"source": entry.get("source", source), "sources": dict(entry.get("sources", {}))}
