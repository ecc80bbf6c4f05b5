"""Which run a config is: its name, its config as it is kept, its data's fingerprint; so its id and folder.

Commands open their runs by it, and `wfllm reproduce` asks by it which runs there are. Nothing heavy is
imported: the question is answered in a second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from rich.console import Console

from wfllm.commands import prepare
from wfllm.commands.checkpoint import Checkpoint, open_checkpoint
from wfllm.commands.judging import with_labels
from wfllm.config import schema as s
from wfllm.config.compose import Composed, compose, differences, validate
from wfllm.errors import WfllmError
from wfllm.evaluation.predictions import spread
from wfllm.evaluation.teval.questions import Question, fingerprint, load_questions
from wfllm.tracking.identity import run_id
from wfllm.tracking.run_folder import RunFolder, find_run, find_twin, open_run

FIXED = ("model", "prompts", "target", "thoughts")
"""Groups that a checkpoint brings with it."""


@dataclass(frozen=True)
class Identified:
    """What determines a run, and where it is."""

    command: str
    name: str
    """Of the folder that holds all runs of this kind: the preset, the checkpoint or the model."""
    plain: dict[str, Any]
    """The config as the run keeps it."""
    data: str
    """Fingerprint of the records or questions."""
    output: Path
    """Folder that holds all runs."""

    @property
    def id(self) -> str:
        """As in the run's folder name."""
        return run_id(self.command, self.plain, self.data)

    def open(self, overrides: list[str]) -> RunFolder:
        """The run's folder, made and locked as `open_run` does."""
        return open_run(self.command, self.name, self.plain, overrides, self.data, self.output)

    def found(self) -> RunFolder | None:
        """The run's folder where it has one already."""
        return find_run(self.output, self.command, self.name, self.id)

    def twin(self) -> RunFolder | None:
        """A finished run that is the same under another preset's name."""
        return find_twin(self.output, self.command, self.id)


def training(composed: Composed, data: str) -> Identified:
    """The run of a `wfllm train`, given the fingerprint of its records (`prepare.read`)."""
    config = cast(s.TrainCommand, composed.config)
    plain = prepare.from_anywhere(composed.plain)
    return Identified("train", composed.experiment, plain, data, Path(config.output))


def building(composed: Composed, data: str) -> Identified:
    """The build of a `wfllm build`, given the fingerprint of its source's records.

    Whoever has made it need not ask its stages one by one. An annotator counts as the run it is, wherever
    that lies.
    """
    config = cast(s.BuildCommand, composed.config)
    plain = prepare.from_anywhere(composed.plain)
    if isinstance(config.annotator, s.CheckpointAnnotator):
        path = Path(config.annotator.path).expanduser()
        run = RunFolder(path.parent if path.name == "model" else path)
        if (run.path / "run.json").is_file():
            plain["annotator"] = {**plain["annotator"], "path": run.info["id"]}
    return Identified("build", composed.experiment, plain, data, Path(config.output))


@dataclass(frozen=True)
class OfCheckpoint:
    """The config of an evaluation once its checkpoint has had its say."""

    config: Any
    plain: dict[str, Any]
    checkpoint: Checkpoint | None


def settled_evaluation(composed: Composed) -> OfCheckpoint:
    """The config of a `wfllm evaluate` with the checkpoint's own model, prompts, target and data.

    Raises:
        WfllmError: no such checkpoint, or the command changes what a checkpoint brings with it.
    """
    config = cast(s.EvaluateCommand, composed.config)
    plain = composed.plain
    checkpoint = open_checkpoint(config.checkpoint) if config.checkpoint else None
    if checkpoint:
        plain = _with_checkpoint(plain, checkpoint, _given("evaluate", composed))
        config = cast(s.EvaluateCommand, validate("evaluate", plain))
        plain["checkpoint"] = checkpoint.run.info["id"]  # the same path may hold another run tomorrow
    if not isinstance(config.model, s.ApiModel):
        plain = {key: value for key, value in plain.items() if key != "llm"}  # nobody is asked
    return OfCheckpoint(config, plain, checkpoint)


def evaluation(settled: OfCheckpoint, data: str) -> Identified:
    """The run of a `wfllm evaluate`, given the fingerprint of its records.

    Raises:
        WfllmError: people's verdicts (`judge.labels`) cannot be read.
    """
    config: s.EvaluateCommand = settled.config
    name = settled.checkpoint.run.path.name if settled.checkpoint else _called(config)
    labelled = with_labels(data, config.judge)
    return Identified("evaluate", name, settled.plain, labelled, Path(config.output))


def settled_teval(composed: Composed) -> OfCheckpoint:
    """The config of a `wfllm teval` with the checkpoint's own model.

    Raises:
        WfllmError: no such checkpoint, or the command changes its model.
    """
    config = cast(s.TevalCommand, composed.config)
    plain = composed.plain
    checkpoint = open_checkpoint(config.checkpoint) if config.checkpoint else None
    if checkpoint:
        if any(key.split(".")[0] == "model" for key in _given("teval", composed)):
            raise WfllmError(
                "model cannot be changed for a checkpoint: it was trained with its own",
                where="wfllm teval",
                mend="Leave out model, or leave out checkpoint to score an untrained model.",
            )
        plain = {**plain, "model": checkpoint.run.config["model"]}
        config = cast(s.TevalCommand, validate("teval", plain))
        plain["checkpoint"] = checkpoint.run.info["id"]  # the same path may hold another run tomorrow
    return OfCheckpoint(config, plain, checkpoint)


def plans(settled: OfCheckpoint, questions: list[Question]) -> Identified:
    """The run of a `wfllm teval`, given its questions (`asked_questions`)."""
    config: s.TevalCommand = settled.config
    path = Path(config.questions).expanduser()
    plain = {**settled.plain, "questions": str(path.resolve()) if path.exists() else config.questions}
    name = settled.checkpoint.run.path.name if settled.checkpoint else config.model.name
    return Identified("teval", name, plain, fingerprint(questions), Path(config.output))


def asked_questions(config: s.TevalCommand, console: Console) -> list[Question]:
    """T-Eval's questions, `limit` of them evenly spaced; tells what was left out."""
    found = load_questions(config.questions, config.form)
    for fault in found.faults[:5]:
        console.print(f"left out: {fault.line()}", style="yellow", highlight=False, markup=False)
    if len(found.faults) > 5:
        console.print(f"left out: {len(found.faults) - 5} more", style="yellow", highlight=False)
    return spread(found.items, config.limit)


def _called(config: s.EvaluateCommand) -> str:
    """What the run is called after: the model, and how many examples it was shown."""
    name = config.model.name
    if isinstance(config.model, s.ApiModel):
        asked = str(getattr(config.llm, "model", None) or getattr(config.llm, "path", name))
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(asked).name) or name
    return f"{name}-{config.shots}-shot" if config.shots else name


def _with_checkpoint(plain: dict[str, Any], checkpoint: Checkpoint, given: set[str]) -> dict[str, Any]:
    """The config with the checkpoint's own model, prompts, target, and its data unless told otherwise."""
    fixed = sorted({key.split(".")[0] for key in given} & set(FIXED))
    if fixed:
        raise WfllmError(
            f"{', '.join(fixed)} cannot be changed for a checkpoint: it was trained with its own",
            where="wfllm evaluate",
            mend=f"Leave out {fixed[0]}, or leave out checkpoint to score an untrained model.",
        )
    own = checkpoint.run.config
    taken = {group: own[group] for group in FIXED}
    if "data" not in given:  # data.max_records=5 alone changes the checkpoint's data, not the starter's
        changed = {key.split(".", 1)[1] for key in given if key.startswith("data.")}
        taken["data"] = {**own["data"], **{key: plain["data"][key] for key in changed}}
    return {**plain, **taken}


def _given(command: str, composed: Composed) -> set[str]:
    """Keys that the command line gives, and groups that a preset chooses or sets keys of."""
    given = {o.lstrip("+~").split("=")[0] for o in composed.overrides}
    if not composed.choices.get("experiment"):
        return given
    without = compose(command, [o for o in composed.overrides if not o.startswith("experiment=")]).plain
    return given | {key.split(".")[0] for key, _, _ in differences(without, composed.plain)}
