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
from wfllm.training.head import weighted_loss
from wfllm.training.kernels import Recipe
from wfllm.training.lean import half_of, lean
from wfllm.training.loss import summed_loss
from wfllm.training.speed import recompute_activations
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


def gradients(model: Any, lean_head: bool = False) -> tuple[Tensor, dict[str, Tensor]]:
    loss, _ = summed_loss(model, BATCH, lean=lean_head)
    (3 * loss).backward()
    return loss.detach(), {n: p.grad for n, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("strategy", [Lora(name="lora", r=4), Full(name="full")], ids=["lora", "full"])
def test_loss_and_gradients_are_the_plain_ones(strategy: Strategy) -> None:
    plain, other, changed = two_models(strategy)
    assert changed == 7 * 2 + 2 + 5  # linear layers, gates, norms
    (expected, wanted), (loss, found) = gradients(plain), gradients(other, lean_head=True)
    torch.testing.assert_close(loss, expected, rtol=1e-5, atol=1e-4)
    assert wanted.keys() == found.keys()
    assert wanted
    for name, grad in wanted.items():
        torch.testing.assert_close(found[name], grad, rtol=1e-4, atol=1e-4, msg=name)


@pytest.mark.parametrize("strategy", [Lora(name="lora", r=4), Full(name="full")], ids=["lora", "full"])
def test_activations_computed_again_change_nothing(strategy: Strategy) -> None:
    """What a layer has kept can then be asked for a single time."""
    _, other, _ = two_models(strategy)
    again = copy.deepcopy(other)
    recompute_activations(again.train())
    (expected, wanted), (loss, found) = gradients(other.train(), True), gradients(again, True)
    assert torch.equal(loss, expected)
    assert wanted.keys() == found.keys()
    assert all(torch.equal(found[name], grad) for name, grad in wanted.items())


def test_under_autocast_they_differ_by_rounding_alone() -> None:
    """Nearer to each other than to float32, whose difference is that of 16 bits."""
    plain, other, _ = two_models(Lora(name="lora", r=4), torch.bfloat16)
    _, exact = gradients(copy.deepcopy(plain))
    with torch.autocast("cpu", torch.bfloat16):
        (expected, wanted), (loss, found) = gradients(plain), gradients(other, lean_head=True)
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
    assert all("forward" not in layer.__dict__ for name, layer in other.named_modules() if "_proj" in name)
    assert lean(other) == 0  # a second time changes nothing


def test_weights_are_rounded_only_where_products_are_and_nothing_else_is_made_of_them() -> None:
    assert half_of("bf16-mixed", "lora") == torch.bfloat16
    assert half_of("32-true", "lora") is None
    assert half_of("bf16-mixed", "pissa") is None  # what it saves is reckoned against the frozen weights


class Kept:
    """Bytes that autograd holds on to, each storage once, without the model's own."""

    def __init__(self, model: Any) -> None:
        self._own = {p.untyped_storage().data_ptr() for p in model.parameters()}
        self._alive: dict[int, Tensor] = {}

    def keep(self, tensor: Tensor) -> Tensor:
        place = tensor.untyped_storage().data_ptr()
        if place not in self._own:
            self._alive[place] = tensor
        return tensor

    def of(self, work: Any) -> int:
        with torch.autograd.graph.saved_tensors_hooks(self.keep, lambda tensor: tensor):
            work()
        return sum(t.untyped_storage().nbytes() for t in self._alive.values())


@pytest.mark.parametrize("strategy", [Lora(name="lora", r=4), Full(name="full")], ids=["lora", "full"])
def test_a_block_keeps_the_stream_attention_and_the_gate_alone(strategy: Strategy) -> None:
    _, other, _ = two_models(strategy)
    block = other.get_base_model().model.layers[0] if strategy.name == "lora" else other.model.layers[0]
    config, tokens = other.config, 64
    x = torch.randn(1, tokens, config.hidden_size, requires_grad=True)
    angles = torch.zeros(1, tokens, config.hidden_size // config.num_attention_heads)
    kept = Kept(block).of(lambda: block(x, position_embeddings=(angles.cos(), angles.sin())))
    width = config.hidden_size
    keys = width * config.num_key_value_heads // config.num_attention_heads
    stream, attention = 2 * width, width + 2 * keys + width + config.num_attention_heads
    rank = 7 * 4 if strategy.name == "lora" else 0
    every = tokens * 4 * (stream + attention + 2 * config.intermediate_size + rank + 2)
    small = 2 * angles.numel() * 4 + sum(p.numel() for n, p in block.named_parameters() if "lora" in n) * 4
    assert kept <= every + small


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize("size", [None, 1, 7, 1000])
def test_the_fused_head_is_head_and_cross_entropy(trained: bool, size: int | None) -> None:
    torch.manual_seed(0)
    head = torch.nn.Linear(16, 97, bias=False).requires_grad_(trained)
    hidden, targets = torch.randn(30, 16, requires_grad=True), torch.randint(0, 97, (30,))
    weights = torch.rand(30)
    each = torch.nn.functional.cross_entropy(head(hidden), targets, reduction="none")
    wanted = torch.autograd.grad(3 * (each * weights).sum(), [hidden, *(p for p in [head.weight] if trained)])
    loss = weighted_loss(head, hidden, targets, weights, size)
    torch.testing.assert_close(loss, (each * weights).sum())
    found = torch.autograd.grad(3 * loss, [hidden, *(p for p in [head.weight] if trained)], retain_graph=True)
    torch.testing.assert_close(found, wanted)
    with pytest.raises(RuntimeError, match="are gone"):
        loss.backward()


def test_a_tensor_made_again_is_dropped_by_its_last_user() -> None:
    made: list[Tensor] = []

    def make(x: Tensor) -> Tensor:
        made.append(x)
        return 2 * x

    recipe, x = Recipe(make), torch.ones(3)
    recipe.use()
    recipe.use()
    assert torch.equal(recipe.made((x,)), 2 * x)
    assert recipe.made((x,)) is not recipe.made((x,))
    assert len(made) == 2  # once for the two users, once for a second backward pass
