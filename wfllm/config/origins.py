"""Where each key of a composed config was written: command line, preset or option file, with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import yaml

from wfllm.config.groups import conf_dir, option_files
from wfllm.config.plugins import as_written, plugin_folders

COMMAND_LINE = "command line"
DEFAULT = "default"


class Origins:
    """The places a config was composed from, the strongest first.

    Args:
        command: name of the root config.
        overrides: what the command line gave.
        choices: group → option that Hydra chose.
    """

    def __init__(self, command: str, overrides: Sequence[str], choices: Mapping[str, str | None]) -> None:
        self._given = {o.lstrip("+").split("=", 1)[0] for o in overrides} - set(choices)
        self._command = command
        self._choices = dict(choices)

    @cached_property
    def _files(self) -> list[tuple[str, Path]]:
        """Package and file, the strongest first. Read only when something is wrong."""
        files: list[tuple[str, Path]] = []
        for group, option in reversed(list(self._choices.items())):  # the preset comes last and wins
            package = "" if group == "experiment" else group
            files += [(package, path) for path in _inherited(group, option)]
        return [*files, ("", conf_dir() / f"{self._command}.yaml")]

    def of(self, key: str) -> str:
        """`command line`, `conf/<file>:<line>` or `default`."""
        parts = key.split(".")
        above = {".".join(parts[:i]) for i in range(1, len(parts) + 1)}
        if above & self._given or any(given.startswith(f"{key}.") for given in self._given):
            return COMMAND_LINE
        for package, path in self._files:
            inner = parts if not package else parts[1:] if parts[0] == package else None
            line = line_of(path, inner) if inner else None
            if line is not None:
                return f"{shown(path)}:{line}"
        return DEFAULT


def shown(path: Path) -> str:
    """A file of `conf/` or of a plug-in folder as people write it."""
    try:
        return f"conf/{path.resolve().relative_to(conf_dir().resolve()).as_posix()}"
    except ValueError:
        return as_written(path) if set(plugin_folders()) & set(path.parents) else path.name


def line_of(path: Path, keys: Sequence[str]) -> int | None:
    """Line (from 1) where a YAML file writes the nested key or list item (by its number), or None."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeError, RecursionError, yaml.YAMLError):
        return None
    line = None
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == key]
            if not found:
                return None
            line, node = found[-1][0].start_mark.line + 1, found[-1][1]
        elif isinstance(node, yaml.SequenceNode) and key.isdecimal() and int(key) < len(node.value):
            node = node.value[int(key)]
            line = node.start_mark.line + 1
        else:
            return line
    return line


def parents(group: str, content: object) -> Iterator[str]:
    """Options of the same group that an option's defaults list builds on, the strongest (last) first."""
    defaults = content.get("defaults") if isinstance(content, dict) else None
    for entry in reversed(defaults if isinstance(defaults, list) else []):
        if isinstance(entry, str) and entry != "_self_":
            yield entry.removeprefix(f"/{group}/")


def _inherited(group: str, option: str | None, seen: frozenset[str] = frozenset()) -> list[Path]:
    """An option's own file and those it builds on, the strongest first."""
    path = option_files(group).get(str(option))
    if path is None or option is None or option in seen:
        return []
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, RecursionError, yaml.YAMLError):
        return [path]
    files = [path]
    for parent in parents(group, content):
        files += _inherited(group, parent, seen | {option})
    return files
