"""The loss on supervised positions, in chunks or not, is plain cross-entropy: value and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import (
    CohereConfig,
    CohereForCausalLM,
    Gemma2Config,
    Gemma2ForCausalLM,
    GraniteConfig,
    GraniteForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
)

from tests.training.conftest import VOCABULARY, make_samples
from wfllm.config.schema import Lora
from wfllm.data.batches import Batch, collate
from wfllm.errors import WfllmError
from wfllm.training import loss as losses
from wfllm.training.liger import require_liger
from wfllm.training.loss import bare_head, chunk_size, summed_loss
from wfllm.training.strategies import apply_strategy

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")
SHAPE: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "pad_token_id": 0,
}


def llama(tied: bool) -> Any:
    return LlamaForCausalLM(LlamaConfig(**SHAPE, tie_word_embeddings=tied))


def adapted(*layers: str) -> Any:
    return apply_strategy(llama(False), Lora(name="lora", r=4, target_modules=list(layers)))


BARE: dict[str, Callable[[], Any]] = {
    "tied": lambda: llama(True),
    "untied": lambda: llama(False),
    "adapters": lambda: adapted("q_proj", "down_proj"),
    "adapter on the head": lambda: adapted("v_proj", "lm_head"),
}
CHANGED: dict[str, Callable[[], Any]] = {
    "capped": lambda: Gemma2ForCausalLM(Gemma2Config(**SHAPE, head_dim=8)),
    "divided": lambda: GraniteForCausalLM(GraniteConfig(**SHAPE, logits_scaling=4.0)),
    "multiplied": lambda: CohereForCausalLM(CohereConfig(**SHAPE, logit_scale=0.25)),
}


def made(make: Callable[[], Any]) -> Any:
    torch.manual_seed(0)
    model = make()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name or "lm_head" in name:
                parameter.normal_(std=0.3)  # logits large enough for a cap to show
    return model


def weighted_batch() -> Batch:
    """Four rows of several lengths; learned tokens weigh 0, 1, 0.25 or 3."""
    batch = collate(make_samples(4), pad_id=0)
    drawn = torch.tensor([0.0, 1.0, 0.25, 3.0])[torch.randint(0, 4, batch["weights"].shape)]
    batch["weights"] = batch["weights"] * drawn
    batch["weights"][:, 0] = 0
    return batch


def plain(model: Any, batch: Batch) -> tuple[Tensor, Tensor]:
    logits = model(input_ids=batch["input_ids"]).logits[:, :-1].float()
    each = cross_entropy(logits.flatten(0, 1), batch["input_ids"][:, 1:].flatten(), reduction="none")
    weights = batch["weights"][:, 1:].flatten()
    return (each * weights).sum(), weights.sum()


def gradients(model: Any, loss: Tensor) -> dict[str, Tensor]:
    model.zero_grad()
    loss.backward()
    return {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("chunk", [None, 0, 1, 7, 1000])
@pytest.mark.parametrize("make", [*BARE.values(), *CHANGED.values()], ids=[*BARE, *CHANGED])
def test_loss_and_gradients_are_those_of_plain_cross_entropy(
    make: Callable[[], Any], chunk: int | None
) -> None:
    model = made(make)
    batch = weighted_batch()
    expected, weight = plain(model, batch)
    wanted = gradients(model, expected)
    got, sum_of_weights = summed_loss(model, batch, chunk=chunk)
    assert sum_of_weights == weight > 0
    torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-4)
    found = gradients(model, got)
    assert found.keys() == wanted.keys()
    for name, gradient in wanted.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-4, atol=1e-4, msg=name)
    assert "forward" not in model.get_output_embeddings().__dict__


@pytest.mark.parametrize("make", BARE.values(), ids=BARE)
def test_a_head_with_nothing_after_it_is_known(make: Callable[[], Any]) -> None:
    assert bare_head(made(make))


@pytest.mark.parametrize("make", CHANGED.values(), ids=CHANGED)
def test_what_a_model_does_to_its_logits_is_found_out(make: Callable[[], Any]) -> None:
    assert not bare_head(made(make))


class Widest(TorchDispatchMode):
    """Remembers the most positions for which logits ever existed at once."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.rows = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        head = (SHAPE["hidden_size"], VOCABULARY)  # the head's weights, turned
        if isinstance(out, Tensor) and out.shape[-1:] == (VOCABULARY,) and out.shape != head:
            self.rows = max(self.rows, out.numel() // VOCABULARY)
        return out


@pytest.mark.parametrize("chunk", [0, 8])
def test_logits_exist_for_supervised_positions_alone_a_chunk_at_a_time(chunk: int) -> None:
    model = made(BARE["adapters"])  # the head is frozen, and no gradient of its own shape arises
    batch = weighted_batch()
    with Widest() as widest:
        summed_loss(model, batch, chunk=chunk)[0].backward()
    learned = int((batch["weights"] > 0).sum())
    assert learned < batch["input_ids"].numel()
    assert widest.rows == (chunk or learned)


def test_chunks_begin_where_logits_would_be_large(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chunk_size(None, 4000, 32_000) == 4000
    assert chunk_size(None, 4000, 128_256) == 2**26 // 128_256
    assert chunk_size(0, 4000, 128_256) == 4000
    assert chunk_size(100, 4000, 1000) == 100
    monkeypatch.setattr(losses, "WHOLE", 10 * VOCABULARY)
    monkeypatch.setattr(losses, "PART", 3 * VOCABULARY)
    model = made(BARE["adapters"])
    with Widest() as widest:
        summed_loss(model, weighted_batch())[0].backward()
    assert widest.rows == 3


def test_a_batch_of_which_nothing_is_learned_weighs_nothing() -> None:
    model = made(BARE["tied"])
    batch = collate(make_samples(2), pad_id=0)
    batch["weights"].zero_()
    for chunk in (0, 4):
        loss, weight = summed_loss(model, batch, chunk=chunk)
        assert (loss.item(), weight.item()) == (0.0, 0.0)
        assert all(not bool(g.any()) for g in gradients(model, loss).values())


def test_dropout_in_the_head_is_the_same_when_a_chunk_is_computed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The backward pass computes a chunk's logits again: other dropout would give another loss's gradient."""
    model = apply_strategy(llama(False), Lora(name="lora", r=4, dropout=0.5, target_modules=["lm_head"]))
    with torch.no_grad():
        model.get_output_embeddings().lora_B["default"].weight.normal_(std=0.3)

    def found() -> dict[str, Tensor]:
        torch.manual_seed(5)
        return gradients(model, summed_loss(model, weighted_batch(), chunk=7)[0])

    again = found()
    monkeypatch.setattr(losses, "checkpoint", lambda work, *tensors, use_reentrant: work(*tensors))
    kept = found()
    assert again.keys() == kept.keys()
    assert all(torch.equal(again[name], kept[name]) for name in kept)


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is there")
def test_liger_without_a_gpu_is_refused_in_one_line() -> None:
    with pytest.raises(WfllmError, match="needs a GPU"):
        require_liger()


def test_liger_that_is_not_installed_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(WfllmError, match="not installed"):
        require_liger()
