"""What every command composes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wfllm.config.schema.base import Count, Dtype, HubId, Positive, Schema, Seed
from wfllm.config.schema.build import Annotator, Confirm, Describe, Expand, Filter, Splits
from wfllm.config.schema.data import Data
from wfllm.config.schema.evaluation import Decoding, Evaluation, Metrics
from wfllm.config.schema.judge import Judge
from wfllm.config.schema.llm import Llm
from wfllm.config.schema.logger import Logger, NoLogger
from wfllm.config.schema.model import Model
from wfllm.config.schema.prompts import BuildPrompts, Prompts, Target
from wfllm.config.schema.strategy import Strategy
from wfllm.config.schema.sweep import Sweep
from wfllm.config.schema.table import Scale, Table
from wfllm.config.schema.thoughts import CatalogueThoughts, Thoughts
from wfllm.config.schema.training import Optim, Trainer


class Command(Schema):
    """What every command takes."""

    show: Literal["none", "diff"] = "none"
    """`diff` prints what differs from the defaults and stops."""


class KnowsApis(Command):
    """What every command takes that asks which APIs exist."""

    catalogue: str | None = None
    """Table of further APIs, as `wfllm catalogue` writes it or by hand; it comes before the shipped one."""


class CatalogueCommand(Command):
    """Definitions of APIs into one table."""

    input: str | list[str]
    """Files, folders and globs: Apple's `WFActions.plist`, apps' `.actionsdata` and `.intentdefinition`,
    published documents (`.jsonl`, `.json`), tables (`.yaml`), and shortcuts, whose use of an API tells
    something about it."""
    output: str
    """YAML file to write; other commands take it as `catalogue`."""
    bundle: str | None = None
    """Bundle id of the app that `.actionsdata` and `.intentdefinition` files belong to; null takes it from
    the app or folder they lie in."""


class TranscribeCommand(KnowsApis):
    """Shortcuts to Python."""

    input: str
    """File, folder or glob of shortcut files."""
    output: str
    """Folder for `<name>.py`, `<name>.sidecar.json` and `report.json`."""
    n_jobs: Positive = 1
    """Processes."""
    longest_text: Count = 0
    """Characters of a text in the code; longer ones are kept beside it and referred to. 0: none are."""


class CompileCommand(KnowsApis):
    """Python to shortcuts."""

    input: str
    """A `.py` file in the workflow dialect, or a folder of them; a sidecar beside each is used."""
    output: str
    """Folder for `<name>.shortcut`."""
    n_jobs: Positive = 1
    """Processes."""


class CheckCommand(KnowsApis):
    """Is this a legal workflow?"""

    input: str
    """A `.py` file in the workflow dialect, a folder of them, or a glob."""


class ShowCommand(KnowsApis):
    """A workflow as a flow chart beside its code."""

    input: str
    """Shortcut file, `.py` file in the workflow dialect, a folder of either, or a glob."""
    output: str = "outputs/show"
    """Folder for `<name>.html`; of several workflows `index.html` lists all."""
    format: Literal["html", "svg", "mermaid"] = "html"
    """`html` is chart and code on one page, `svg` the chart alone, `mermaid` text that GitHub draws."""
    open: bool = False
    """Open what was written in the browser."""


class BuildCommand(KnowsApis):
    """Make a dataset of records, stage by stage."""

    data: Data
    thoughts: Thoughts
    prompts: BuildPrompts
    llm: Llm
    filter: Filter = Filter()
    splits: Splits = Splits()
    expand: Expand = Expand()
    annotator: Annotator
    confirm: Confirm = Confirm()
    describe: Describe = Describe()
    logger: Logger = NoLogger(name="none")
    output: str
    """Folder of the build: a folder for each stage, and the finished dataset."""
    stages: list[str] | None = None
    """Run these stages alone; null runs all that are not there yet."""
    skip: list[str] = []
    """Stages that pass everything through unchanged."""
    shard: str = "1/1"
    """Which part of the work this machine does: `3/16` is the third of sixteen."""
    merge: list[str] = []
    """Output folders of the other shards, brought together here before anything runs."""
    n_jobs: Positive = 1
    """Processes."""
    formats: list[Literal["parquet", "workflowbench"]] = ["parquet", "workflowbench"]
    """What the dataset is written as beside JSON lines: Parquet for `datasets.load_dataset`, the published
    release's JSON."""


class TrainCommand(KnowsApis):
    """Fine-tune, validate, save, and score before and after."""

    data: Data
    thoughts: CatalogueThoughts
    prompts: Prompts
    target: Target
    model: Model
    strategy: Strategy
    optim: Optim
    trainer: Trainer
    decoding: Decoding
    metrics: Metrics
    logger: Logger
    sweep: Sweep
    evaluation: Evaluation = Evaluation()
    preview: Count = 0
    """Show so many training samples with what of them is learned, and stop."""
    dry_run: bool = False
    """Print the plan and stop."""
    seed: Seed = 0
    """Seed of weights, order and dropout; 0 is a seed like any other."""
    output: str = "outputs"
    """Folder that holds all runs."""


class SweepConfigCommand(TrainCommand):
    """A search as the file that `wandb sweep` takes: `<output>/sweeps/<study>/wandb.yaml`."""


class EvaluateCommand(KnowsApis):
    """Generate and score."""

    checkpoint: str | None = None
    """Run folder of `wfllm train`, or the `model` folder in one; null scores the untrained `model`."""
    split: Literal["id", "ood", "dev"] = "id"
    """Held-out set: unseen instructions, unseen APIs, or validation."""
    limit: Positive | None = None
    """Requests, evenly spaced over the split; null takes all."""
    data: Data
    thoughts: CatalogueThoughts
    prompts: Prompts
    target: Target
    shard: str = "1/1"
    """Which batches this machine answers: `3/16` every sixteenth, from the third on. It scores nothing; the
    same command without `shard` takes the answers of all shards whose runs are in `output`."""
    shots: Count = 0
    """Worked examples before each request, drawn from the training records with `seed`; the paper's ICL has
    one."""
    model: Model
    llm: Llm | None = None
    """Who answers where `model=api`."""
    decoding: Decoding
    metrics: Metrics
    judge: Judge
    logger: Logger
    dry_run: bool = False
    """Print the plan and stop."""
    seed: Seed = 0
    """Seed of whatever is drawn at random."""
    output: str = "outputs"
    """Folder that holds all runs."""


class TevalCommand(Command):
    """T-Eval PLAN (arXiv 2312.14033): plans of calls of tools the model never saw, generated and scored."""

    questions: str
    """File, folder with `plan_json_v2.json` and `plan_str_v2.json`, or `lovesnowbest/T-Eval`, which fetches
    them from the hub."""
    form: Literal["json", "str"] = "json"
    """How the plans are to be written: as a JSON list of calls, or as lines of text."""
    checkpoint: str | None = None
    """Run folder of `wfllm train`, or the `model` folder in one; null scores the untrained `model`."""
    encoder: str = "all-mpnet-base-v2"
    """Sentence-transformers model that compares steps, by hub id or folder; T-Eval's own is the default. It
    comes from the hub where it is not on this machine. Scores of different encoders do not compare."""
    limit: Positive | None = None
    """Questions, evenly spaced over the file; null takes all."""
    model: Model
    decoding: Decoding
    logger: Logger
    dry_run: bool = False
    """Print the plan and stop."""
    seed: Seed = 0
    """Seed of whatever is drawn at random."""
    output: str = "outputs"
    """Folder that holds all runs."""


class GenerateCommand(KnowsApis):
    """One request, one workflow."""

    query: str
    """What the workflow should do, in plain words."""
    checkpoint: str
    """Run folder of `wfllm train`, or the `model` folder in one."""
    apis: list[str] | None = None
    """Identifiers of the APIs it may use; null picks those whose documentation fits the request best."""
    max_apis: Positive = 5
    """How many are picked."""
    decoding: Decoding
    output: str | None = None
    """File to write the workflow to; null only prints it."""


class ExportCommand(KnowsApis):
    """A trained model as a folder to share."""

    checkpoint: str
    """Run folder of `wfllm train`, or the `model` folder in one."""
    output: str
    """Folder for the model and its card; one that is there must be an earlier export."""
    format: Literal["merged", "adapter"] = "merged"
    """`merged` is whole weights, which need nothing else; `adapter` is what was trained, of use with its base
    model alone."""
    dtype: Dtype | None = None
    """Of `merged`: type the weights are rounded to; null keeps that of training."""
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$")] | None = None
    """What card and server call the model; null takes the name of the output folder."""
    base: HubId | None = None
    """Hub id of the base model, where it was trained from a folder and others find it on the hub."""
    license: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")] | None = None
    """Licence of what is exported, as the hub spells it (`apache-2.0`); null takes that of the base model
    where it is known, else `unknown`."""
    datasets: list[HubId] = []
    """Hub ids of the training data, for the card."""
    scores: list[str] = []
    """Run folders of `wfllm evaluate` with this checkpoint whose scores go on the card, beside those that the
    training made itself."""
    query: str = "Every morning, tell me the weather and my first event."
    """The card's example."""


class AskCommand(Command):
    """One prompt to the model of a config: does the connection work, and what does an answer cost?"""

    llm: Llm
    prompt: str | None = None
    """What to ask; null asks nothing."""
    system: str = ""
    """What the model is told before it."""
    transcript: str | None = None
    """File to write everything to that `llm.cache` remembers, for `llm=replay`."""


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
