"""The stages of a build, in order (paper, sections 3.1 to 3.3)."""

from __future__ import annotations

from pathlib import Path

from wfllm.bench.stages.asking import build_llm
from wfllm.bench.stages.collect import collect
from wfllm.bench.stages.draw import drawing
from wfllm.bench.stages.expand import expanding
from wfllm.bench.stages.filter import filtering
from wfllm.bench.stages.split import splitting
from wfllm.bench.stages.stage import Stage
from wfllm.bench.stages.thoughts import thinking
from wfllm.bench.stages.transcribe import transcribing
from wfllm.config import schema as s

SOURCES = ("split", "confirm")
"""Stages whose items make the dataset, where a build has them: the seed part, then the synthetic part."""


def pipeline(config: s.BuildCommand) -> list[Stage]:
    """Every stage this config asks for.

    Raises:
        WfllmError: the data source is not there.
    """
    collecting, roots = collect(config.data)
    llm = build_llm(config.llm, Path(config.output).expanduser())
    stages: list[Stage] = [
        collecting,
        transcribing(roots),
        filtering(config.filter, config.data),
        thinking(config.thoughts, config.prompts, llm),
        splitting(config.splits),
    ]
    if config.expand.count:
        stages += [drawing(config.expand), expanding(config.expand, config.prompts, llm)]
    return stages
