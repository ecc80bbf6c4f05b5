"""The catalogue: which APIs exist, read from the tables that lie beside this module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from wfllm.errors import WfllmError
from wfllm.shortcuts.api import Api, Parameter
from wfllm.shortcuts.names import api_name

_FOLDER = Path(__file__).parent
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is ten times as fast


class Catalogue(Mapping[str, Api]):
    """Identifier → API, and Python name → API.

    Args:
        apis: the APIs; a later one replaces an earlier one of the same identifier.
    """

    def __init__(self, apis: Iterable[Api] = ()) -> None:
        self._apis = {api.identifier: api for api in apis}
        self._names = {api_name(identifier): identifier for identifier in self._apis}

    def __getitem__(self, identifier: str) -> Api:
        return self._apis[identifier]

    def __iter__(self) -> Iterator[str]:
        return iter(self._apis)

    def __len__(self) -> int:
        return len(self._apis)

    def __contains__(self, identifier: object) -> bool:
        return identifier in self._apis

    @property
    def names(self) -> Mapping[str, str]:
        """Python name → identifier."""
        return self._names

    def by_name(self, name: str) -> Api | None:
        """The API a Python function name stands for; None where it stands for none."""
        identifier = self._names.get(name)
        return self._apis[identifier] if identifier is not None else None

    def merge(self, other: Catalogue) -> Catalogue:
        """Both catalogues in one; where both know an API, this one's entry stays."""
        return Catalogue([*other.values(), *self.values()])


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that ships with the package; read once a process."""
    return read_tables(sorted(_FOLDER.glob("*.yaml")))


def read_tables(paths: Iterable[Path]) -> Catalogue:
    """A catalogue from YAML tables: identifier → title, description, input, returns, parameters, also,
    and syntax where the dialect has its own form for it.

    Raises:
        WfllmError: a table that is not YAML or an entry that is not of this shape.
    """
    apis: list[Api] = []
    for path in paths:
        try:
            table = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader) or {}
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
            raise WfllmError(f"not a table ({fault})", where=path, mend="Correct the YAML.") from fault
        if not isinstance(table, dict):
            raise WfllmError("not a table of APIs", where=path, mend="Write identifier: {…}.")
        for identifier, entry in table.items():
            try:
                apis.append(_api(identifier, entry))
            except (TypeError, AttributeError, KeyError, ValueError) as fault:
                raise WfllmError(f"{identifier}: {fault}", where=path, mend="Correct the entry.") from fault
    return Catalogue(apis)


def _api(identifier: str, entry: dict[str, Any]) -> Api:
    unknown = set(entry) - {"title", "description", "input", "returns", "parameters", "syntax", "also"}
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    returns = entry.get("returns") or {}
    return Api(
        identifier=identifier,
        title=entry.get("title", ""),
        description=entry.get("description", ""),
        parameters=tuple(_parameter(name, p) for name, p in (entry.get("parameters") or {}).items()),
        input=entry.get("input"),
        returns=returns.get("type"),
        output_name=returns.get("name", ""),
        also=tuple(entry.get("also") or ()),
        called=not entry.get("syntax", False),
    )


def _parameter(name: str, entry: dict[str, Any]) -> Parameter:
    return Parameter(name=name, **{**entry, "choices": tuple(entry.get("choices", ()))})
