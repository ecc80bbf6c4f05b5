"""`trainer.loss_mean`: every token of a step alike, or the means of its forward passes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.training.conftest import make_samples, tiny_llama
from tests.training.fitting import fit, logged
from wfllm.config.schema import Lora, Optim
from wfllm.data.batches import collate
from wfllm.data.encode import PROMPT, Encoded
from wfllm.training.loss import summed_loss

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
STILL = Optim(name="adamw", lr=1e-12)
"""Too small a rate to change anything: every step sees the same weights."""


def samples() -> list[Encoded]:
    """Four samples with very unlike numbers of learned tokens."""
    found = sorted(make_samples(24), key=lambda s: s.supervised)
    return [found[0], found[1], found[-2], found[-1]]


def of_each(chosen: list[Encoded]) -> list[tuple[float, float, Tensor]]:
    """Summed loss, learned tokens and gradient of each sample by itself."""
    rows = []
    for sample in chosen:
        torch.manual_seed(0)
        model = tiny_llama()
        loss, weight = summed_loss(model, collate([sample], 0))
        loss.backward()
        gradient = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])
        rows.append((loss.item(), weight.item(), gradient))
    return rows


def first(folder: Path, chosen: list[Encoded], **trainer: object) -> tuple[float, float]:
    """Loss and gradient norm of the first step."""
    fit(folder, chosen, optim=STILL, log=True, epochs=1, batch_size=1, clip=0, **trainer)  # type: ignore[arg-type]
    return logged(folder, "train/loss")[0], logged(folder, "train/grad_norm")[0]


@pytest.mark.parametrize("lean", [True, False])
def test_a_step_is_the_mean_that_it_says(tmp_path: Path, lean: bool) -> None:
    chosen = samples()
    rows = of_each(chosen)
    whole = sum(weight for _, weight, _ in rows)
    tokens = sum(loss for loss, _, _ in rows) / whole
    by_token = sum((gradient for _, _, gradient in rows), torch.zeros(1)) / whole
    means = sum(loss / weight for loss, weight, _ in rows) / len(rows)
    by_pass = sum((gradient / weight for _, weight, gradient in rows), torch.zeros(1)) / len(rows)
    assert float((by_pass - by_token).norm()) > 0.05 * float(by_token.norm())  # the test tells them apart
    assert abs(float(by_pass.norm()) - float(by_token.norm())) > 0.01 * float(by_token.norm())
    step = first(tmp_path / "step", chosen, accumulate=4, lean=lean)
    assert step == pytest.approx((tokens, float(by_token.norm())), rel=1e-4)
    passes = first(tmp_path / "passes", chosen, accumulate=4, lean=lean, loss_mean="micro_batch")
    assert passes == pytest.approx((means, float(by_pass.norm())), rel=1e-4)


@pytest.mark.parametrize("kind", ["step", "micro_batch"])
def test_a_record_that_lost_its_answer_weighs_nothing(tmp_path: Path, kind: str) -> None:
    """`trainer.over_length=truncate` leaves such records; they take time and change nothing."""
    chosen = samples()
    empty = Encoded("empty", [5] * 30, [PROMPT] * 30)
    with_it = first(tmp_path / "with", [*chosen, empty], accumulate=5, loss_mean=kind)
    without = first(tmp_path / "without", chosen, accumulate=4, loss_mean=kind)
    assert with_it == pytest.approx(without, rel=1e-5)


def test_a_step_of_such_records_alone_leaves_the_weights(tmp_path: Path) -> None:
    empty = [Encoded(str(n), [5] * 30, [PROMPT] * 30) for n in range(2)]
    for batching in ("padded", "packed"):
        torch.manual_seed(0)
        how: Any = {"strategy": Lora(name="lora", r=4), "accumulate": 2, "batching": batching}
        weights = fit(tmp_path / batching, empty, dev=samples(), **how)
        assert torch.isfinite(weights).all()
