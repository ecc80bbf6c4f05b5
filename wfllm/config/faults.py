"""Pydantic's errors in people's words: key, origin, what is allowed, the nearest valid name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from wfllm.config.groups import option_files
from wfllm.config.origins import Origins
from wfllm.config.problems import Problem, nearest, short, suggestion
from wfllm.config.registry import SCHEMAS, owners

WHOLE, NUMBER, SWITCH, TEXT = "a whole number", "a number", "true or false", "text"
EXPECTED = {
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_from_float": WHOLE,
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "finite_number": "a finite number",
    "bool_type": SWITCH,
    "bool_parsing": SWITCH,
    "string_type": TEXT,
    "list_type": "a list: [a, b]",
    "tuple_type": "a list: [a, b]",
}


def schema_faults(
    errors: Iterable[ErrorDetails], plain: dict[str, Any], keys: Sequence[str], origins: Origins
) -> list[Problem]:
    """One Problem for each fault; the alternatives of a union that all failed become one.

    Args:
        errors: of pydantic.
        plain: the config that was checked.
        keys: every valid dotted key.
        origins: where keys were written.
    """
    causes: dict[tuple[str | int, ...], list[ErrorDetails]] = {}
    for error in errors:
        causes.setdefault(_path(error["loc"], plain, error["type"]), []).append(error)
    deepest = [p for p in causes if not any(p != q and q[: len(p)] == p for q in causes)]
    problems: list[Problem] = []
    for path in deepest:
        kinds = {error["type"] for error in causes[path]}
        key = ".".join(map(str, path))
        if kinds == {"extra_forbidden"}:
            problems += [
                unknown_key(leaf, keys, plain, origins) for leaf in _leaves(causes[path][0]["input"], key)
            ]
        elif kinds == {"missing"}:
            problems.append(missing(key, origins))
        else:
            problems.append(_wrong_value(key, causes[path], origins))
    return list(dict.fromkeys(problems))


def missing(key: str, origins: Origins) -> Problem:
    """A value that only the user can give."""
    return Problem(key, origins.of(key), "not given", f"Add {key}=… to the command.")


def unknown_key(key: str, keys: Sequence[str], plain: dict[str, Any], origins: Origins) -> Problem:
    """A key that the composed config has no place for: another option's, mistyped, or nothing like it."""
    group, _, rest = key.partition(".")
    elsewhere = owners(group, rest) if group in SCHEMAS else []
    if elsewhere:
        mend = f"It belongs to {' or '.join(f'{group}={option}' for option in elsewhere)}."
        return Problem(key, origins.of(key), f"unknown key of {group}={_name(plain, group)}", mend)
    mend = suggestion(key, keys)
    if not mend:
        inside = [k for k in keys if k.startswith(f"{group}.")]
        heads = list(dict.fromkeys(k.split(".")[0] for k in keys))
        mend = f"Keys: {', '.join(inside or heads)}."
    return Problem(key, origins.of(key), "unknown key", mend)


def nearest_keys(problems: Iterable[Problem], keys: Sequence[str]) -> set[str]:
    """Keys whose values cannot be trusted while these problems stand: their own and those likely meant."""
    named = {p.key for p in problems}
    return named | {close for key in named if (close := nearest(key, keys))}


def no_part(group: str, node: object, origins: Origins) -> Problem:
    """A group whose `name` no class checks, or that is not a group of keys at all."""
    known = list(option_files(group))
    if not isinstance(node, dict):
        cause, key = f"should be keys and values, not {short(node)}", group
    else:
        cause, key = f"no part {short(node.get('name'))}", f"{group}.name"
    return Problem(key, origins.of(key), cause, suggestion(str(node), known, everything="It is one of"))


def _wrong_value(key: str, errors: list[ErrorDetails], origins: Origins) -> Problem:
    first = errors[0]
    expected = " or ".join(dict.fromkeys(EXPECTED.get(e["type"], "") for e in errors))
    cause, mend = f"should be {expected}", ""
    if first["type"] == "literal_error":
        allowed = re.findall(r"'([^']+)'", str(first["ctx"]["expected"]))
        cause, mend = f"should be {first['ctx']['expected']}", suggestion(str(first["input"]), allowed)
    elif first["type"] in ("model_type", "model_attributes_type", "dict_type"):
        cause = "should be keys and values"
    elif not expected:
        cause = re.sub(r"^(Input|Value error,|Tuple|List) ", "", first["msg"])
    elif TEXT in expected and isinstance(first["input"], bool | int | float):
        mend = f"To give it as text: '{key}=\"{first['input']}\"'."
    return Problem(key, origins.of(key), f"{cause}, not {short(first['input'])}", mend)


def _path(loc: tuple[str | int, ...], plain: dict[str, Any], kind: str) -> tuple[str | int, ...]:
    """An error's place in the config itself: pydantic also names the alternatives of a union."""
    node: Any = plain
    path: list[str | int] = []
    for part in loc:
        inside = (isinstance(node, dict) and part in node) or (
            isinstance(node, list | tuple) and isinstance(part, int) and part < len(node)
        )
        if inside:
            path.append(part)
            node = node[part]
        elif kind == "missing" and isinstance(node, dict):
            path.append(part)
    return tuple(path)


def _leaves(value: object, key: str) -> Iterator[str]:
    """The dotted keys that were really written below an unknown one."""
    if isinstance(value, dict) and value:
        for inner, below in value.items():
            yield from _leaves(below, f"{key}.{inner}")
    else:
        yield key


def _name(plain: dict[str, Any], group: str) -> object:
    node = plain.get(group)
    return node.get("name") if isinstance(node, dict) else node
