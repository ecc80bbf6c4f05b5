"""The schema as text: the keys in `--help`, the reference page.

`python -m wfllm.config.reference > docs/reference.md` writes the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from wfllm.config.groups import command_groups, option_files, summary
from wfllm.config.registry import ROOTS, SCHEMAS, inner_schema, owners, parts_of
from wfllm.config.schema import Choices

SHORT = {int: "int", float: "float", bool: "bool", str: "text", NoneType: "null"}
BOUNDS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def key_lines(command: str) -> Iterator[str]:
    """One line for each key of a command: name, type, default, meaning."""
    groups = command_groups(command)
    rows = list(_rows("", ROOTS[command].model_fields, groups))
    for group in [g for g in groups if g in SCHEMAS]:
        seen: dict[str, FieldInfo] = {}
        for part in parts_of(group).values():
            seen = {**{key: info for key, info, _ in _rows(f"{group}.", part.model_fields, ())}, **seen}
        rows += [(key, info, _only(group, key)) for key, info in seen.items()]
    width = max((len(key) for key, _, _ in rows), default=0)
    for key, info, only in rows:
        default = _default(info)
        head = f"    {key:<{width}}  {type_name(info)}{f' = {default}' if default else ', required'}"
        yield f"{head}: {_one_line(info.description)}{only}"


def reference_markdown() -> str:
    """The reference page: commands, groups, options and keys, straight from schema and `conf/`."""
    out = ["# Reference", "", "Written by `python -m wfllm.config.reference > docs/reference.md`.", ""]
    for command, root in ROOTS.items():
        out += [f"## `wfllm {command}`", "", _one_line(root.__doc__), ""]
        groups = command_groups(command)
        if groups:
            out += [f"Groups: {', '.join(f'[`{g}`](#group-{g})' for g in groups)}.", ""]
        out += _table(_rows("", root.model_fields, groups))
    for group in [*SCHEMAS, "experiment"]:
        out += [f"## Group `{group}`", "", "| option | what it is |", "|---|---|"]
        out += [f"| `{name}` | {_cell(summary(path))} |" for name, path in option_files(group).items()] + [""]
        for name, part in (parts_of(group) if group in SCHEMAS else {}).items():
            others = "any other option" if len(parts_of(group)) > 1 else "every option"
            label = others if name == "*" else f"`{group}={name}`"
            rows = list(_rows(f"{group}.", part.model_fields, ()))
            out += [f"Keys of {label}. {_one_line(part.__doc__)}", ""] if rows else []
            out += _table(rows)
    return "\n".join(out).rstrip() + "\n"


def type_name(info: FieldInfo) -> str:
    """A field's type in short: `int ≥ 1`, `text | null`, `a | b`."""
    return _spelled(info.annotation) + _bounds(info.metadata)


def _spelled(annotation: Any) -> str:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        choices = [given.names() for given in args[1:] if isinstance(given, Choices)]
        if choices:
            return " | ".join(choices[0])
        metadata = [m for given in args[1:] for m in getattr(given, "metadata", [given])]
        return _spelled(args[0]) + _bounds(metadata)
    if origin is Literal:
        return " | ".join(str(value) for value in args)
    if origin in (Union, UnionType):
        return " | ".join(_spelled(arg) for arg in args)
    if origin in (list, tuple):
        return f"[{', '.join(_spelled(arg) for arg in args)}{', …' if origin is list else ''}]"
    return SHORT.get(annotation) or str(getattr(annotation, "__name__", annotation))


def _bounds(metadata: list[Any]) -> str:
    found = [
        f"{sign} {getattr(m, name)}" for m in metadata for name, sign in BOUNDS.items() if hasattr(m, name)
    ]
    return f" {' and '.join(found)}" if found else ""


def _rows(
    prefix: str, fields: Mapping[str, FieldInfo], skip: list[str] | tuple[str, ...]
) -> Iterator[tuple[str, FieldInfo, str]]:
    """Dotted key, field and an empty remark for every plain field, those of inner schemas too."""
    for name, info in fields.items():
        inner = inner_schema(info.annotation)
        if name in skip or (prefix and name == "name"):
            continue
        if inner is not None:
            yield from _rows(f"{prefix}{name}.", inner.model_fields, ())
        else:
            yield f"{prefix}{name}", info, ""


def _only(group: str, key: str) -> str:
    """Which options have a key that not all have."""
    having = owners(group, key.partition(".")[2])
    return "" if len(having) == len(option_files(group)) else f" (of {group}={', '.join(having)})"


def _table(rows: Iterator[tuple[str, FieldInfo, str]] | list[tuple[str, FieldInfo, str]]) -> list[str]:
    lines = [
        f"| `{key}` | {_cell(type_name(info))} | {_cell(_default(info) or 'required')} "
        f"| {_cell(_one_line(info.description))} |"
        for key, info, _ in rows
    ]
    return ["| key | type | default | meaning |", "|---|---|---|---|", *lines, ""] if lines else []


def _default(info: FieldInfo) -> str:
    """The default as it is typed on the command line; empty where there is none."""
    if info.default is PydanticUndefined:
        return ""
    value = list(info.default) if isinstance(info.default, tuple) else info.default
    return str(yaml.safe_dump(value, default_flow_style=True, width=1000)).removesuffix("...\n").strip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


if __name__ == "__main__":
    print(reference_markdown(), end="")
