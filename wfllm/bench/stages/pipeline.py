"""The stages of a build, in order (paper, sections 3.1 to 3.3)."""

from __future__ import annotations

from pathlib import Path

from wfllm.bench.stages.annotate import Annotator, annotating
from wfllm.bench.stages.asking import build_llm
from wfllm.bench.stages.collect import collect
from wfllm.bench.stages.confirm import confirming
from wfllm.bench.stages.distinct import distinguishing
from wfllm.bench.stages.draw import drawing
from wfllm.bench.stages.expand import expanding
from wfllm.bench.stages.expand_catalogue import telling
from wfllm.bench.stages.filter import filtering
from wfllm.bench.stages.split import splitting
from wfllm.bench.stages.stage import Stage
from wfllm.bench.stages.thoughts import thinking
from wfllm.bench.stages.transcribe import transcribing
from wfllm.config import schema as s
from wfllm.llm.limits import Spent

SOURCES = ("split", "distinct")
"""Stages whose items make the dataset, where a build has them: the seed part, then the synthetic part."""


def pipeline(
    config: s.BuildCommand, annotator: Annotator | None = None, spent: Spent | None = None
) -> list[Stage]:
    """Every stage this config asks for.

    Args:
        config: the command's.
        annotator: who writes workflows for new requests; without one the build ends with these.
        spent: counts what this run spends of the budget of `llm`, all stages together.

    Raises:
        WfllmError: the data source is not there.
    """
    collecting, roots = collect(config.data)
    llm, spent = build_llm(config.llm, Path(config.output).expanduser()), spent or Spent()
    stages: list[Stage] = [
        collecting,
        transcribing(roots),
        filtering(config.filter, config.data),
        thinking(config.thoughts, config.prompts, llm, spent),
        splitting(config.splits),
    ]
    if config.expand.count:
        asking = config.expand.by == "llm"
        requests = expanding(config.expand, config.prompts, llm, spent) if asking else telling(config.expand)
        stages += [drawing(config.expand), requests]
        if annotator is not None:
            stages += [
                annotating(annotator),
                confirming(config.confirm, config.prompts, llm, spent),
                distinguishing(config.confirm, config.expand),
            ]
    return stages
