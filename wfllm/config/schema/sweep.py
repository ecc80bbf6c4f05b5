"""Searching for the best values of keys."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wfllm.config.schema.base import Count, Float, Int, Positive, Schema, Seed

Number = Int | Float
Plain = bool | Number | str | None
Choice = Plain | list[Plain]


class Interval(Schema):
    """Every number between two."""

    low: Number
    """Smallest value."""
    high: Number
    """Largest value."""
    log: bool = False
    """Draw evenly by order of magnitude."""
    step: Annotated[Number, Field(gt=0)] | None = None
    """Distance between neighbouring values; null knows no steps."""


class Sweep(Schema):
    """One run, or a search by `sweep=optuna`."""

    name: Literal["none", "optuna"]
    """`none` trains once, whatever the other keys say: the best run of a preset's search is trained so."""
    study: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")] | None = None
    """Name of the study and of its folder in `<output>/sweeps/`; null makes one out of the preset and of
    what is searched, so that the same command finds its own study again."""
    storage: str | None = None
    """SQLite file that the workers share, also those of other machines; null is `study.db` in the study's
    folder. A name in `.journal` makes it a log that is only appended to, for network file systems."""
    space: dict[str, Interval | list[Choice] | str] = {}
    """Key → what is searched: `[4, 8, 16]`, `{low: 1e-5, high: 1e-3, log: true}`, or text as it is written
    on the command line, where `optim.lr=interval(1e-5,1e-3)` and `strategy=lora,full` search as well."""
    sampler: Literal["tpe", "random", "grid"] = "tpe"
    """`tpe` learns from the trials so far, `random` does not, `grid` takes every combination once."""
    seed: Seed = 0
    """Seed of the sampler; trial number n draws the same whichever worker asks."""
    trials: Positive | None = None
    """Trials of the whole study, those of earlier starts included; null is 20, and of a grid all."""
    metric: str = "val/loss"
    """What is judged: `val/loss`, `train/loss`, another `val/…` that the run logs, or a score such as
    `after-id/codebleu`."""
    direction: Literal["minimize", "maximize"] | None = None
    """null minimises a loss and maximises anything else."""
    pruner: Literal["median", "hyperband", "none"] = "median"
    """Which runs are stopped at a validation: those worse than the median at the same one, those out of the
    running by Hyperband, or none. Judged by `val/loss`."""
    startup: Count = 5
    """Trials drawn at random, and run to their end, before `tpe` learns and `median` stops any."""
    grace: Count = 1
    """Validations of a run before it may be stopped."""
    timeout: Annotated[Float, Field(gt=0)] | None = None
    """Seconds after which this command starts no further trial."""
    n_jobs: Positive = 1
    """Workers of this command. They share the CPU cores, unless `trainer.threads` says how many each has,
    and each takes a GPU of its own in turn."""
    retry_failed: bool = False
    """Try once more what failed in earlier starts: after a full disk, not after a loss of NaN."""
