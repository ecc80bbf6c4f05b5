"""One searched key: which values it may have, and how each is written on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hydra.core.override_parser.types import IntervalSweep, Override, Quote, QuotedString, RangeSweep
from hydra.errors import HydraException

from wfllm.config.overrides import parse, single_values
from wfllm.config.schema import Interval

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import Trial

Label = str | int | float | bool | None
"""A value as optuna keeps it: plain, so a list stands there as its text."""


@dataclass(frozen=True)
class Param:
    """A key and its values: single ones (label, text), or every number of an interval.

    `whole` says that the numbers of the interval are whole ones.
    """

    key: str
    choices: tuple[tuple[Label, str], ...] = ()
    interval: Interval | None = None
    whole: bool = False

    def distribution(self) -> BaseDistribution:
        """As optuna describes it."""
        from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

        span = self.interval
        if span is None:
            return CategoricalDistribution([label for label, _ in self.choices])
        if self.whole:
            low, high = int(span.low), int(span.high)
            return IntDistribution(low, high, log=span.log, step=int(span.step or 1))
        return FloatDistribution(float(span.low), float(span.high), log=span.log, step=span.step)

    def draw(self, trial: Trial) -> Any:
        """The trial's value: the one it has already, or a new one by the study's sampler."""
        span = self.interval
        if span is None:
            return trial.suggest_categorical(self.key, [label for label, _ in self.choices])
        if self.whole:
            low, high = int(span.low), int(span.high)
            return trial.suggest_int(self.key, low, high, log=span.log, step=int(span.step or 1))
        return trial.suggest_float(
            self.key, float(span.low), float(span.high), log=span.log, step=span.step and float(span.step)
        )

    def text(self, value: Any) -> str:
        """The override that gives the key this value: `optim.lr=0.0001`."""
        texts = [text for label, text in self.choices if label == value and type(label) is type(value)]
        return f"{self.key}={texts[0] if texts else written(value)}"

    def ends(self) -> list[Any]:
        """Every single value; of an interval both ends."""
        if self.interval is None:
            return [label for label, _ in self.choices]
        number = int if self.whole else float
        return [number(self.interval.low), number(self.interval.high)]

    def grid(self) -> list[Any] | None:
        """Every value there is, or None where an interval has no steps."""
        span = self.interval
        if span is None:
            return self.ends()
        if span.log or (span.step is None and not self.whole):
            return None
        step = Decimal(str(span.step or 1))
        count = int((Decimal(str(span.high)) - Decimal(str(span.low))) / step) + 1
        values = [Decimal(str(span.low)) + step * n for n in range(count)]
        return [int(v) if self.whole else float(v) for v in values]

    def plain(self) -> Any:
        """What determines the search, for the study's identity."""
        if self.interval is None:
            return [text for _, text in self.choices]
        return {**self.interval.model_dump(), "whole": self.whole}


def from_override(text: str) -> Param:
    """The searched key of an override in Hydra's sweep syntax.

    `key=a,b`, `key=range(1,9,2)`, `key=interval(0,1)`, `key=tag(log,interval(1e-5,1e-3))`,
    `key=int(interval(4,64))`. A single value is a choice of one.

    Raises:
        HydraException: it is none.
    """
    override = parse(text)
    key, value = override.get_key_element().lstrip("+"), override.value()
    if isinstance(value, IntervalSweep):
        if value.start is None or value.end is None:
            raise HydraException("an interval has two ends")
        whole = "int" in value.tags or (isinstance(value.start, int) and isinstance(value.end, int))
        return Param(key, (), Interval(low=value.start, high=value.end, log="log" in value.tags), whole)
    if isinstance(value, RangeSweep):
        return _from_range(key, override, value)
    return Param(key, tuple(_labelled(single.partition("=")[2]) for single in single_values(text)))


def from_config(key: str, space: Interval | Sequence[Any] | str) -> Param:
    """The searched key of an entry of `sweep.space`. Raises HydraException where its text is none."""
    if isinstance(space, Interval):
        return Param(key, (), space)
    if isinstance(space, str):
        return from_override(f"{key}={space}")
    return Param(key, tuple(_labelled(written(value)) for value in space))


def of_whole_numbers(param: Param) -> Param:
    """The same for a key that takes whole numbers alone."""
    return replace(param, whole=True) if param.interval is not None else param


def written(value: Any) -> str:
    """A value in Hydra's grammar, quoted where it must be."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (list, tuple)):
        return f"[{','.join(written(item) for item in value)}]"
    if not isinstance(value, str):
        return repr(value)
    try:
        plain = bool(value) and parse(f"x={value}").value() == value
    except HydraException:
        plain = False
    return value if plain and "${" not in value else QuotedString(value, Quote.double).with_quotes()


def _labelled(text: str) -> tuple[Label, str]:
    """A value as optuna keeps it and as it is typed."""
    value = parse(f"x={text}").value()
    return (value if value is None or isinstance(value, (str, int, float)) else text), text


def _from_range(key: str, override: Override, value: RangeSweep) -> Param:
    """`range` leaves its end out; an interval with steps has its last value in it."""
    texts = list(override.sweep_string_iterator())
    numbers = [n for text in texts if isinstance(n := parse(f"x={text}").value(), (int, float))]
    if not numbers:
        raise HydraException("this range is empty")
    whole = all(isinstance(number, int) for number in numbers)
    low, high = min(numbers), max(numbers)
    step = abs(value.step) if len(numbers) > 1 else None
    if not whole and step:  # the last of many added steps is a little off
        high = float(Decimal(str(low)) + Decimal(str(step)) * (len(numbers) - 1))
    return Param(key, (), Interval(low=low, high=high, step=step), whole)
