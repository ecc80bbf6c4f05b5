"""Several catalogues in one, field by field: who knows best counts, and who differed is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wfllm.shortcuts.api import Api, Origin, Parameter

PRECEDENCE: tuple[Origin, ...] = (
    "user",
    "shipped",
    "apple",
    "actionsdata",
    "intentdefinition",
    "published",
    "inferred",
)
"""Who is believed before whom. A table of one's own comes first; use alone, a sample, comes last."""
_RANK = {origin: i for i, origin in enumerate(PRECEDENCE)} | {"": 0}
_WRITTEN = ("user", "shipped", "")
"""By people, for this catalogue: what they leave open is meant to be open."""
_KNOWS_REQUIRED = (*_WRITTEN, "apple", "actionsdata", "intentdefinition")
_VAGUE = ("any", "variable", None, "", ())
_SHOWN = 80

Item = Api | Parameter
_Found = tuple[Origin, Any]


@dataclass(frozen=True, order=True)
class Conflict:
    """Two sources that differ about one field."""

    api: str
    parameter: str
    """Its name; empty for a field of the API."""
    field: str
    kept: str
    """`source: value`."""
    dropped: str


def merge(catalogues: Iterable[Iterable[Api]]) -> tuple[list[Api], list[Conflict]]:
    """One entry for each API, by identifier, and where sources differed.

    Every field comes from the first source in `PRECEDENCE` that says something about it; of two equal
    ones from the earlier catalogue. Choices are those of all sources that list any: versions of an app
    differ, and files of each are about. Parameters only one source knows are kept, the best source's
    first.
    """
    versions: dict[str, list[Api]] = {}
    for catalogue in catalogues:
        for api in catalogue:
            versions.setdefault(api.identifier, []).append(api)
    conflicts: list[Conflict] = []
    merged = [_merge_api(versions[identifier], conflicts) for identifier in sorted(versions)]
    return merged, sorted(conflicts)


def _merge_api(versions: list[Api], conflicts: list[Conflict]) -> Api:
    if len(versions) == 1:
        return versions[0]
    versions = sorted(versions, key=lambda api: _RANK[api.source])
    best = versions[0]
    also = dict.fromkeys(key for api in versions for key in api.also)
    by_name: dict[str, list[Parameter]] = {}
    for api in versions:
        for parameter in api.parameters:
            # a key that people put aside as rare stays aside
            if parameter.name not in also or parameter.source in _WRITTEN:
                by_name.setdefault(parameter.name, []).append(parameter)
    parameters = tuple(_merge_parameter(best.identifier, same, conflicts) for same in by_name.values())
    pick = _Picker(best.identifier, "", versions, conflicts)
    facts = {
        "title": pick("title", quiet=True),
        "description": pick("description", quiet=True),
        "input": pick("input", fits=lambda key: key in by_name),
        "returns": pick("returns"),
        "output_name": pick("output_name", quiet=True),
    }
    return Api(
        identifier=best.identifier,
        parameters=parameters,
        called=best.called,
        also=tuple(key for key in also if key not in by_name),
        **facts,
        **pick.origin(),
    )


def _merge_parameter(identifier: str, versions: list[Parameter], conflicts: list[Conflict]) -> Parameter:
    if len(versions) == 1:
        return versions[0]
    versions = sorted(versions, key=lambda p: _RANK[p.source])
    pick = _Picker(identifier, versions[0].name, versions, conflicts)
    kind = pick("type") or "any"
    choices = _choices(versions, pick) if kind == "choice" else ()

    def fits(default: Any) -> bool:
        if kind in ("boolean", "number"):
            return isinstance(default, bool) == (kind == "boolean") and isinstance(
                default, bool | int | float
            )
        return not choices or default in choices

    knowing = [p for p in versions if p.source_of("required") in _KNOWS_REQUIRED]
    facts = {
        "type": kind,
        "description": pick("description", quiet=True),
        "default": pick("default", fits=fits),
        "required": bool(knowing and knowing[0].required),
    }
    if knowing:
        pick.chosen["required"] = knowing[0].source_of("required")
    return Parameter(name=versions[0].name, choices=choices, **facts, **pick.origin())


def _choices(versions: Sequence[Parameter], pick: _Picker) -> tuple[str, ...]:
    listing = [p for p in versions if p.choices]
    if not listing:
        return ()
    best = listing[0]
    own = best.source_of("choices")
    pick.chosen["choices"] = own
    if own == "user":
        return best.choices
    # the published stubs list Python names of the choices, which files do not always hold
    others = [p for p in listing[1:] if p.source_of("choices") != "published"]
    for other in others:
        more = [c for c in other.choices if c not in best.choices]
        if more:
            pick.differ("choices", (own, best.choices), (other.source_of("choices"), more))
    return tuple(dict.fromkeys(c for p in (best, *others) for c in p.choices))


class _Picker:
    """Chooses the value of each field, remembers whose it is, and notes who said otherwise."""

    def __init__(
        self, identifier: str, parameter: str, versions: Sequence[Item], conflicts: list[Conflict]
    ) -> None:
        self.identifier, self.parameter = identifier, parameter
        self.versions, self.conflicts = versions, conflicts
        self.chosen: dict[str, Origin] = {}

    def __call__(self, name: str, quiet: bool = False, fits: Callable[[Any], bool] = lambda _: True) -> Any:
        said = [
            (v.source_of(name), value)
            for v in self.versions
            if (value := getattr(v, name)) not in (None, "") and fits(value)
        ]
        said.sort(key=lambda found: _RANK[found[0]])
        firm = [f for f in said if f[1] not in _VAGUE or (name == "type" and f[0] in _WRITTEN)]
        if not said:
            return None if name in ("input", "returns", "default") else ""
        origin, value = (firm or said)[0]
        self.chosen[name] = origin
        for other in firm[1:] if not quiet and value not in _VAGUE else ():
            if other[1] != value and other[0] != "inferred" and other[1] not in _VAGUE:
                self.differ(name, (origin, value), other)
        return value

    def differ(self, name: str, kept: _Found, dropped: _Found) -> None:
        shown = [f"{origin or 'user'}: {_short(value)}" for origin, value in (kept, dropped)]
        self.conflicts.append(Conflict(self.identifier, self.parameter, name, *shown))

    def origin(self) -> Mapping[str, Any]:
        """`source`, that of most fields, and `sources`, the others."""
        counts = Counter(self.chosen.values())
        main = min(counts, key=lambda o: (-counts[o], _RANK[o])) if counts else self.versions[0].source
        return {"source": main, "sources": {k: o for k, o in sorted(self.chosen.items()) if o != main}}


def _short(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
