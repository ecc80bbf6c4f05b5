"""The space of a search: its keys, which of them belong to which option, the config at each point."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from wfllm.config import schema as s
from wfllm.config.compose import Composed
from wfllm.config.groups import option_files
from wfllm.config.reading import read_yaml
from wfllm.config.registry import ROOTS, SCHEMAS, inner_schema, parts_of, schema_of
from wfllm.search.values import Param

COMMAND = "train"


@dataclass(frozen=True)
class Space:
    """Which groups and keys are searched. A key that only some options of a group have goes with these."""

    groups: tuple[Param, ...]
    keys: tuple[Param, ...]

    @property
    def params(self) -> tuple[Param, ...]:
        return self.groups + self.keys

    def active(self, options: Mapping[str, Any]) -> list[Param]:
        """The keys there are with these options (group → option)."""
        return [p for p in self.keys if self._belongs(p.key, options)]

    def _belongs(self, key: str, options: Mapping[str, Any]) -> bool:
        group, _, rest = key.partition(".")
        if not rest or group not in options:
            return True
        having = {option: has_key(group, option, rest) for option in self._options(group)}
        # A key that no option has is mistyped; the schema says so.
        return having[options[group]] or not any(having.values())

    def _options(self, group: str) -> list[Any]:
        return next(p.ends() for p in self.groups if p.key == group)

    def draw(self, trial: Any) -> dict[str, Any]:
        """Every value of a trial: options first, then the keys they have."""
        options = {p.key: p.draw(trial) for p in self.groups}
        return {**options, **{p.key: p.draw(trial) for p in self.active(options)}}

    def texts(self, values: Mapping[str, Any]) -> list[str]:
        """The overrides of a point."""
        return [p.text(values[p.key]) for p in self.params if p.key in values]

    def corners(self, most: int = 64) -> Iterator[dict[str, Any]]:
        """Points that hold every option and every single value, and both ends of every interval.

        All combinations where there are no more than `most`, else every value at least once.
        """
        for options in _combined(self.groups, most):
            for values in _combined(self.active(options), most):
                yield {**options, **values}

    def grid(self) -> list[dict[str, Any]] | None:
        """Every combination, or None where an interval has no steps."""
        points: list[dict[str, Any]] = []
        for options in _product(self.groups, [p.ends() for p in self.groups]):
            active = self.active(options)
            columns = [p.grid() for p in active]
            if any(column is None for column in columns):
                return None
            points += [{**options, **v} for v in _product(active, [c for c in columns if c is not None])]
        return points

    def plain(self) -> dict[str, Any]:
        """What determines the search."""
        return {p.key: p.plain() for p in self.params}


def has_key(group: str, option: Any, key: str) -> bool:
    """Whether an option of a group has the key; of an unknown option everything is believed."""
    path = option_files(group).get(str(option))
    name = read_yaml(path)[0].get("name", Path(str(option)).name) if path else None
    part = schema_of(group, name) if group in SCHEMAS and name else None
    return part is None or key.split(".")[0] in part.model_fields


def takes_whole_numbers(key: str) -> bool:
    """Whether the schema takes whole numbers alone for a key."""
    group, _, rest = key.partition(".")
    models: list[type[s.Schema]] = list(parts_of(group).values()) if group in SCHEMAS else [ROOTS[COMMAND]]
    found = [kinds for model in models if (kinds := _kinds(model, (rest if group in SCHEMAS else key)))]
    return bool(found) and all(int in kinds and float not in kinds for kinds in found)


def _kinds(model: type[s.Schema], key: str) -> set[Any]:
    """The types a key takes; empty where the model has no such key."""
    name, _, rest = key.partition(".")
    field = model.model_fields.get(name)
    if field is None:
        return set()
    inner = inner_schema(field.annotation)
    if rest:
        return _kinds(inner, rest) if inner else set()
    return set(_flat(field.annotation))


def _flat(annotation: Any) -> Iterator[Any]:
    yield annotation
    for inner in get_args(annotation):
        yield from _flat(inner)


def _combined(params: Sequence[Param], most: int) -> Iterator[dict[str, Any]]:
    columns = [p.ends() for p in params]
    size = 1
    for column in columns:
        size *= len(column)
    if size <= most:
        yield from _product(params, columns)
        return
    first = {p.key: column[0] for p, column in zip(params, columns, strict=True)}
    yield first
    for p, column in zip(params, columns, strict=True):
        for value in column[1:]:
            yield {**first, p.key: value}


def _product(params: Sequence[Param], columns: Sequence[Sequence[Any]]) -> Iterator[dict[str, Any]]:
    for values in itertools.product(*columns):
        yield {p.key: v for p, v in zip(params, values, strict=True)}


def with_value(plain: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """A plain config with one key set."""
    head, _, rest = key.partition(".")
    if not rest:
        return {**plain, head: value}
    inner = plain.get(head)
    return {**plain, head: with_value(inner if isinstance(inner, dict) else {}, rest, value)}


def without(plain: dict[str, Any], key: str) -> dict[str, Any]:
    """A plain config without one key."""
    head, _, rest = key.partition(".")
    inner = plain.get(head)
    if rest and isinstance(inner, dict):
        return {**plain, head: without(inner, rest)}
    return {k: v for k, v in plain.items() if k != head}


@dataclass(frozen=True)
class Search:
    """A checked search: what stays, what is searched, and the config of one of its points."""

    fixed: list[str]
    """Overrides that every trial has."""
    space: Space
    base: Composed

    @property
    def config(self) -> s.TrainCommand:
        assert isinstance(self.base.config, s.TrainCommand)
        return self.base.config

    @property
    def sweep(self) -> s.Sweep:
        return self.config.sweep
