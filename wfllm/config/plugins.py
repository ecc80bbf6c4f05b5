"""Parts from folders outside the package: $WFLLM_PLUGINS names them, and they are laid out as `conf/` is.

A part is one YAML file, `<folder>/<group>/<name>.yaml`, and where it brings code a module beside it,
`<folder>/<group>/<name>.py`. The variable alone says where modules come from: no config and no command line
can. A module is imported once, when its part is asked for by name.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from wfllm.errors import WfllmError, nearest

VARIABLE = "WFLLM_PLUGINS"
WITH_MODULES = ("data", "metrics", "strategy")
"""Groups whose parts are code. In every other group a plug-in is a YAML file alone."""
_PACKAGE = "wfllm_plugins"
"""What modules are called in `sys.modules`; nothing is ever imported by that name."""


@dataclass(frozen=True)
class Plugin:
    """A module of a plug-in folder, imported."""

    group: str
    name: str
    path: Path
    module: ModuleType
    digest: str
    """SHA-256 of its source."""


_imported: dict[Path, Plugin] = {}


def plugin_folders() -> list[Path]:
    """The folders of $WFLLM_PLUGINS, absolute, separated there as in $PATH; none where it is not set.

    Raises:
        WfllmError: one that is not there.
    """
    folders: list[Path] = []
    for text in os.environ.get(VARIABLE, "").split(os.pathsep):
        if text.strip():
            folder = Path(text.strip()).expanduser().absolute()
            if not folder.is_dir():
                mend = "Name folders that hold strategy/, data/, metrics/, prompts/ or other groups."
                raise WfllmError("no such folder", where=f"{VARIABLE}={text.strip()}", mend=mend)
            folders.append(folder)
    return list(dict.fromkeys(folders))


def module_files(group: str) -> dict[str, list[Path]]:
    """Name → the modules of that name, of which there should be one. Nothing is imported."""
    found: dict[str, list[Path]] = {}
    for folder in plugin_folders() if group in WITH_MODULES else ():
        for path in sorted((folder / group).glob("*.py")):
            if not path.name.startswith((".", "_")):
                found.setdefault(path.stem, []).append(path)
    return found


def find_plugin(group: str, name: str) -> Plugin | None:
    """The module of that name, imported now if it was not before; None where no folder has it.

    Raises:
        WfllmError: it cannot be imported, or two folders have it.
    """
    paths = module_files(group).get(name, [])
    if not paths:
        return None
    if len(paths) > 1:
        where = as_written(paths[1])
        raise WfllmError(f"{as_written(paths[0])} is called so, too", where=where, mend="Rename one of them.")
    path = paths[0]
    if path not in _imported:
        _imported[path] = _import(group, name, path)
    return _imported[path]


def _import(group: str, name: str, path: Path) -> Plugin:
    called = f"{_PACKAGE}.{group}.{name}"
    with blamed(path):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        spec = importlib.util.spec_from_file_location(called, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[called] = module  # pydantic looks up annotations and docstrings there
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[called]
            raise
    return Plugin(group, name, path, module, digest)


@contextmanager
def blamed(path: Path) -> Iterator[None]:
    """Whatever fails in a plug-in's own code is one line that names its file and line."""
    try:
        yield
    except WfllmError:
        raise
    except (Exception, SystemExit) as error:
        told = (str(error).strip().splitlines() or [""])[0][:200]
        cause = f"{type(error).__name__}: {told}".rstrip(": ")
        line = _line_in(path, error)
        where = f"{as_written(path)}:{line}" if line else as_written(path)
        raise WfllmError(cause, where=where, mend="Mend the plug-in.") from error


def _line_in(path: Path, error: BaseException) -> int | None:
    """The last line of the file on the way to an error, or the line that does not parse."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    return lines[-1] if lines else None


def modules_in_use(plain: Mapping[str, Any]) -> dict[str, str]:
    """The modules that a plain config names: `strategy/bitfit.py` → SHA-256 of its source.

    Raises:
        WfllmError: one of them cannot be imported.
    """
    found: dict[str, str] = {}
    for group in WITH_MODULES:
        node = plain.get(group)
        if isinstance(node, Mapping):
            for name in sorted(_names(node) & module_files(group).keys()):
                plugin = find_plugin(group, name)
                assert plugin is not None
                found[f"{group}/{name}.py"] = plugin.digest
    return found


def _names(node: Mapping[str, Any]) -> set[str]:
    """Every part that the keys of a group name: its own, families of metrics, sources of a mix."""
    families, parts = (
        value if isinstance(value := node.get(key), list) else [] for key in ("families", "parts")
    )
    words = [word.strip() for text in parts for word in re.split(r"[*:]", str(text))]
    return {str(node.get("name")), *map(str, families), *words}


def require(used: object, where: object) -> None:
    """Raise where a module that something was made with, as `modules_in_use` tells them, is not here."""
    for label in used if isinstance(used, dict) else ():
        group, _, file = str(label).partition("/")
        if file.removesuffix(".py") not in module_files(group):
            mend = f"Set {VARIABLE} to the folder that holds {label}."
            raise WfllmError(f"was made with the plug-in {label}, which is not here", where=where, mend=mend)


def strangers(groups: list[str]) -> Iterator[tuple[str, str]]:
    """What lies in a plug-in folder and is part of nothing: its name, and what is wrong."""
    for folder in plugin_folders():
        for path in sorted(folder.iterdir()):
            if path.name.startswith((".", "_")) or path.name in groups:
                continue
            if path.is_dir() and not any([*path.rglob("*.yaml"), *path.glob("*.py")]):
                continue
            if path.is_dir() or path.suffix == ".yaml":
                close = nearest(path.stem, groups)
                mend = f" Did you mean {close}/?" if close else ""
                yield as_written(path), f"no config group is called so.{mend}"
        for group in groups:
            if group not in WITH_MODULES:
                for path in sorted((folder / group).glob("*.py")):
                    yield as_written(path), f"{group} takes YAML files alone."


def as_written(path: Path) -> str:
    """A path for people: from the working folder where it lies in it."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(path)
