"""Requests answered at every validation: what the model can do by now, beside the loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback

from wfllm.bench.record import Record
from wfllm.config.schema import Decoding, Metrics, Prompts, Target
from wfllm.data.fitting import fitting_prompt
from wfllm.data.prompt import read_answer
from wfllm.evaluation.generation.choose import faults_of
from wfllm.evaluation.generation.generate import context_of, generate
from wfllm.evaluation.predictions import prediction
from wfllm.evaluation.score import mean, score
from wfllm.shortcuts.catalogue.load import Catalogue
from wfllm.training.sharded import Sharded

Row = tuple[int, str, str, str]
"""Optimiser step, request, reference, generated code."""


class _Answering(Callback):
    """What both callbacks need to answer `records` with the model in training."""

    def __init__(
        self,
        records: Sequence[Record],
        tokenizer: Any,
        catalogue: Catalogue,
        prompts: Prompts,
        target: Target,
        decoding: Decoding,
    ) -> None:
        self.records, self.tokenizer, self.decoding = list(records), tokenizer, decoding
        self.prompt = (tokenizer, catalogue, prompts, target)
        self.faults = faults_of([record.apis for record in self.records], catalogue)

    def answer(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> list[str]:
        """An answer to each record, in the arithmetic of training."""
        model: Any = pl_module.model
        training = model.training
        room = context_of(model) - self.decoding.max_new_tokens
        texts = [fitting_prompt(r.query, r.apis, *self.prompt, room) for r in self.records]
        with trainer.precision_plugin.forward_context():
            answers = generate(model, self.tokenizer, texts, self.decoding, faults=self.faults)
        model.train(training)
        return answers


class Samples(_Answering):
    """Answers `records` at the end of each validation and hands the rows to `keep`."""

    def __init__(self, *about: Any, keep: Callable[[list[Row]], None]) -> None:
        super().__init__(*about)
        self.keep = keep

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if not self.records:
            return
        if trainer.is_global_zero or isinstance(trainer.strategy, Sharded):  # where all must compute together
            self._answer(trainer, pl_module)
        trainer.strategy.barrier("samples")

    def _answer(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        codes = [read_answer(a).code or a for a in self.answer(trainer, pl_module)]
        rows = [
            (trainer.global_step, r.query, r.annotated_code, c)
            for r, c in zip(self.records, codes, strict=True)
        ]
        if trainer.is_global_zero:
            self.keep(rows)


class Judged(_Answering):
    """Answers `records` at each validation and logs their mean CodeBLEU as `val/codebleu`.

    Every rank answers all of them: where weights are cut over ranks, none can compute alone.
    """

    def __init__(self, *about: Any, catalogue: Catalogue, metrics: Metrics) -> None:
        super().__init__(*about)
        self.catalogue = catalogue
        self.metrics = metrics.model_copy(update={"families": ["codebleu"]})

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        predictions = [
            prediction(r, answer)
            for r, answer in zip(self.records, self.answer(trainer, pl_module), strict=True)
        ]
        scores = score(predictions, self.catalogue, self.metrics)
        pl_module.log("val/codebleu", mean(scores)["codebleu"])
