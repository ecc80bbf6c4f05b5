"""Every fault of the YAML files that a config is composed from, and a copy of `conf/` without them.

Hydra stops at the first broken file or unknown option. The mended copy lets it go on, so that faults of
other kinds come out in the same report; nothing is ever started from it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from wfllm.config.groups import all_groups, conf_dir, option_files
from wfllm.config.origins import line_of, resolve, shown
from wfllm.config.problems import Problem, nearest, short, suggestion

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


def read_root(command: str) -> tuple[dict[str, str | None], list[Problem]]:
    """Group → option of a command's own defaults list, or what is wrong with its file."""
    path = conf_dir() / f"{command}.yaml"
    content, problem = _load(path)
    if problem:
        return {}, [problem]
    if "hydra" in content:
        return {}, [_unknown(path, "hydra")]
    entries = content.get("defaults") or []
    choices = {str(g): o for entry in entries if isinstance(entry, dict) for g, o in entry.items()}
    unknown = [g for g in choices if not (conf_dir() / g).is_dir()]
    return choices, [Problem(g, _at(path, "defaults"), "no such config group") for g in unknown]


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
    """A copy of `conf/` in the folder `to`, its faulty files mended."""
    copy = to / "conf"
    shutil.copytree(conf_dir(), copy, ignore=_unwanted)
    for path, content in files.mended.items():
        header = f"{PACKAGE}\n" if _is_preset(path) else ""
        target = copy / path.relative_to(conf_dir())
        target.write_text(header + yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return copy


def _unwanted(folder: str, names: list[str]) -> set[str]:
    return {n for n in names if not n.endswith(".yaml") and not (Path(folder) / n).is_dir()}


def _is_preset(path: Path) -> bool:
    return path.relative_to(conf_dir()).parts[0] == "experiment"


def _read(group: str, option: str, files: Files, below: tuple[str, ...]) -> None:
    path = option_files(group).get(option)
    if path is None:  # told where it was chosen
        return
    content, problem = _load(path)
    if problem:
        files.problems.append(problem)
        files.doubtful.add(group)
        files.mended[path] = {} if group == "experiment" else {"name": Path(option).name}
        return
    faults = [*_header_faults(path), *([_unknown(path, "hydra")] if "hydra" in content else [])]
    kept: list[Any] = []
    entries = content.get("defaults") or []
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries]):
        fault = _entry_fault(group, option, entry, _at(path, "defaults", number), files, (*below, option))
        if fault:
            faults.append(fault)
        else:
            kept.append(entry)
    if faults:
        files.problems += faults
        rest = {key: value for key, value in content.items() if key not in ("defaults", "hydra")}
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


def _entry_fault(
    group: str, option: str, entry: object, origin: str, files: Files, below: tuple[str, ...]
) -> Problem | None:
    """What is wrong with one entry of a defaults list; follows it where nothing is."""
    if entry == "_self_":
        return None
    if isinstance(entry, str) and not set("@$:") & set(entry):
        parent = resolve(group, option, entry)
        known = option_files(group)
        if parent not in known:
            return Problem(
                group, origin, f"no option {parent!r}", suggestion(parent, known, everything="It is one of")
            )
        if parent in below:
            return Problem(group, origin, f"{parent!r} builds on itself", "Remove this entry.")
        _read(group, parent, files, below)
        return None
    if group == "experiment" and isinstance(entry, dict) and len(entry) == 1:
        ((key, value),) = entry.items()
        words = str(key).split()
        if words[:1] == ["override"] and len(words) == 2:
            return _override_fault(words[1], value, origin, files)
        if str(key).strip("/") in all_groups():
            mend = f"Write: - override /{str(key).strip('/')}: {value}"
            return Problem(str(key), origin, "this group has an option already", mend)
    mend = "A preset lists other presets (/experiment/NAME) and: override /GROUP: OPTION."
    return Problem("defaults", origin, f"{short(entry)} is not understood", mend)


def _override_fault(key: str, value: object, origin: str, files: Files) -> Problem | None:
    group = key.removeprefix("/")
    groups = [g for g in all_groups() if g != "experiment"]
    if group not in groups:
        return Problem(group, origin, "no such config group", suggestion(group, groups, everything="Groups"))
    if not key.startswith("/"):
        return Problem(group, origin, "is looked for in this folder", f"Write: - override /{group}: {value}")
    known = option_files(group)
    if not isinstance(value, str) or value not in known:
        close = nearest(str(value), known)
        if close:
            files.stand_ins.setdefault(group, close)
        else:
            files.doubtful.add(group)
        mend = suggestion(str(value), known, everything="It is one of")
        return Problem(group, origin, f"no option {short(value)}", mend)
    files.chosen.setdefault(group, value)
    return None


def _load(path: Path) -> tuple[dict[str, Any], Problem | None]:
    """A YAML file as Hydra reads it, unresolved, or what is wrong with it in one line."""
    try:
        content = OmegaConf.to_container(OmegaConf.load(path), resolve=False)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        origin = f"{shown(path)}:{mark.line + 1}" if mark else shown(path)
        cause = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error).split("\n")[0]
        return {}, Problem("YAML", origin, str(cause).rstrip("."))
    except OmegaConfBaseException as error:
        key = str(getattr(error, "full_key", None) or "YAML")
        line = line_of(path, key.split("."))
        return {}, Problem(key, f"{shown(path)}:{line}" if line else shown(path), str(error).split("\n")[0])
    except UnicodeError:
        return {}, Problem("YAML", shown(path), "is not text in UTF-8")
    except RecursionError:
        return {}, Problem("YAML", shown(path), "is nested too deeply")
    except OSError as error:  # OmegaConf's own word for a file that holds one bare value
        return {}, Problem("YAML", shown(path), error.strerror or "holds no `key: value` lines")
    if not isinstance(content, dict):
        return {}, Problem("YAML", shown(path), "holds a list, not `key: value` lines")
    return {str(key): value for key, value in content.items()}, None


def _unknown(path: Path, key: str) -> Problem:
    mend = "Hydra's own settings belong on the command line: hydra/launcher=…"
    return Problem(key, _at(path, key), "unknown key", mend)


def _at(path: Path, *keys: str | int) -> str:
    line = line_of(path, keys)
    return f"{shown(path)}:{line}" if line else shown(path)
