"""What the commands compose that make data, train, ask and score."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from wfllm.config.schema.base import Count, Dtype, HubId, Positive, Seed
from wfllm.config.schema.build import Annotator, Confirm, Describe, Expand, Filter, Splits
from wfllm.config.schema.command import Command, KnowsApis
from wfllm.config.schema.data import Data
from wfllm.config.schema.evaluation import Decoding, Evaluation, Metrics
from wfllm.config.schema.judge import Judge
from wfllm.config.schema.llm import Llm
from wfllm.config.schema.logger import Logger, NoLogger
from wfllm.config.schema.model import Model
from wfllm.config.schema.prompts import BuildPrompts, Prompts, Target
from wfllm.config.schema.strategy import Strategy
from wfllm.config.schema.sweep import Sweep
from wfllm.config.schema.thoughts import CatalogueThoughts, Thoughts
from wfllm.config.schema.training import Optim, Trainer


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
    dry_run: bool = False
    """Print the stages, what is there of each and which ask a model, and stop."""
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

    plain_text: ClassVar[tuple[str, ...]] = ("query",)
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

    plain_text: ClassVar[tuple[str, ...]] = ("query",)
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

    plain_text: ClassVar[tuple[str, ...]] = ("prompt", "system")
    llm: Llm
    prompt: str | None = None
    """What to ask; null asks nothing."""
    system: str = ""
    """What the model is told before it."""
    transcript: str | None = None
    """File to write everything to that `llm.cache` remembers, for `llm=replay`."""
