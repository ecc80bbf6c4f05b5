"""Every fault of the YAML files that a config is composed from, and a copy of all options without them.

Hydra stops at the first broken file or unknown option. The mended copy lets it go on, so that faults of
other kinds come out in the same report; nothing is ever started from it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml

from wfllm.config.groups import all_groups, conf_dir, files_of, option_files, place_of
from wfllm.config.origins import line_of, shown
from wfllm.config.problems import Problem, nearest, short, suggestion
from wfllm.config.reading import read_yaml

PACKAGE = "# @package _global_"


@dataclass
class Files:
    """What was found: faults, the mended content of faulty files, and the options that presets choose."""

    problems: list[Problem] = field(default_factory=list)
    mended: dict[Path, Any] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)
    stand_ins: dict[str, str] = field(default_factory=dict)
    """Nearest options in place of unknown ones."""
    doubtful: set[str] = field(default_factory=set)
    """Groups whose option is not known or not readable: keys of theirs cannot be judged."""
    read: list[Path] = field(default_factory=list)
    """Every file that was read, those that others build on, too."""


def read_root(command: str) -> tuple[dict[str, str | None], list[Problem]]:
    """Group → option of a command's own defaults list, or what is wrong with its file."""
    path = conf_dir() / f"{command}.yaml"
    content, problem = read_yaml(path)
    if problem:
        return {}, [problem]
    if "hydra" in content:
        return {}, [_unknown(path, "hydra")]
    choices: dict[str, str | None] = {}
    problems = list(_header_faults(path))
    groups = all_groups()
    for number, entry in enumerate(content.get("defaults") or []):
        group, option = next(iter(entry.items())) if isinstance(entry, dict) and entry else (entry, None)
        if group in groups:
            choices[group] = option
        elif group != "_self_":
            problems.append(Problem(short(group), _at(path, "defaults", number), "no such config group"))
    return choices, problems


def read_files(choices: Mapping[str, str | None], fixed: set[str]) -> Files:
    """Check the files of these options (group → option), and whatever they build on or choose.

    Args:
        choices: group → option.
        fixed: groups whose option a preset cannot change, because the command line names it.
    """
    files = Files()
    preset = choices.get("experiment")
    if preset:
        _read("experiment", preset, files, ())
    for group in fixed:
        files.chosen.pop(group, None)
        files.stand_ins.pop(group, None)
    for group, option in {**choices, **files.chosen, **files.stand_ins}.items():
        if group != "experiment" and option:
            _read(group, option, files, ())
    files.doubtful -= fixed
    return files


def mended_copy(files: Files, to: Path) -> Path:
    """A copy of `conf/` and the plug-in folders as one in the folder `to`, its faulty files mended."""
    copy = to / "conf"
    shutil.copytree(conf_dir(), copy, ignore=_unwanted)
    for group in all_groups():
        for option, path in option_files(group).items():
            target = copy / group / f"{option}.yaml"
            if not target.exists():
                with suppress(OSError):  # one that cannot be read is told where it is asked for
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, target)
    for path, content in files.mended.items():
        header = f"{PACKAGE}\n" if _is_preset(path) else ""
        target = copy / place_of(path)
        target.write_text(header + yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return copy


def _unwanted(folder: str, names: list[str]) -> set[str]:
    return {n for n in names if not n.endswith(".yaml") and not (Path(folder) / n).is_dir()}


def _is_preset(path: Path) -> bool:
    return place_of(path).parts[0] == "experiment"


def _read(group: str, option: str, files: Files, below: tuple[str, ...]) -> None:
    path = option_files(group).get(option)
    if path is None:  # told where it was chosen
        return
    files.read.append(path)
    for other in files_of(group, option)[1:]:
        cause = f"{option} is {shown(path)} already, and no plug-in replaces another part"
        files.problems.append(Problem(group, shown(other), cause, "Rename this file."))
    content, problem = read_yaml(path)
    if problem:
        files.problems.append(problem)
        files.doubtful.add(group)
        files.mended[path] = {} if group == "experiment" else {"name": Path(option).name}
        return
    rest = {key: value for key, value in content.items() if key not in ("defaults", "hydra")}
    faults = [*_header_faults(path), *([_unknown(path, "hydra")] if "hydra" in content else [])]
    if group == "experiment":
        faults += _part_faults(path, rest)
    kept: list[Any] = []
    entries = content.get("defaults") or []
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries]):
        origin = partial(_at, path, "defaults", number)
        fault = _entry_fault(group, entry, origin, files, (*below, option))
        if fault:
            faults.append(fault)
        else:
            kept.append(entry)
    if faults:
        files.problems += faults
        files.mended[path] = {**({"defaults": kept} if kept else {}), **rest}


def _header_faults(path: Path) -> Iterator[Problem]:
    """Hydra puts a file where its `@package` line says; only presets may, and they must, say the top."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    head = takewhile(lambda line: not line or line.startswith("#"), lines)
    packages = [line for line in head if "@package" in line]
    if _is_preset(path) and packages != [PACKAGE]:
        yield Problem(
            "@package", f"{shown(path)}:1", "a preset sets keys of all groups", f"First line: {PACKAGE}"
        )
    elif packages and not _is_preset(path):
        yield Problem(
            "@package", f"{shown(path)}:1", "an option sets keys of its own group alone", "Remove it."
        )


def _part_faults(path: Path, content: dict[str, Any]) -> Iterator[Problem]:
    """Groups that a preset sets otherwise than by `override` and by keys. Removes them from `content`."""
    for group in [g for g in all_groups() if g in content]:
        node, mend = content[group], f"Choose in the defaults list: - override /{group}: OPTION"
        if not isinstance(node, dict):
            del content[group]
            yield Problem(group, _at(path, group), f"should be keys and values, not {short(node)}", mend)
        elif "name" in node:
            content[group] = {key: value for key, value in node.items() if key != "name"}
            origin = _at(path, group, "name")
            yield Problem(f"{group}.name", origin, "an option is chosen, not renamed", mend)


def _entry_fault(
    group: str, entry: object, origin: Callable[[], str], files: Files, below: tuple[str, ...]
) -> Problem | None:
    """What is wrong with one entry of a defaults list; follows it where nothing is. Its line is looked up
    only to be told."""
    if entry == "_self_":
        return None
    if isinstance(entry, str) and not set("@$:") & set(entry):
        parent = entry.removeprefix(f"/{group}/")
        known = option_files(group)
        if parent not in known:
            return Problem(
                group, origin(), f"no option {parent!r}", suggestion(parent, known, everything="It is one of")
            )
        if parent in below:
            return Problem(group, origin(), f"{parent!r} builds on itself", "Remove this entry.")
        _read(group, parent, files, below)
        return None
    if group == "experiment" and isinstance(entry, dict) and len(entry) == 1:
        ((key, value),) = entry.items()
        words = str(key).split()
        if words[:1] == ["override"] and len(words) == 2:
            return _override_fault(words[1], value, origin, files)
        if str(key).strip("/") in all_groups():
            mend = f"Write: - override /{str(key).strip('/')}: {value}"
            return Problem(str(key), origin(), "this group has an option already", mend)
    mend = "A preset lists other presets (/experiment/NAME) and: override /GROUP: OPTION."
    return Problem("defaults", origin(), f"{short(entry)} is not understood", mend)


def _override_fault(key: str, value: object, origin: Callable[[], str], files: Files) -> Problem | None:
    group = key.removeprefix("/")
    groups = [g for g in all_groups() if g != "experiment"]
    if group not in groups:
        return Problem(
            group, origin(), "no such config group", suggestion(group, groups, everything="Groups")
        )
    if not key.startswith("/"):
        return Problem(
            group, origin(), "is looked for in this folder", f"Write: - override /{group}: {value}"
        )
    known = option_files(group)
    if not isinstance(value, str) or value not in known:
        close = nearest(str(value), known)
        if close:
            files.stand_ins.setdefault(group, close)
        else:
            files.doubtful.add(group)
        mend = suggestion(str(value), known, everything="It is one of")
        return Problem(group, origin(), f"no option {short(value)}", mend)
    files.chosen.setdefault(group, value)
    return None


def _unknown(path: Path, key: str) -> Problem:
    mend = "Hydra's own settings belong on the command line: hydra/launcher=…"
    return Problem(key, _at(path, key), "unknown key", mend)


def _at(path: Path, *keys: str | int) -> str:
    line = line_of(path, [str(key) for key in keys])
    return f"{shown(path)}:{line}" if line else shown(path)
