"""A table or figure of the paper as a list of runs: the config group `table` of `wfllm reproduce`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wfllm.config.schema.base import Schema, Seed, Split

Label = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")]
Scale = Literal["small", "paper"]


class TableRun(Schema):
    """One run of a table.

    In its overrides `{label}` stands for the folder of another of the table's runs, which comes first (of a
    build for the dataset in it), `{release}` and `{questions}` for what the keys of those names say.
    """

    label: Label
    """What the other runs and the results call it."""
    command: Literal["train", "evaluate", "teval", "build"] = "train"
    """Which command it is of."""
    experiment: str | None = None
    """Preset; `scale=small` takes `<preset>_small` of the same group."""
    overrides: list[str] = []
    """Further overrides, as on the command line."""
    small: list[str] = []
    """More of them with `scale=small`."""
    paper: list[str] = []
    """More of them with `scale=paper`."""
    only: Scale | None = None
    """The one scale it belongs to; null is both."""
    shown: bool = True
    """Whether it is in the table; others are there because a run needs them, and run with the first seed
    alone."""
    row: str | None = None
    """Name of its row, which several runs can share, each with splits of its own; null is its label."""
    splits: list[Split] | None = None
    """What it gives to its row; null is all splits of the table."""
    published: str | None = None
    """Its row in the paper's figures (`experiments/<table>/paper.csv`); null has none."""


class Table(Schema):
    """What is run, and what of it is shown."""

    name: Label
    """Its name, and that of its folder in `experiments/`."""
    title: str
    """What it says, in a line."""
    kind: Literal["scores", "complexity", "dataset"] = "scores"
    """What is shown: `scores` of every run, those of its first run by `complexity` of the reference, or the
    `dataset` that its first run builds."""
    metrics: list[str] = []
    """Columns: metrics of `scores` and `complexity`, tables of a `dataset`'s description."""
    splits: list[Split] = ["id"]
    """Held-out sets, each a table of its own."""
    reference: str | None = None
    """Row with which the others are compared, request by request; null compares none."""
    seeds: dict[Scale, list[Seed]] = {}
    """Seeds of each scale; [0] where none are given."""
    note: str = ""
    """What whoever reads the results must know."""
    runs: list[TableRun] = Field(min_length=1)
    """Every run, those that others need among them, in any order."""
