"""What the commands about finished runs compose."""

from __future__ import annotations

from typing import Literal

from wfllm.config.schema.base import Count, Positive, Seed
from wfllm.config.schema.command import Command, KnowsApis
from wfllm.config.schema.logger import Logger, NoLogger
from wfllm.config.schema.table import Scale, Table


class ReportCommand(KnowsApis):
    """A run's scores, plots and samples as one page."""

    run: str
    """Run folder of `wfllm evaluate`, or of a `wfllm train` that scored."""
    output: str | None = None
    """File for the page, its tables beside it as CSV; null writes `report.html` into the run's folder."""
    charts: Count = 1200
    """Samples whose flow charts are drawn, evenly spaced."""
    megabytes: Positive = 25
    """Room for the samples' code and charts; samples without room have their scores alone."""
    open: bool = False
    """Open the page in the browser."""


class CompareCommand(Command):
    """Runs side by side."""

    runs: str | list[str] = "outputs"
    """Folder that holds runs, at any depth, a glob of run folders, a project of W&B
    (`wandb:entity/project`), or several of these."""
    command: str | None = None
    """Only runs of this command: `train` or `evaluate`."""
    group: str | None = None
    """Only runs of this experiment, or of this `logger.group`."""
    tag: str | None = None
    """Only runs with this label among `logger.tags`."""
    study: str | None = None
    """Only trials of this study of `sweep=optuna`."""
    where: str | None = None
    """Only runs that fulfil conditions on config keys and results, joined by `and`:
    `"strategy.r>=16 and val/loss<0.7"`."""
    seeds: bool = False
    """Runs that differ in their seed alone become one row: mean ± sample deviation."""
    baseline: str | None = None
    """Run that each other is compared with on the same samples: its folder, its name or the end of it. Of two
    runs it is the older; null compares no more than two, of one command."""
    columns: list[str] | None = None
    """Results that are shown: `codebleu` of every set, or `after-id/codebleu`, `val/loss`, `minutes`; null
    shows the usual ones."""
    paper: str | None = None
    """Table of the paper whose rows stand beside: `table2`."""
    intervals: bool | None = None
    """Whether scores have their 95 % intervals; null gives them to at most 200 runs."""
    format: Literal["table", "markdown", "csv", "latex"] = "table"
    """What is printed."""
    markdown: str | None = None
    """File to write the tables to as Markdown."""
    csv: str | None = None
    """File to write one table to that has every config key and result."""
    latex: str | None = None
    """File to write the tables to as LaTeX, for the booktabs package."""
    html: str | None = None
    """File to write one page to: what differs, the tables, the pictures, links to the runs' reports."""
    plots: str | None = None
    """Folder for pictures, each as SVG and PNG: losses of all runs as `curves`, scores with their intervals
    as `scores`, scores by how hard the reference is as `complexity`."""
    logger: Logger = NoLogger(name="none")


class ReproduceCommand(Command):
    """The runs of a table of the paper: those that are not finished are run, and the table is written."""

    table: Table | None = None
    """Which one; null lists them. `wfllm reproduce table4` is short for `table=table4`."""
    scale: Scale = "small"
    """`small` is the starter corpus and SmolLM2 on a laptop, `paper` the paper's data and models."""
    release: str = "workflowbench"
    """Folder of the published WorkflowBench release, for `scale=paper`."""
    questions: str = "lovesnowbest/T-Eval"
    """T-Eval's questions, as `wfllm teval` takes them."""
    seeds: list[Seed] | None = None
    """Seeds of every run that is shown; null takes the table's."""
    also: list[str] = []
    """Overrides for every run whose command knows the key, each in quotes:
    `'also=["logger=none","trainer=gpu"]'`."""
    dry_run: bool = False
    """Print every run's plan and stop."""
    results: str | None = None
    """Folder for the results; null is `experiments/<table>/results/<scale>` where `experiments/<table>` is,
    else `<output>/reproduce/<table>/<scale>`."""
    output: str = "outputs"
    """Folder that holds all runs."""


class RepeatCommand(Command):
    """Train again from a run folder alone and compare the losses digit by digit."""

    run: str
    """Run folder of `wfllm train`."""
    output: str = "outputs/repeat"
    """Folder for the new run."""
