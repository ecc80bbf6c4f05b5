"""One YAML file of `conf/` as Hydra reads it, or what is wrong with it in one line."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from wfllm.config.origins import line_of, shown
from wfllm.config.problems import Problem

LARGEST = 10_000
"""Values in one file, repeated ones counted each time: a few lines of anchors can stand for billions."""


def read_yaml(path: Path) -> tuple[dict[str, Any], Problem | None]:
    """A file's content, unresolved, and None; or nothing and what is wrong with it. Not to be changed."""
    try:
        return _read(*stamp(path))
    except OSError as error:
        return {}, Problem("YAML", shown(path), error.strerror or str(error))


def stamp(path: Path) -> tuple[Path, int, int]:
    """What tells whether a file is still as it was read."""
    stat = path.stat()
    return path, stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=256)
def _read(path: Path, _changed: int, _bytes: int) -> tuple[dict[str, Any], Problem | None]:
    """As `read_yaml`; a sweep reads each file once."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        if node is not None and not isinstance(node, yaml.MappingNode):
            return {}, Problem("YAML", shown(path), "holds no `key: value` lines")
        if _size(node, ()) > LARGEST:
            return {}, Problem("YAML", shown(path), f"holds more than {LARGEST} values")
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
    except OSError as error:
        return {}, Problem("YAML", shown(path), error.strerror or str(error))
    assert isinstance(content, dict)
    return {str(key): value for key, value in content.items()}, None


def _size(node: yaml.Node | None, above: tuple[int, ...]) -> int:
    """How many values a file holds once its anchors are written out, counted until it is too many."""
    if id(node) in above:
        return LARGEST + 1
    count = 1
    children = [n for pair in node.value for n in pair] if isinstance(node, yaml.MappingNode) else []
    children = node.value if isinstance(node, yaml.SequenceNode) else children
    for child in children:
        count += _size(child, (*above, id(node)))
        if count > LARGEST:
            break
    return count
