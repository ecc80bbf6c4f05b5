"""Which runs are meant: conditions on config keys and results, such as `strategy.r>=16 and val/loss<0.7`.

Read, never evaluated: `<key> <sign> <value>`, several joined by `and`. Keys are those of the config, results
as `sweep.metric` names them (`after-id/codebleu`, `val/loss`, `minutes`), and `status`, `command`,
`experiment`.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from wfllm.errors import WfllmError, suggestion

WHERE = "where"
LONGEST = 2_000
"""Characters of all conditions together."""
_CONDITION = re.compile(r"\s*([\w.\-/+]+)\s*(==|>=|<=|!=|=|<|>)(.*)", re.DOTALL)
_AND = re.compile(r"\s+and\s+")
_ORDER: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_CONSTANTS = {None: "null", True: "true", False: "false"}


@dataclass(frozen=True)
class Condition:
    """One condition on one key."""

    key: str
    sign: str
    """`=`, `!=`, `<`, `<=`, `>` or `>=`."""
    value: str
    """As it was written, without quotes."""

    def holds(self, values: Mapping[str, object]) -> bool:
        """Whether a run's values fulfil it. A run without the key fulfils none, `!=` neither."""
        if self.key not in values:
            return False
        found = values[self.key]
        if self.sign not in _ORDER:
            return _is(found, self.value) == (self.sign == "=")
        bound = _number(self.value)
        counts = isinstance(found, (int, float)) and not isinstance(found, bool)
        return counts and bound is not None and _ORDER[self.sign](float(str(found)), bound)


def read_conditions(text: str) -> list[Condition]:
    """The conditions of a text.

    Raises:
        WfllmError: it is not of the form.
    """
    if len(text) > LONGEST:
        raise WfllmError(f"has {len(text):,} characters", where=WHERE, mend=f"At most {LONGEST:,} are read.")
    return [_read(part) for part in _AND.split(text.strip())]


def _read(text: str) -> Condition:
    match = _CONDITION.fullmatch(text)
    value = match[3].strip() if match else ""
    if match is None or not value or value[0] in "=<>!":
        mend = "Write conditions as strategy.r>=16 and optim.lr<1e-3; the signs are = != < <= > >=."
        raise WfllmError(f"{text[:80]!r} is no condition", where=WHERE, mend=mend)
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    sign = "=" if match[2] == "==" else match[2]
    if sign in _ORDER and _number(value) is None:
        raise WfllmError(f"{value[:60]!r} is no number to compare with", where=f"{WHERE}: {text[:80]}")
    return Condition(match[1], sign, value)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else value


def _is(found: object, wanted: str) -> bool:
    """Whether a value is what was written; a list is each of its items."""
    if isinstance(found, list):
        return any(_is(item, wanted) for item in found)
    if found is None or isinstance(found, bool):
        return wanted == _CONSTANTS[found]
    if isinstance(found, (int, float)):
        return _number(wanted) == found
    return str(found) == wanted


def check_keys(conditions: Iterable[Condition], known: Iterable[str]) -> None:
    """That every key is one that any run has.

    Raises:
        WfllmError: none has it; the nearest is named.
    """
    names = list(dict.fromkeys(known))
    for condition in conditions:
        if condition.key not in names:
            mend = suggestion(condition.key, names) or "A file csv=… has all keys that the runs have."
            raise WfllmError(f"no run has the key {condition.key[:80]!r}", where=WHERE, mend=mend)
