"""The catalogue as what it is asked for: an API by its identifier, its Python name, a mistyped one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from wfllm.shortcuts.api import Api
from wfllm.shortcuts.catalogue.likeness import most_like
from wfllm.shortcuts.names import api_name

_BUILTIN = "is_workflow_actions_"
_REMEMBERED = 10_000
"""Mistyped names whose meaning is looked for in one process; each takes milliseconds."""


class Catalogue(Mapping[str, Api]):
    """Identifier → API, and Python name → API.

    Args:
        apis: the APIs; a later one replaces an earlier one of the same identifier.
    """

    def __init__(self, apis: Iterable[Api] = ()) -> None:
        self._apis = {api.identifier: api for api in apis}
        self._names = {api_name(identifier): identifier for identifier in self._apis}
        self._apps: dict[str, list[str]] = {}
        for api in self._apis.values():
            app = _BUILTIN if api.app == "builtin" else api_name(f"{api.app}.z")[:-1]
            self._apps.setdefault(app, []).append(api_name(api.identifier).removeprefix(app))
        self._meant: dict[tuple[str, str], str | None] = {}

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

    @cached_property
    def digest(self) -> str:
        """Tells catalogues apart with which transcribing gives other code."""
        said = sorted((api.identifier, api.input or "", api.output_name) for api in self._apis.values())
        return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()

    def by_name(self, name: str) -> Api | None:
        """The API a Python function name stands for; None where it stands for none."""
        identifier = self._names.get(name)
        return self._apis[identifier] if identifier is not None else None

    def like(self, name: str) -> str | None:
        """The Python name of an API that a mistyped one may have meant: the same app's, or of a name
        without an app (`download_url`) a built-in action's."""
        for i in range(len(name) - 1, 0, -1):
            if name[i] == "_" and name[: i + 1] in self._apps:
                return self._like(name[: i + 1], name[i + 1 :])
        return self._like(_BUILTIN, name)

    def _like(self, app: str, tail: str) -> str | None:
        known = self._apps.get(app, [])
        if len(self._meant) < _REMEMBERED and (app, tail) not in self._meant:
            self._meant[app, tail] = most_like(tail, known)
        close = self._meant.get((app, tail))
        return f"{app}{close}" if close else None

    def merge(self, other: Catalogue) -> Catalogue:
        """Both catalogues in one; where both know an API, this one's entry stays."""
        return Catalogue([*other.values(), *self.values()])
