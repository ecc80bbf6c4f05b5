"""From command-line overrides to one typed, plain config, or every fault of it at once.

Hydra composes, pydantic checks. Hydra's own struct flag lets `+key` and `++key` pass and stops at the
first fault, so every value override is composed with `++` and the schema alone decides what is valid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import yaml
from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import ValidationError, create_model
from pydantic_core import ErrorDetails

from wfllm.config import schema as s
from wfllm.config.groups import command_groups, conf_dir, option_files, schema_of
from wfllm.config.problems import ConfigError, Problem, suggestion
from wfllm.config.rules import broken_rules

ROOTS: dict[str, type[s.Command]] = {
    "transcribe": s.TranscribeCommand,
    "check": s.CheckCommand,
    "build": s.BuildCommand,
    "train": s.TrainCommand,
    "evaluate": s.EvaluateCommand,
    "generate": s.GenerateCommand,
    "compare": s.CompareCommand,
    "repeat": s.RepeatCommand,
}
COMMAND_LINE = "command line"


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
    groups = command_groups(command)
    forced, problems = _normalise(overrides, groups)
    if problems:
        raise ConfigError(problems)
    try:
        GlobalHydra.instance().clear()
        with initialize_config_dir(str(conf_dir()), version_base="1.3"):
            cfg = hydra_compose(command, overrides=forced, return_hydra_config=True)
        choices = {g: cfg.hydra.runtime.choices.get(g) for g in groups}
    except (HydraException, OmegaConfBaseException, yaml.YAMLError) as error:
        raise ConfigError([_composition_fault(error)]) from error
    return check_composed(command, cfg, choices, overrides)


def check_composed(
    command: str, cfg: DictConfig, choices: dict[str, str | None], overrides: Sequence[str]
) -> Composed:
    """Turn what Hydra composed into a checked, plain config. Raises ConfigError with every fault."""
    try:
        OmegaConf.set_struct(cfg, False)
        cfg.pop("hydra", None)
        plain = OmegaConf.to_container(cfg, resolve=True, throw_on_missing=False)
    except OmegaConfBaseException as error:
        raise ConfigError([_composition_fault(error)]) from error
    assert isinstance(plain, dict)
    config = validate(
        command, {str(key): value for key, value in plain.items()}, _Origins(overrides, choices)
    )
    return Composed(config, config.model_dump(mode="json"), choices, list(overrides))


def validate(command: str, plain: dict[str, Any], origins: _Origins | None = None) -> s.Command:
    """Check a plain config against the schema, unknown keys forbidden, then the rules between keys."""
    origins = origins or _Origins([], {})
    root = ROOTS[command]
    parts: dict[str, Any] = {}
    problems: list[Problem] = []
    plain = dict(plain)
    for group in [g for g in command_groups(command) if g in root.model_fields]:
        node = plain.get(group)
        name = node.get("name") if isinstance(node, dict) else None
        part = schema_of(group, name)
        if part is None:
            known = list(option_files(group))
            mend = suggestion(str(name), known, everything="It is one of")
            problems.append(Problem(f"{group}.name", origins.of(f"{group}.name"), f"no part {name!r}", mend))
            plain.pop(group, None)
            continue
        parts[group] = (part, ...)
    model = create_model(root.__name__, __base__=root, __doc__=root.__doc__, **parts)
    config: s.Command | None = None
    problems += [
        Problem(key, origins.of(key), "not given", f"Add {key}=… to the command.") for key in _missing(plain)
    ]
    try:
        config = model.model_validate(plain)
    except ValidationError as error:
        keys = [*valid_keys(model), *command_groups(command)]
        found = [_fault(e, keys, origins) for e in error.errors() if e["loc"][:1] != ("name",)]
        told = {p.key for p in problems} | {p.key.split(".")[0] for p in problems}
        problems += [p for p in found if p.key not in told]
    if config is not None and not problems:
        problems = [Problem(key, origins.of(key), cause, mend) for key, cause, mend in broken_rules(config)]
    if problems or config is None:
        raise ConfigError(sorted(problems, key=lambda p: p.key))
    return config


def sweep_points(overrides: Sequence[str]) -> Iterator[list[str]]:
    """Overrides without sweeps that together hold every single value of a sweep at least once."""
    split: list[list[str]] = []
    for text in overrides:
        override = OverridesParser.create().parse_override(text)
        if override.is_sweep_override():
            split.append([f"{override.get_key_element()}={v}" for v in override.sweep_string_iterator()])
        else:
            split.append([text])
    first = [values[0] for values in split]
    yield first
    for i, values in enumerate(split):
        for value in values[1:]:
            yield [*first[:i], value, *first[i + 1 :]]


def force(override: Override, groups: Sequence[str]) -> str:
    """The override as it is composed: `++key=value` for values, plain for groups and deletions."""
    text = override.input_line or ""
    if override.is_delete():
        return text
    bare = text.lstrip("+")
    return bare if override.key_or_group in groups or _is_hydra(override) else f"++{bare}"


def valid_keys(model: type[s.Schema], prefix: str = "") -> Iterator[str]:
    """Every dotted key of a schema, inner ones too."""
    for name, info in model.model_fields.items():
        yield prefix + name
        for inner in (info.annotation, *get_args(info.annotation)):
            if isinstance(inner, type) and issubclass(inner, s.Schema):
                yield from valid_keys(inner, f"{prefix}{name}.")


def differences(left: Any, right: Any, prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Key, left value and right value wherever two plain configs differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in [*left, *(k for k in right if k not in left)]:
            yield from differences(left.get(key), right.get(key), f"{prefix}.{key}".lstrip("."))
    elif left != right:
        yield prefix, left, right


def _missing(node: Any, prefix: str = "") -> Iterator[str]:
    """Keys that YAML leaves to the user with `???`."""
    if node == "???":
        yield prefix
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _missing(value, f"{prefix}.{key}".lstrip("."))


def _is_hydra(override: Override) -> bool:
    return override.key_or_group == "hydra" or override.key_or_group.startswith(("hydra.", "hydra/"))


def _normalise(overrides: Sequence[str], groups: Sequence[str]) -> tuple[list[str], list[Problem]]:
    """Overrides ready to compose, and the faults seen without composing: syntax and unknown options."""
    parser = OverridesParser.create()
    forced: list[str] = []
    problems: list[Problem] = []
    for text in overrides:
        try:
            override = parser.parse_override(text)
        except HydraException as error:
            cause = "not of the form key=value" if "=" not in text else str(error).split("\n")[0].strip()
            problems.append(
                Problem(text, COMMAND_LINE, cause, "Quote values with spaces or commas: 'key=\"a b\"'.")
            )
            continue
        key = override.key_or_group
        if key in groups and not override.is_delete():
            problems += _option_faults(key, override.value(), COMMAND_LINE)
        forced.append(force(override, groups))
    if not problems:
        problems = [p for text in forced if text.startswith("experiment=") for p in _preset_faults(text)]
    return forced, problems


def _option_faults(group: str, value: Any, origin: str) -> list[Problem]:
    known = option_files(group)
    if value is None or str(value) in known:
        return []
    mend = suggestion(str(value), known, everything="It is one of")
    return [Problem(group, origin, f"no option {value!r}", mend)]


def _preset_faults(text: str) -> list[Problem]:
    """Unknown options in a preset's own defaults list, which Hydra would report one at a time."""
    path = option_files("experiment").get(text.removeprefix("experiment="))
    if path is None:
        return []
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        return [_composition_fault(error)]
    problems = []
    for entry in content.get("defaults", []) if isinstance(content, dict) else []:
        for key, value in entry.items() if isinstance(entry, dict) else []:
            group = key.removeprefix("override ").removeprefix("/")
            if (conf_dir() / group).is_dir():
                problems += _option_faults(group, value, _shown(path))
            else:
                groups = sorted(p.name for p in conf_dir().iterdir() if p.is_dir())
                mend = suggestion(group, groups, everything="Groups")
                problems.append(Problem(group, _shown(path), "no such config group", mend))
    return problems


def _composition_fault(error: Exception) -> Problem:
    """Whatever Hydra, OmegaConf or the YAML reader found, in one line with the file where it is known."""
    mark = getattr(error, "problem_mark", None)
    where = _shown(Path(mark.name)) + f":{mark.line + 1}" if mark else "composition"
    key = getattr(error, "full_key", None) or "config"
    text = getattr(error, "problem", None) or str(error).strip().split("\n")[0]
    return Problem(str(key), where, str(text).rstrip("."))


def _fault(error: ErrorDetails, keys: list[str], origins: _Origins) -> Problem:
    """One of pydantic's errors as a Problem."""
    names = [str(part) for part in error["loc"] if not (isinstance(part, str) and "[" in part)]
    key = ".".join(names)
    if error["type"] == "extra_forbidden":
        others = [k for k in keys if not key.startswith(f"{k}.")]
        return Problem(key, origins.of(key), "unknown key", suggestion(key, others))
    if error["type"] == "missing":
        return Problem(key, origins.of(key), "not given", f"Add {key}=… to the command.")
    cause = re.sub(r"^Input should be", "should be", error["msg"])
    mend = ""
    if error["type"] == "literal_error":
        allowed = re.findall(r"'([^']+)'", error["ctx"]["expected"])
        mend = suggestion(str(error["input"]), allowed)
    return Problem(key, origins.of(key), f"{cause}, not {_short(error['input'])}", mend)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _shown(path: Path) -> str:
    try:
        return f"conf/{path.resolve().relative_to(conf_dir().resolve()).as_posix()}"
    except ValueError:
        return path.name


class _Origins:
    """Where each key of a composed config was written: command line, preset (with line) or option file."""

    def __init__(self, overrides: Sequence[str], choices: dict[str, str | None]) -> None:
        self._given = {o.lstrip("+~").split("=", 1)[0] for o in overrides}
        self._files: list[tuple[str, Path]] = []
        for group, option in choices.items():
            path = option_files(group).get(str(option)) if option else None
            if path is not None:
                self._files.append(("" if group == "experiment" else group, path))
        self._files.reverse()  # the preset comes last in the defaults list and wins

    def of(self, key: str) -> str:
        parts = key.split(".")
        prefixes = {".".join(parts[:i]) for i in range(1, len(parts) + 1)}
        if prefixes & (self._given - {group for group, _ in self._files}):
            return COMMAND_LINE
        for group, path in self._files:
            inner = parts if not group else parts[1:] if parts[0] == group else None
            line = _line_of(path, inner) if inner else None
            if line is not None:
                return f"{_shown(path)}:{line}"
        return "default"


def _line_of(path: Path, keys: Sequence[str]) -> int | None:
    """Line (from 1) where a YAML file writes the nested key, or None."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    line = None
    for key in keys:
        if not isinstance(node, yaml.MappingNode):
            return line
        found = [(k, v) for k, v in node.value if k.value == key]
        if not found:
            return None
        line, node = found[0][0].start_mark.line + 1, found[0][1]
    return line


def default_config(command: str, composed: Composed) -> dict[str, Any]:
    """What `command` is without any override but the values that have no default."""
    required = [o for o in composed.overrides if "=" in o and o.lstrip("+").split("=")[0] in _REQUIRED]
    groups = [f"{g}={v}" for g, v in composed.choices.items() if g == "data" and v]
    try:
        return compose(command, [*groups, *required]).plain
    except ConfigError:
        return {}


_REQUIRED = {"input", "output", "query", "checkpoint", "run", "data.path", "model.path"}
