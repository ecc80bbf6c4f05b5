"""The command line's overrides: read one by one, faulty ones told and left out, the rest ready to compose.

Hydra's struct flag lets `+key` and `++key` pass and stops at the first fault, so every value is composed
with `++` and the schema alone decides what is valid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Glob, Override
from hydra.errors import HydraException

from wfllm.config.groups import all_groups, option_files
from wfllm.config.origins import COMMAND_LINE
from wfllm.config.problems import Problem, nearest, short, suggestion


@dataclass
class CommandLine:
    """Values ready to compose, options by group, and what was left out because of a fault."""

    forced: list[str] = field(default_factory=list)
    chosen: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)
    """Groups whose option is not known: keys of theirs cannot be judged."""


def parse(text: str) -> Override:
    """One override. Raises HydraException for whatever is not one."""
    try:
        return OverridesParser.create().parse_override(text)
    except RecursionError as error:
        raise HydraException("is nested too deeply") from error
    except (ValueError, TypeError, AttributeError, AssertionError) as error:  # the parser's own slips
        raise HydraException(str(error)) from error


def as_written(text: str, plain_text: Sequence[str]) -> str:
    """An override whose value is plain words, quoted for Hydra unless it can be read as one text anyway.

    `query=Tell me the weather, then the news` is a sweep in Hydra's grammar and no text.
    """
    key, equals, value = text.partition("=")
    if not equals or key not in plain_text:
        return text
    try:
        override = parse(text)
        quoted = value[:1] in ("'", '"') and isinstance(override.value(), str)
        if not override.is_sweep_override() and (quoted or override.value() in (None, value)):
            return text
    except HydraException:
        pass
    # In quotes a backslash is itself, except before a quote and at the end.
    escaped = re.sub(r'(\\*)("|$)', lambda m: m[1] * 2 + ('\\"' if m[2] else ""), value)
    return f'{key}="{escaped}"'


def read_overrides(overrides: Sequence[str], groups: Sequence[str]) -> CommandLine:
    """Read the overrides of one config, without sweeps."""
    line = CommandLine()
    for text in overrides:
        try:
            override = parse(text)
        except HydraException as error:
            line.problems.append(_unreadable(text, error))
            continue
        problem = _form_fault(override, groups)
        if problem is None and override.key_or_group in groups:
            problem = _option_fault(override, line)
        if problem:
            line.problems.append(problem)
        elif override.key_or_group not in groups:
            line.forced.append(force(override, groups))
    return line


def force(override: Override, groups: Sequence[str]) -> str:
    """The override as it is composed: `++key=value` for values, plain for groups and Hydra's own."""
    bare = (override.input_line or "").lstrip("+")
    return bare if override.key_or_group in groups or is_hydra(override) else f"++{bare}"


def is_hydra(override: Override) -> bool:
    """Whether the override concerns Hydra itself, not the config."""
    return override.key_or_group == "hydra" or override.key_or_group.startswith(("hydra.", "hydra/"))


def sweep_points(overrides: Sequence[str]) -> Iterator[list[str]]:
    """Overrides without sweeps that together hold every single value of a sweep at least once."""
    split: list[list[str]] = []
    for text in overrides:
        try:
            split.append(single_values(text) or [text])
        except HydraException:
            split.append([text])  # told when it is composed
    first = [values[0] for values in split]
    yield first
    for i, values in enumerate(split):
        for value in values[1:]:
            yield [*first[:i], value, *first[i + 1 :]]


def single_values(text: str) -> list[str]:
    """The single overrides of a sweep; just the text where it is none, or has no end."""
    override = parse(text)
    if not override.is_sweep_override():
        return [text]
    key, value = override.get_key_element(), override.value()
    if isinstance(value, Glob):
        return [f"{key}={option}" for option in value.filter([o for o in option_files(key) if "/" not in o])]
    if not override.is_discrete_sweep():
        return [text]
    return [f"{key}={single}" for single in override.sweep_string_iterator()]


def _unreadable(text: str, error: HydraException) -> Problem:
    shown = short(text)[1:-1].strip() or "''"
    if "=" not in text:
        return Problem(shown, COMMAND_LINE, "not of the form key=value", "Write key=value or group=option.")
    cause = " ".join(str(error).split("\n")[0].split())[:200].rstrip(".")
    return Problem(shown, COMMAND_LINE, cause, "Quote values with spaces, commas, braces: 'key=\"a, b\"'.")


def _form_fault(override: Override, groups: Sequence[str]) -> Problem | None:
    """What this command line never takes, whatever the value."""
    key = override.key_or_group
    if not key:
        return Problem(override.input_line or "''", COMMAND_LINE, "no key", "Write key=value.")
    if override.is_delete():
        mend = f"Choose another: {key}=OPTION." if key in groups else f"Give the value you want: {key}=VALUE."
        return Problem(f"~{key}", COMMAND_LINE, "nothing is deleted from a config", mend)
    if override.package is not None:
        mend = f"Write {key}=OPTION."
        return Problem(f"{key}@{override.package}", COMMAND_LINE, "a group has one place", mend)
    if is_hydra(override):
        mend = "With -m: hydra/launcher=NAME and hydra.launcher.KEY=VALUE."
        return Problem(key, COMMAND_LINE, "Hydra's own settings change nothing in a single run", mend)
    if override.is_sweep_override():
        mend = f"Add -m to run each of them, or quote it as one text: '{key}=\"a,b\"'."
        if not isinstance(override.value(), Glob) and not override.is_discrete_sweep():
            mend = "Name the values: a,b,c or range(start,stop,step)."
        return Problem(key, COMMAND_LINE, "several values where one is needed", mend)
    if key not in groups and ("/" in key or key in all_groups()):
        return Problem(
            key,
            COMMAND_LINE,
            "no such group of this command",
            suggestion(key, groups, everything="Groups" if groups else ""),
        )
    group, _, rest = key.partition(".")
    if rest == "name" and group in groups:
        return Problem(key, COMMAND_LINE, "an option is chosen, not renamed", f"Write {group}=OPTION.")
    return None


def _option_fault(override: Override, line: CommandLine) -> Problem | None:
    """Whether the option exists. Where not, the nearest stands in, so that the rest can be checked."""
    group, value = override.key_or_group, override.value()
    known = option_files(group)
    option = value if isinstance(value, str) else (override.input_line or "").partition("=")[2]
    if option in known:
        line.chosen[group] = option
        return None
    stand_in = nearest(option, known)
    if stand_in:
        line.chosen[group] = stand_in
    else:
        line.doubtful.add(group)
    mend = suggestion(option, known, everything="It is one of")
    if value is None and group == "experiment":
        mend = f"Leave {group}= out to use none. {mend}"
    return Problem(group, COMMAND_LINE, f"no option {short(option)}", mend)
