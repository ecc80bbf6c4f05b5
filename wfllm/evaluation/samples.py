"""A few requests answered at every validation: what the model can do by now, beside the loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback

from wfllm.bench.record import Record
from wfllm.config.schema import Decoding, Prompts, Target
from wfllm.data.encode import fitting_prompt
from wfllm.data.prompt import read_answer
from wfllm.evaluation.generate import context_of, generate
from wfllm.shortcuts.api import Api

Row = tuple[int, str, str, str]
"""Optimiser step, request, reference, generated code."""


class Samples(Callback):
    """Answers `records` at the end of each validation and hands the rows to `keep`."""

    def __init__(
        self,
        records: Sequence[Record],
        tokenizer: Any,
        catalogue: Mapping[str, Api],
        prompts: Prompts,
        target: Target,
        decoding: Decoding,
        keep: Callable[[list[Row]], None],
    ) -> None:
        self.records, self.tokenizer, self.decoding, self.keep = list(records), tokenizer, decoding, keep
        self.prompt = (tokenizer, catalogue, prompts, target)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if not self.records or not trainer.is_global_zero:
            return
        model: Any = pl_module.model
        training = model.training
        room = context_of(model) - self.decoding.max_new_tokens
        texts = [fitting_prompt(r.query, r.apis, *self.prompt, room) for r in self.records]
        with trainer.precision_plugin.forward_context():  # in the arithmetic of training
            answers = generate(model, self.tokenizer, texts, self.decoding)
        model.train(training)
        codes = [read_answer(a).code or "" for a in answers]
        rows = [
            (trainer.global_step, r.query, r.annotated_code, c)
            for r, c in zip(self.records, codes, strict=True)
        ]
        self.keep(rows)
