"""From the command line to a search, or every fault of it: each value is checked before the first trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hydra.errors import HydraException

from wfllm.config.compose import Composed, compose, validate
from wfllm.config.files import read_files, read_root
from wfllm.config.groups import command_groups
from wfllm.config.origins import COMMAND_LINE, Origins
from wfllm.config.overrides import parse, read_overrides
from wfllm.config.problems import ConfigError, Problem, suggestion
from wfllm.config.registry import ROOTS
from wfllm.evaluation.metrics import headings
from wfllm.search.space import COMMAND, Search, Space, takes_whole_numbers, with_value
from wfllm.search.values import Param, from_config, from_override, of_whole_numbers

SEARCH = "optuna"


def searches(command: str, overrides: Sequence[str]) -> bool:
    """Whether this command line asks for a search: `sweep=optuna`, its own or its preset's."""
    if "sweep" not in ROOTS[command].model_fields:
        return False
    defaults, _ = read_root(command)
    line = read_overrides(overrides, list(defaults))
    chosen = read_files({**defaults, **line.chosen}, set(line.chosen)).chosen
    return (line.chosen.get("sweep") or chosen.get("sweep") or defaults.get("sweep")) == SEARCH


def read_search(overrides: Sequence[str]) -> Search:
    """The search that these overrides of `wfllm train` describe.

    Raises:
        ConfigError: with every fault of the space and of the config at its values.
    """
    fixed, swept = _separate(overrides)
    given = {_key(text) for text in fixed}
    problems: list[Problem] = []
    params: dict[str, Param] = {}
    composed = _try_compose(fixed)
    for key, entry in (composed.config.sweep.space if composed else _space_of(fixed)).items():
        if key not in given:  # a value on the command line holds
            _add(params, problems, key, lambda key=key, entry=entry: from_config(key, entry))
    for text in swept:
        _add(params, problems, _key(text), lambda text=text: from_override(text))
    found = [of_whole_numbers(p) if takes_whole_numbers(p.key) else p for p in params.values()]
    problems += [problem for p in found for problem in _interval_faults(p)]
    groups = command_groups(COMMAND)
    space = Space(tuple(p for p in found if p.key in groups), tuple(p for p in found if p.key not in groups))
    if not found and not problems:
        compose(COMMAND, fixed)  # raises what hides the space
        mend = "Write for example 'optim.lr=tag(log,interval(1e-5,1e-3))' or strategy=lora,full."
        problems.append(Problem("sweep.space", COMMAND_LINE, "nothing is searched", mend))
    if problems:
        raise ConfigError(sorted(problems, key=lambda p: p.key))
    base = _check_values(fixed, space)
    search = Search(fixed, space, base)
    problems = list(_sweep_faults(search))
    if problems:
        raise ConfigError(problems)
    return search


def _separate(overrides: Sequence[str]) -> tuple[list[str], list[str]]:
    """What every trial has, and what is searched. Keys of `sweep` itself are never searched."""
    fixed: list[str] = []
    swept: list[str] = []
    for text in overrides:
        try:
            many = parse(text).is_sweep_override() and not _key(text).startswith(("sweep", "hydra"))
        except HydraException:
            many = False  # told when it is composed
        (swept if many else fixed).append(text)
    return fixed, swept


def _key(text: str) -> str:
    return text.lstrip("+~").partition("=")[0]


def _try_compose(fixed: Sequence[str]) -> Any:
    """The config without what is searched, where it is one by itself."""
    try:
        return compose(COMMAND, fixed)
    except ConfigError:
        return None


def _space_of(fixed: Sequence[str]) -> dict[str, Any]:
    """`sweep.space` of a config that is only whole with the searched values."""
    defaults, _ = read_root(COMMAND)
    line = read_overrides(fixed, list(defaults))
    keep = [f"{g}={o}" for g, o in line.chosen.items() if g in ("experiment", "sweep")]
    keep += [text.lstrip("+") for text in line.forced if _key(text).startswith("sweep.")]
    composed = _try_compose(keep)
    return dict(composed.config.sweep.space) if composed else {}


def _add(params: dict[str, Param], problems: list[Problem], key: str, read: Any) -> None:
    try:
        params[key] = read()
    except HydraException as error:
        cause = " ".join(str(error).split("\n")[0].split())[:200]
        problems.append(Problem(key, "sweep.space", cause, "Write [a, b] or {low: 0, high: 1}."))


def _interval_faults(param: Param) -> list[Problem]:
    """What optuna would refuse, or bend in silence."""
    span = param.interval
    if span is None:
        return [] if param.choices else [Problem(param.key, COMMAND_LINE, "has no value to choose from")]
    causes = []
    if not span.low < span.high:
        causes.append(f"its low end {span.low} is not below its high end {span.high}")
    if span.log and span.low <= 0:
        causes.append("a logarithmic interval starts above 0")
    if span.log and span.step is not None:
        causes.append("a logarithmic interval has no steps")
    if param.whole and any(n is not None and n != int(n) for n in (span.low, span.high, span.step)):
        causes.append("takes whole numbers alone")
    return [Problem(param.key, COMMAND_LINE, cause) for cause in causes]


def _check_values(fixed: Sequence[str], space: Space) -> Composed:
    """Check every value at least once; the config of the first point."""
    composed: dict[tuple[Any, ...], Composed] = {}
    problems: dict[Problem, None] = {}
    first: Composed | None = None
    for values in space.corners():
        options = tuple(values[p.key] for p in space.groups)
        texts = [*fixed, *space.texts(values)]
        if options not in composed:  # Hydra composes each combination of options once
            try:
                composed[options] = compose(COMMAND, texts)
            except ConfigError as error:
                problems |= dict.fromkeys(error.problems)
                continue
            first = first or composed[options]
            continue
        base = composed[options]
        plain = base.plain
        for p in space.keys:
            if p.key in values:
                value = parse(p.text(values[p.key])).value()
                plain = with_value(plain, p.key, value)
        try:
            validate(COMMAND, plain, Origins(COMMAND, texts, base.choices))
        except ConfigError as error:
            problems |= dict.fromkeys(error.problems)
    if problems or first is None:
        raise ConfigError(sorted(problems, key=lambda p: (p.key, p.origin)))
    return first


def _sweep_faults(search: Search) -> list[Problem]:
    """Keys of `sweep` that do not fit the space or the evaluation."""
    sweep, evaluation = search.sweep, search.config.evaluation
    problems = []
    if sweep.sampler == "grid" and search.space.grid() is None:
        endless = [p.key for p in search.space.keys if p.grid() is None]
        mend = f"Name the values of {endless[0]}, or give its interval a step."
        problems.append(Problem("sweep.sampler", COMMAND_LINE, "a grid needs single values", mend))
    trainer = search.config.trainer
    if trainer.devices * trainer.nodes > 1:
        mend = "Use trainer.devices=1, and sweep.n_jobs=N for a worker on each GPU."
        cause = "a search trains each trial on one device"
        problems.append(Problem("trainer.devices", COMMAND_LINE, cause, mend))
    where, _, metric = sweep.metric.rpartition("/")
    when, _, split = where.partition("-")
    if where not in ("val", "train"):
        known = [f"after-{name}/{m}" for name in evaluation.splits for m in headings()]
        if when != "after" or split not in evaluation.splits or metric not in headings():
            mend = suggestion(sweep.metric, ["val/loss", "train/loss", *known], everything="It is one of")
            problems.append(Problem("sweep.metric", COMMAND_LINE, f"no metric {sweep.metric!r}", mend))
        elif not evaluation.after:
            mend = "Add evaluation.after=true."
            problems.append(Problem("sweep.metric", COMMAND_LINE, "nothing is scored after training", mend))
    return problems
