"""Twenty steps are the same twenty steps in TRL: same batches, same losses, same weights in the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch import Tensor

from tests.training.conftest import make_samples, tiny_llama
from wfllm.config.schema import Full, Lora, Optim, Trainer
from wfllm.data.encode import PROMPT
from wfllm.data.module import WorkflowData
from wfllm.tracking.metrics_file import read_metrics
from wfllm.tracking.metrics_log import MetricsLog
from wfllm.training.loop import build_trainer
from wfllm.training.module import WorkflowModule
from wfllm.training.strategies import apply_strategy

trl = pytest.importorskip("trl")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of trl's and its libraries'
]
STEPS, BATCH, ACCUMULATE = 20, 2, 3
# A large eps: without it AdamW turns rounding in a gradient near zero into a step as large as any other.
# No warm-up: TRL's begins with a step of rate zero, this project's with the first part of the rise.
OPTIM = Optim(name="adamw", lr=3e-2, eps=1e-3, schedule="linear", warmup=0.0, weight_decay=0.01)
SAMPLES = [
    replace(
        s, input_ids=[1 + i % 7 for i in s.input_ids]
    )  # of few words, so that there is something to learn
    for s in make_samples(STEPS * BATCH * ACCUMULATE)
]


@pytest.mark.parametrize(
    "strategy", [Full(name="full"), Lora(name="lora", r=4, alpha=4)], ids=["full", "lora"]
)
def test_twenty_steps_are_those_of_trl(tmp_path: Path, strategy: Full | Lora) -> None:
    """Linear schedule, clipping, decay, answers of mixed length; losses are means over tokens."""
    config = Trainer(
        name="default",
        accelerator="cpu",
        precision="32-true",
        epochs=1,
        batching="padded",
        batch_size=BATCH,
        accumulate=ACCUMULATE,
        clip=0.5,
        samples=0,
    )
    data = WorkflowData(SAMPLES, [], batch_size=BATCH, pad_id=0, seed=0)
    order = [i for batch in data.order(0) for i in batch]
    expected, weights = with_trl(tmp_path / "trl", strategy, order)
    model = model_for(strategy)
    module = WorkflowModule(model, OPTIM, config, steps=STEPS, accumulate=ACCUMULATE)
    log = MetricsLog(tmp_path / "metrics.jsonl")
    log.rewind(0)
    build_trainer(config, tmp_path, [log], []).fit(module, datamodule=data)
    losses = [r["train/loss"] for r in read_metrics(tmp_path / "metrics.jsonl") if "train/loss" in r]
    assert len(losses) == len(expected) == STEPS
    assert max(losses) - min(losses) > 0.05  # something is learned
    assert losses == pytest.approx(expected, abs=5e-6)
    trained = vector(model)
    start = vector(model_for(strategy))
    assert float((trained - start).norm()) > 0.1
    assert float((trained - weights).norm() / (trained - start).norm()) < 1e-5


def model_for(strategy: Full | Lora) -> Any:
    pl.seed_everything(0, verbose=False)
    return apply_strategy(tiny_llama(), strategy)


def vector(model: Any) -> Tensor:
    return torch.cat([p.detach().flatten() for p in model.parameters() if p.requires_grad])


def with_trl(folder: Path, strategy: Full | Lora, order: list[int]) -> tuple[list[float], Tensor]:
    """Losses of the steps and the trained weights, of the same model over samples in this order."""
    from datasets import Dataset  # type: ignore[import-untyped]
    from tokenizers import Tokenizer, models
    from torch.utils.data import SequentialSampler
    from transformers import PreTrainedTokenizerFast

    model = model_for(strategy)
    rows = [SAMPLES[i] for i in order]
    labels = [
        [-100 if role == PROMPT else i for i, role in zip(s.input_ids, s.roles, strict=True)] for s in rows
    ]
    words = {f"w{n}": n for n in range(97)}
    core = Tokenizer(models.WordLevel(words, unk_token="w0"))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, pad_token="w0", eos_token="w1")

    class Ordered(trl.SFTTrainer):  # type: ignore[misc, name-defined]
        def _get_train_sampler(self, *args: Any, **kwargs: Any) -> Any:
            return SequentialSampler(self.train_dataset)

    settings = trl.SFTConfig(
        output_dir=str(folder),
        per_device_train_batch_size=BATCH,
        gradient_accumulation_steps=ACCUMULATE,
        num_train_epochs=1,
        max_length=None,
        bf16=False,
        use_cpu=True,
        gradient_checkpointing=False,
        optim="adamw_torch",
        learning_rate=OPTIM.lr,
        adam_epsilon=OPTIM.eps,
        weight_decay=OPTIM.weight_decay,
        lr_scheduler_type="linear",
        max_grad_norm=0.5,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
    rows_given = {"input_ids": [s.input_ids for s in rows], "labels": labels}
    trainer = Ordered(
        model=model,
        args=settings,
        train_dataset=Dataset.from_dict(rows_given),
        processing_class=tokenizer,
    )
    trainer.train()
    losses = [float(entry["loss"]) for entry in trainer.state.log_history if "loss" in entry]
    return losses, vector(trainer.model)
