"""From what Hydra composed to plain values: references followed, everything else that is `${…}` refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from wfllm.config.origins import Origins
from wfllm.config.problems import Problem, short

REFERENCE = re.compile(r"\$\{[\w.\[\]]+\}")


def plain_values(cfg: DictConfig, origins: Origins) -> tuple[dict[str, Any], list[Problem]]:
    """Resolve a composed config.

    Resolvers (`${oc.env:…}`, `${now:…}`) read the machine or the clock, so that a config would say
    something else elsewhere, and a preset from elsewhere could carry a password into the run's files.

    Returns:
        The plain values, null where a reference was refused, and the faults.
    """
    OmegaConf.set_readonly(cfg, False)
    OmegaConf.set_struct(cfg, False)
    cfg.pop("hydra", None)
    problems: list[Problem] = []
    for node, at, key in list(_references(cfg)):
        written = OmegaConf.to_container(node, resolve=False)[at]  # type: ignore[index]
        if "${" in REFERENCE.sub("", str(written)):
            mend = "Only other keys can be referred to: ${model.name}."
            problems.append(Problem(key, origins.of(key), f"{short(written)} is refused", mend))
            node[at] = None
    for node, at, key in list(_references(cfg)):
        try:
            node[at]  # follows the reference
        except (OmegaConfBaseException, RecursionError) as error:
            cause = str(error).strip().split("\n")[0]
            problems.append(Problem(key, origins.of(key), cause))
            node[at] = None
    plain = OmegaConf.to_container(cfg, resolve=True, throw_on_missing=False)
    assert isinstance(plain, dict)
    return _text_keys(plain), problems


def _references(node: Any, prefix: str = "") -> Iterator[tuple[DictConfig | ListConfig, Any, str]]:
    """Every value with `${…}`: its container, its place in it, its dotted key."""
    places: list[Any] = []
    if isinstance(node, DictConfig):
        places = list(node)
    elif isinstance(node, ListConfig):
        places = list(range(len(node)))
    for at in places:
        key = f"{prefix}.{at!s}".lstrip(".")
        if OmegaConf.is_interpolation(node, at):
            yield node, at, key
        elif not OmegaConf.is_missing(node, at):
            yield from _references(node[at], key)


def _text_keys(node: Any) -> Any:
    """Keys as text: YAML also reads `1:` and `true:`, which no schema has."""
    if isinstance(node, dict):
        return {str(key): _text_keys(value) for key, value in node.items()}
    return [_text_keys(item) for item in node] if isinstance(node, list) else node
