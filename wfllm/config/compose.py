"""From command-line overrides to one typed, plain config, or every fault of it at once.

Hydra composes, pydantic checks, and after that no Hydra object exists. A value may refer to another
(`${model.name}`); OmegaConf's resolvers (`${oc.env:…}`) are refused, so that a config says the same
everywhere and reads nothing of the machine it is on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from omegaconf import DictConfig
from pydantic import ValidationError, create_model

from wfllm.config import schema as s
from wfllm.config.faults import missing, nearest_keys, no_part, schema_faults
from wfllm.config.files import read_files, read_root
from wfllm.config.groups import command_groups
from wfllm.config.hydra_config import hydra_config
from wfllm.config.origins import Origins
from wfllm.config.overrides import as_written, read_overrides
from wfllm.config.presets import wrong_command
from wfllm.config.problems import ConfigError, Problem
from wfllm.config.rates import with_rate
from wfllm.config.registry import ROOTS, SCHEMAS, schema_of, valid_keys
from wfllm.config.rules import broken_rules
from wfllm.config.values import plain_values
from wfllm.errors import WfllmError

__all__ = ["ROOTS", "Composed", "check_composed", "compose", "default_config", "differences", "validate"]


@dataclass
class Composed:
    """A checked config: `config` for the program, `plain` for saving, `choices` group → option."""

    config: s.Command
    plain: dict[str, Any]
    choices: dict[str, str | None]
    overrides: list[str] = field(default_factory=list)

    @property
    def experiment(self) -> str:
        """Name of the preset, or of the data source where there is none."""
        return str(self.choices.get("experiment") or self.choices.get("data") or "default")


def compose(command: str, overrides: Sequence[str]) -> Composed:
    """Compose and check the config of `command`.

    Args:
        command: a key of `ROOTS`.
        overrides: Hydra overrides (`key=value`, `group=option`), no sweeps.

    Raises:
        ConfigError: with every fault that was found.
    """
    defaults, problems = read_root(command)
    if problems:
        raise ConfigError(problems)
    overrides = [as_written(text, ROOTS[command].plain_text) for text in overrides]
    line = read_overrides(overrides, list(defaults))
    stranger = wrong_command(command, line.chosen.get("experiment"))
    if stranger:  # whatever else is wrong follows from it
        raise ConfigError([stranger])
    files = read_files({**defaults, **line.chosen}, set(line.chosen))
    problems = [*line.problems, *files.problems]
    composed = None
    try:
        cfg, choices = hydra_config(command, line, files, problems)
        composed = check_composed(command, cfg, choices, overrides)
    except ConfigError as error:
        problems += error.problems
    if problems or composed is None:
        doubtful = line.doubtful | files.doubtful
        raise ConfigError(_certain(problems, doubtful))
    return composed


def check_composed(
    command: str, cfg: DictConfig, choices: dict[str, str | None], overrides: Sequence[str]
) -> Composed:
    """Turn what Hydra composed into a checked, plain config. Raises ConfigError with every fault."""
    origins = Origins(command, overrides, choices)
    plain, problems = plain_values(cfg, origins)
    try:
        config = validate(command, plain, origins)
    except ConfigError as error:
        told = {p.key for p in problems}
        problems += [p for p in error.problems if not any(f"{p.key}.".startswith(f"{key}.") for key in told)]
    if problems:
        raise ConfigError(problems)
    return Composed(config, config.model_dump(mode="json"), choices, list(overrides))


def validate(command: str, plain: dict[str, Any], origins: Origins | None = None) -> s.Command:
    """Check a plain config against the schema, unknown keys forbidden, then against the rules between keys.

    Raises:
        ConfigError: with every fault. Rules are checked even so, as far as sound values reach.
    """
    origins = origins or Origins(command, [], {})
    root = ROOTS[command]
    groups = [g for g in SCHEMAS if g in root.model_fields]
    parts: dict[str, type[s.Schema]] = {}
    problems: list[Problem] = []
    plain = dict(plain)
    for group in groups:
        if group not in plain:
            continue
        node = plain[group]
        if node is None and not root.model_fields[group].is_required():  # a group that may stay empty
            continue
        try:
            part = schema_of(group, node.get("name")) if isinstance(node, dict) else None
        except WfllmError as fault:  # a plug-in that is broken
            key = f"{group}.name"
            problems.append(Problem(key, origins.of(key), f"{fault.where}: {fault.cause}", fault.mend))
            del plain[group]
            continue
        if part is None:
            problems.append(no_part(group, plain.pop(group), origins))
        else:
            parts[group] = part
    unchecked = {p.key.split(".")[0] for p in problems}
    model = _with_parts(root, tuple(parts.items()))
    keys = [key for key in valid_keys(model) if key not in {f"{g}.name" for g in groups}]
    keys += set(command_groups(command)) - set(groups)
    problems += [missing(key, origins) for key in _missing(plain)]
    config: s.Command | None = None
    try:
        config = model.model_validate(plain)
    except ValidationError as error:
        told = {p.key for p in problems} | unchecked
        problems += [p for p in schema_faults(error.errors(), plain, keys, origins) if p.key not in told]
        config = _sound_part(model, plain, problems)
    uncertain = nearest_keys(problems, keys)
    for involved, cause, mend in broken_rules(config) if config else ():
        if not uncertain & set(involved):
            problems.append(Problem(involved[0], origins.of(involved[0]), cause, mend))
    if problems or config is None:
        raise ConfigError(sorted(problems, key=lambda p: p.key))
    return with_rate(config)


def differences(left: Any, right: Any, prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Key, left value and right value wherever two plain configs differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in [*left, *(k for k in right if k not in left)]:
            yield from differences(left.get(key), right.get(key), f"{prefix}.{key}".lstrip("."))
    elif left != right:
        yield prefix, left, right


def default_config(command: str, composed: Composed) -> dict[str, Any]:
    """What `command` is without any override but the values that have no default."""
    required = {name for name, info in ROOTS[command].model_fields.items() if info.is_required()} - set(
        SCHEMAS
    )
    return compose(command, [o for o in composed.overrides if o.lstrip("+").split("=")[0] in required]).plain


def _certain(problems: list[Problem], doubtful: set[str]) -> list[Problem]:
    """Without the faults that may only follow from an option that is unknown or could not be read."""
    if "experiment" in doubtful:
        problems = [p for p in problems if p.cause != "not given"]
    follow = ("not given", "unknown key", "no part")
    kept = [p for p in problems if p.key.split(".")[0] not in doubtful or not p.cause.startswith(follow)]
    return sorted(dict.fromkeys(kept), key=lambda p: (p.key, p.origin))


@cache
def _with_parts(root: type[s.Command], parts: tuple[tuple[str, type[s.Schema]], ...]) -> type[s.Command]:
    """The command's class with each group's field of the very class that checks the chosen option."""
    fields: dict[str, Any] = {group: (part, ...) for group, part in parts}
    return create_model(root.__name__, __base__=root, __doc__=root.__doc__, **fields)


def _sound_part(model: type[s.Command], plain: dict[str, Any], problems: list[Problem]) -> s.Command:
    """The config for the rules alone: faulty keys at their defaults, parts that need them null."""
    for problem in problems:
        if problem.cause != "not given":
            plain = _without(plain, problem.key.split("."))
    try:
        return model.model_validate(plain)
    except ValidationError as error:
        lost = {str(e["loc"][0]) for e in error.errors()}
    holes: dict[str, Any] = dict.fromkeys(lost & set(model.model_fields), (Any, None))
    rest = {key: value for key, value in plain.items() if key not in lost}
    return create_model(model.__name__, __base__=model, **holes).model_validate(rest)


def _without(node: Any, keys: Sequence[str]) -> Any:
    if not isinstance(node, Mapping) or keys[0] not in node:
        return node
    if len(keys) == 1 or not isinstance(node[keys[0]], Mapping):
        return {k: v for k, v in node.items() if k != keys[0]}
    below = _without(node[keys[0]], keys[1:])
    rest = {k: v for k, v in node.items() if k != keys[0]}
    return rest if below == {} else {**rest, keys[0]: below}


def _missing(node: Any, prefix: str = "") -> Iterator[str]:
    """Keys that YAML leaves to the user with `???`."""
    if node == "???":
        yield prefix
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _missing(value, f"{prefix}.{key}".lstrip("."))
