"""`wfllm sweep-config`: a search as the file that `wandb sweep` takes, checked before W&B ever sees it.

The same keys and spaces as `sweep=optuna`; W&B draws the values, and `wandb agent` starts `wfllm train` with
them (https://docs.wandb.ai/models/sweeps/define-sweep-configuration).
"""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from hydra.errors import HydraException
from rich.console import Console

from wfllm.config.origins import COMMAND_LINE
from wfllm.config.overrides import parse
from wfllm.config.problems import ConfigError, Problem
from wfllm.config.schema import WandbLogger
from wfllm.errors import WfllmError
from wfllm.files import write_text
from wfllm.search.check import read_search
from wfllm.search.space import Search, Space
from wfllm.search.study import TRIALS, direction, name_of
from wfllm.search.values import Param

COMMAND = "sweep-config"
FILE = "wandb.yaml"
METHODS = {"tpe": "bayes", "random": "random", "grid": "grid"}
MOST = 1000
"""Values of one key that are written out one by one."""


def write_sweep(overrides: Sequence[str], flags: Sequence[str] = ()) -> int:
    """Write `<output>/sweeps/<study>/wandb.yaml` and say how W&B is started with it; 0.

    Raises:
        ConfigError: with every fault of the space and the config.
        WfllmError: the file cannot be written.
    """
    given = [text.lstrip("+").partition("=")[0] for text in overrides]
    search = read_search(overrides if "sweep" in given else ["sweep=optuna", *overrides])
    if "--cfg=job" in flags:
        print(yaml.safe_dump(search.base.plain, sort_keys=False, allow_unicode=True), end="")
        return 0
    typed = " ".join(["wfllm", COMMAND, *(shlex.quote(text) for text in overrides)])
    text = f"# {' '.join(typed.split())}\n" + yaml.safe_dump(
        sweep_config(search), sort_keys=False, allow_unicode=True, width=200
    )
    if search.config.dry_run:
        print(text, end="")
        return 0
    path = Path(search.config.output).expanduser() / "sweeps" / name_of(search) / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    except OSError as fault:
        raise WfllmError(f"cannot be written ({fault.strerror or fault})", where=path) from None
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(f"{path}: {', '.join(param.key for param in search.space.params)}")
    console.print(f"Next: wandb sweep {shlex.quote(str(path))}, then the `wandb agent …` that it prints, in")
    console.print("  this folder, once on every machine or GPU that is to work at it.")
    return 0


def sweep_config(search: Search) -> dict[str, Any]:
    """The search in W&B's words.

    Raises:
        ConfigError: a key that only some of the searched options have, which W&B cannot say; a logger that
            does not go to W&B.
    """
    _require_every_key_everywhere(search.space)
    sweep, logger = search.sweep, search.config.logger
    config: dict[str, Any] = {"name": name_of(search), "program": "wfllm"}
    if isinstance(logger, WandbLogger):
        config["project"] = logger.project
        config |= {"entity": logger.entity} if logger.entity else {}
    config["method"] = METHODS[sweep.sampler]
    config["metric"] = {"name": sweep.metric, "goal": direction(search)}
    if sweep.sampler != "grid" or sweep.trials:
        config["run_cap"] = sweep.trials or TRIALS
    if sweep.pruner == "hyperband":
        config["early_terminate"] = {"type": "hyperband", "min_iter": max(1, sweep.grace)}
    grid = sweep.sampler == "grid"
    config["parameters"] = {param.key: _parameter(param, grid=grid) for param in search.space.params}
    config["command"] = ["${env}", "wfllm", "train", *_kept(search), "${args_no_hyphens}"]
    return config


def _kept(search: Search) -> list[str]:
    """What every trial has, and that it is one run, told to W&B as it goes."""
    ours = ("sweep", "logger.mode")
    kept = [text for text in search.fixed if not _key(text).startswith(ours)]
    logger = [] if isinstance(search.config.logger, WandbLogger) else ["logger=wandb"]
    if logger:
        kept = [text for text in kept if _key(text).split(".")[0] != "logger"]
    return [*kept, "sweep=none", *logger, "logger.mode=online"]


def _key(text: str) -> str:
    return text.lstrip("+~").partition("=")[0]


def _parameter(param: Param, *, grid: bool) -> dict[str, Any]:
    span = param.interval
    if span is None:
        return {"values": [_value(param, label) for label, _ in param.choices]}
    points = param.grid() if grid or span.step is not None else None
    if points is not None and len(points) <= MOST:  # W&B counts its steps from 0, not from the low end
        return {"values": points}
    number = int if param.whole else float
    ends = {"min": number(span.low), "max": number(span.high)}
    if param.whole and span.log:
        return {"distribution": "q_log_uniform_values", "q": 1, **ends}
    name = "log_uniform_values" if span.log else "int_uniform" if param.whole else "uniform"
    return {"distribution": name, **ends}


def _value(param: Param, label: Any) -> Any:
    """A value that Hydra reads again as it is once Python has printed it: a number, or text as typed."""
    text = param.text(label).partition("=")[2]
    if isinstance(label, (int, float)) and not isinstance(label, bool):
        return label
    try:
        as_typed = parse(f"x={text}").value() == label and isinstance(label, str) and text == label
    except HydraException:
        as_typed = False
    return label if as_typed else text


def _require_every_key_everywhere(space: Space) -> None:
    """W&B draws every key for every run, so each must be one of every option."""
    columns = [param.ends() for param in space.groups]
    faults: dict[str, Mapping[str, Any]] = {}
    for values in itertools.product(*columns):
        options = {param.key: value for param, value in zip(space.groups, values, strict=True)}
        there = {param.key for param in space.active(options)}
        faults |= {param.key: options for param in space.keys if param.key not in there}
    if faults:
        mend = "Leave it or those options out, write a file for each option, or search with sweep=optuna."
        raise ConfigError(
            [
                Problem(
                    key, COMMAND_LINE, f"W&B draws it for every option, and {_said(options)} has none", mend
                )
                for key, options in sorted(faults.items())
            ]
        )


def _said(options: Mapping[str, Any]) -> str:
    return " ".join(f"{group}={option}" for group, option in options.items())
