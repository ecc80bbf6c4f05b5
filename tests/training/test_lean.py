"""Lean layers compute what the plain ones do, forwards and backwards."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.training.conftest import make_samples, tiny_llama
from wfllm.config.schema import Dora, Full, Lora, Strategy
from wfllm.data.batches import collate
from wfllm.training.lean import half_of, lean
from wfllm.training.loss import summed_loss
from wfllm.training.strategies import apply_strategy

BATCH = collate(make_samples(4), pad_id=0)
pytestmark = pytest.mark.filterwarnings(
    "ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"
)


def two_models(strategy: Strategy, half: torch.dtype | None = None) -> tuple[Any, Any, int]:
    """A model whose adapters say something, its lean copy, and how many layers were changed."""
    plain = apply_strategy(tiny_llama(), strategy)
    with torch.no_grad():
        for name, weight in plain.named_parameters():
            if "lora_B" in name or "norm" in name:
                weight.normal_(mean=float("norm" in name), std=0.1)
    other = copy.deepcopy(plain)
    return plain, other, lean(other, half)


def gradients(model: Any) -> tuple[Tensor, dict[str, Tensor]]:
    loss, _ = summed_loss(model, BATCH)
    loss.backward()
    return loss.detach(), {n: p.grad for n, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("strategy", [Lora(name="lora", r=4), Full(name="full")], ids=["lora", "full"])
def test_loss_and_gradients_are_the_plain_ones(strategy: Strategy) -> None:
    plain, other, changed = two_models(strategy)
    assert changed == (7 * 2 if strategy.name == "lora" else 0) + 2 + 5  # linear layers, gates, norms
    (expected, wanted), (loss, found) = gradients(plain), gradients(other)
    torch.testing.assert_close(loss, expected, rtol=1e-5, atol=1e-4)
    assert wanted.keys() == found.keys()
    assert wanted
    for name, grad in wanted.items():
        torch.testing.assert_close(found[name], grad, rtol=1e-4, atol=1e-4, msg=name)


def test_under_autocast_they_differ_by_rounding_alone() -> None:
    """Nearer to each other than to float32, whose difference is that of 16 bits."""
    plain, other, _ = two_models(Lora(name="lora", r=4), torch.bfloat16)
    _, exact = gradients(copy.deepcopy(plain))
    with torch.autocast("cpu", torch.bfloat16):
        (expected, wanted), (loss, found) = gradients(plain), gradients(other)
    torch.testing.assert_close(loss, expected, rtol=5e-3, atol=0.0)
    vectors = [torch.cat([grads[n].flatten() for n in exact]) for grads in (exact, wanted, found)]
    plain_error, lean_error = ((v - vectors[0]).norm() / vectors[0].norm() for v in vectors[1:])
    assert 0 < lean_error < 1.5 * plain_error


def test_frozen_weights_rounded_once_give_the_same_products() -> None:
    layer, x = torch.nn.Linear(48, 32, bias=False).requires_grad_(False), torch.randn(5, 48)
    rounded = copy.deepcopy(layer)
    rounded.weight.data = rounded.weight.data.bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(layer(x), rounded(x))


def test_without_its_adapter_a_model_is_the_base_model() -> None:
    plain, other, _ = two_models(Lora(name="lora"))
    ids = BATCH["input_ids"]
    with plain.disable_adapter(), other.disable_adapter():
        torch.testing.assert_close(other(input_ids=ids).logits, plain(input_ids=ids).logits)


def test_with_rounded_weights_a_model_still_answers_outside_autocast() -> None:
    plain, other, _ = two_models(Lora(name="lora"), torch.bfloat16)
    ids = BATCH["input_ids"][:1, :8]
    torch.testing.assert_close(other(input_ids=ids).logits, plain(input_ids=ids).logits, rtol=0.1, atol=0.1)
    with other.disable_adapter():
        assert torch.isfinite(other(input_ids=ids).logits).all()


@pytest.mark.parametrize(
    "strategy", [Lora(name="lora", dropout=0.1), Dora(name="dora")], ids=["dropout", "dora"]
)
def test_other_adapters_are_left_as_they_are(strategy: Strategy) -> None:
    _, other, changed = two_models(strategy)
    assert changed == 2 + 5
    assert lean(other) == 0  # a second time changes nothing


def test_weights_are_rounded_only_where_products_are_and_nothing_else_is_made_of_them() -> None:
    assert half_of("bf16-mixed", "lora") == torch.bfloat16
    assert half_of("32-true", "lora") is None
    assert half_of("bf16-mixed", "pissa") is None  # what it saves is reckoned against the frozen weights
