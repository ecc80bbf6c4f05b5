"""Who answers the held-out requests of an evaluation: a model on this machine, or one behind an API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from wfllm.bench.record import Record
from wfllm.commands.prepare import Work
from wfllm.commands.shards import read_shard
from wfllm.config import schema as s
from wfllm.evaluation.asking import ask
from wfllm.evaluation.predictions import Prediction, predict
from wfllm.evaluation.worked import conversation, drawn
from wfllm.llm.open import open_model
from wfllm.models.load import computes_bfloat16

Load = Callable[[], Any]
"""Loads a model; called only where something is left to generate."""
Answering = Callable[[str, Sequence[Record], Path], list[Prediction]]
"""Title, records and file of predictions → all of these, in order; what the file has is not asked again."""


def answering(
    load: Load | None, tokenizer: Any, work: Work, config: s.TrainCommand | s.EvaluateCommand
) -> Answering:
    """Who answers, as the config says.

    Args:
        load: of the model on this machine, which is loaded once, if at all; None asks `config.llm`.
    """
    shots = config.shots if isinstance(config, s.EvaluateCommand) else 0
    shard = read_shard(config.shard) if isinstance(config, s.EvaluateCommand) else (1, 1)
    worked = drawn(work.splits["train"], shots, config.seed)
    if load is None:
        assert isinstance(config, s.EvaluateCommand)
        return _asked(config, work, worked, shard)
    accelerator = config.trainer.accelerator if isinstance(config, s.TrainCommand) else "auto"
    loaded: list[Any] = []

    def model() -> Any:
        if not loaded:
            loaded.append(for_generation(load(), config.decoding, accelerator))
        return loaded[0]

    def answer(title: str, records: Sequence[Record], path: Path) -> list[Prediction]:
        wording = (config.prompts, config.target, config.decoding)
        return predict(title, model, tokenizer, records, work.catalogue, *wording, path, worked, shard)

    return answer


def _asked(
    config: s.EvaluateCommand, work: Work, worked: Sequence[Record], shard: tuple[int, int]
) -> Answering:
    def answer(title: str, records: Sequence[Record], path: Path) -> list[Prediction]:
        assert config.llm is not None
        shown = (worked, work.catalogue, config.prompts, config.target)
        turns = [conversation(record, *shown) for record in records]
        with open_model(config.llm) as model:
            return ask(title, model, turns, records, work.catalogue, config.decoding, path, shard)

    return answer


def for_generation(model: Any, decoding: s.Decoding, accelerator: str = "auto", requests: int = 2) -> Any:
    """The model where and in the arithmetic it generates fastest, as `decoding.dtype` allows."""
    device = "cuda" if accelerator != "cpu" and torch.cuda.is_available() else "cpu"
    # A CPU that answers one request reads weights rather than multiplies them: float32 is faster there.
    fast = computes_bfloat16(accelerator) and (device == "cuda" or requests > 1)
    low = decoding.dtype == "bfloat16" or (decoding.dtype == "auto" and fast)
    return model.to(device=device, dtype=torch.bfloat16 if low else torch.float32)
