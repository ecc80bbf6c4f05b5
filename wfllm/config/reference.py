"""The schema as text: the keys in `--help`, the tables of the reference page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from wfllm.config import schema as s
from wfllm.config.compose import ROOTS
from wfllm.config.groups import SCHEMAS, command_groups, option_files, summary


def key_lines(command: str) -> Iterator[str]:
    """One line for each key of a command: name, type, default, meaning."""
    groups = set(command_groups(command))
    for name, info in ROOTS[command].model_fields.items():
        if name not in groups:
            yield from _lines(name, info)
    for group in sorted(groups & set(SCHEMAS)):
        seen: set[str] = set()
        for part in SCHEMAS[group].values():
            for name, info in part.model_fields.items():
                if name not in seen and name != "name":
                    seen.add(name)
                    yield from _lines(f"{group}.{name}", info)


def _lines(key: str, info: FieldInfo) -> Iterator[str]:
    if isinstance(info.annotation, type) and issubclass(info.annotation, s.Schema):
        for name, inner in info.annotation.model_fields.items():
            yield from _lines(f"{key}.{name}", inner)
        return
    yield f"    {key:<24} {type_name(info)}{_default(info, ' = ')}: {_one_line(info.description)}"


def reference_markdown() -> str:
    """The reference page: commands, groups, options and keys, straight from schema and `conf/`."""
    out = ["# Reference", "", "Generated from the schema by `make docs`; do not edit.", ""]
    for command, root in ROOTS.items():
        groups = ", ".join(f"`{g}`" for g in command_groups(command)) or "none"
        out += [f"## `wfllm {command}`", "", _one_line(root.__doc__), "", f"Groups: {groups}.", ""]
        rows = [row for name, info in root.model_fields.items() for row in _rows(name, info, set(SCHEMAS))]
        out += [*_table(rows), ""]
    for group in [*SCHEMAS, "experiment"]:
        out += [f"## Group `{group}`", "", "| option | what it is |", "|---|---|"]
        out += [f"| `{name}` | {summary(path)} |" for name, path in option_files(group).items()] + [""]
        for name, part in SCHEMAS.get(group, {}).items():
            rows = [row for key, info in part.model_fields.items() for row in _rows(key, info, set())]
            head = "Keys" if name == "*" else f"Keys of `{name}`"
            out += [f"{head}: {_one_line(part.__doc__)}", "", *_table(rows), ""]
    return "\n".join(out).rstrip() + "\n"


def _rows(name: str, info: FieldInfo, skip: set[str]) -> Iterator[str]:
    if name in skip:
        return
    if isinstance(info.annotation, type) and issubclass(info.annotation, s.Schema):
        for inner, inner_info in info.annotation.model_fields.items():
            yield from _rows(f"{name}.{inner}", inner_info, set())
        return
    kind = type_name(info).replace("|", "\\|")
    yield f"| `{name}` | {kind} | {_default(info, '') or 'required'} | {_one_line(info.description)} |"


def _table(rows: list[str]) -> list[str]:
    return ["| key | type | default | meaning |", "|---|---|---|---|", *rows] if rows else []


def type_name(info: FieldInfo) -> str:
    """A field's type in short: `int`, `text | null`, `a | b`."""
    annotation = info.annotation
    text = annotation.__name__ if isinstance(annotation, type) and not hasattr(annotation, "__args__") else ""
    text = text or re.sub(r"typing\.|wfllm\.[\w.]*\.", "", str(annotation))
    text = re.sub(r"Annotated\[(\w+), .*?\]\)?\]?", r"\1", text)
    while "Literal[" in text:
        text = re.sub(r"Literal\[([^\[\]]*)\]", lambda m: m[1].replace("'", "").replace(", ", " | "), text)
    return (
        text.replace("Optional[", "")
        .replace("NoneType", "null")
        .replace("None", "null")
        .replace("str", "text")
    )


def _default(info: FieldInfo, before: str) -> str:
    default: Any = info.default
    if default is PydanticUndefined:
        return ""
    shown = (
        {None: "null", True: "true", False: "false"}.get(default)
        if isinstance(default, bool | None)
        else None
    )
    return f"{before}{shown if shown is not None else default}"


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


if __name__ == "__main__":
    print(reference_markdown(), end="")
