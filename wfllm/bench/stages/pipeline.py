"""The stages of a build, in order (paper, sections 3.1 to 3.3)."""

from __future__ import annotations

from wfllm.bench.stages.collect import collect
from wfllm.bench.stages.filter import filtering
from wfllm.bench.stages.split import splitting
from wfllm.bench.stages.stage import Stage
from wfllm.bench.stages.thoughts import thinking
from wfllm.bench.stages.transcribe import transcribing
from wfllm.config import schema as s


def pipeline(config: s.BuildCommand) -> list[Stage]:
    """Every stage this config asks for.

    Raises:
        WfllmError: the data source is not there.
    """
    return [
        collect(config.data),
        transcribing(),
        filtering(config.filter),
        thinking(config.thoughts),
        splitting(config.splits),
    ]
