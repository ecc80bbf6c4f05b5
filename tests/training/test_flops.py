"""Operations counted from a model's shape are those that torch counts while it works."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import LlamaConfig, LlamaForCausalLM

from wfllm.config.schema import Full, Lora, Strategy
from wfllm.training.flops import cost_of
from wfllm.training.strategies import apply_strategy

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # peft asks for what has a new name
LENGTH = 24
BLOCKS = 4


def model(strategy: Strategy, tied: bool = False) -> Any:
    config = LlamaConfig(
        vocab_size=61,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=BLOCKS,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=tied,
    )
    config._attn_implementation = "eager"
    return apply_strategy(LlamaForCausalLM(config), strategy)


def counted(net: Any) -> tuple[float, float, float]:
    """(matrices of the blocks and adapters, head, attention) of one step on `LENGTH` tokens, by torch."""
    ids = torch.arange(LENGTH)[None]
    with FlopCounterMode(display=False) as counter:
        net(input_ids=ids).logits.sum().backward()
    by_operation = counter.get_flop_counts()["Global"]
    attention = sum(v for op, v in by_operation.items() if "bmm" in str(op))
    head = next(sum(v.values()) for k, v in counter.get_flop_counts().items() if k.endswith("lm_head"))
    return counter.get_total_flops() - attention - head, head, attention


@pytest.mark.parametrize("tied", [False, True], ids=["untied", "tied"])
def test_full_training_is_counted_as_torch_counts_it(tied: bool) -> None:
    net = model(Full(name="full"), tied)
    cost = cost_of(net)
    blocks, head, attention = counted(net)
    rotary = 3 * BLOCKS  # too small to matter: the angles of the positions
    assert cost.token * LENGTH == pytest.approx(blocks, rel=0.01, abs=rotary)
    assert cost.learned * LENGTH == head
    assert cost.pair * LENGTH**2 == pytest.approx(attention, rel=0.01)  # eager attention takes all pairs
    matrices = sum(p.numel() for n, p in net.named_parameters() if ".layers." in n and p.ndim == 2)
    assert cost.token == 6 * matrices


@pytest.mark.parametrize("last_blocks", [None, 1])
def test_frozen_matrices_have_no_gradient_and_blocks_below_the_first_trained_no_backward(
    last_blocks: int | None,
) -> None:
    net = model(Lora(name="lora", r=2, last_blocks=last_blocks))
    cost = cost_of(net)
    blocks, head, attention = counted(net)
    # In the lowest block of all, nothing below waits for the gradient of what the first matrices take in.
    assert blocks < cost.token * LENGTH < 1.15 * blocks
    assert cost.learned * LENGTH == head
    assert attention <= cost.pair * LENGTH**2 < 1.15 * attention


def test_a_step_is_the_sum_of_its_parts() -> None:
    cost = cost_of(model(Full(name="full")))
    assert cost.of([5, 3], 4) == 8 * cost.token + 4 * cost.learned + (15 + 6) * cost.pair
    with torch.device("meta"):
        assert cost_of(model(Full(name="full"))) == cost


def test_of_a_mixture_of_experts_only_those_that_a_token_meets_count() -> None:
    from transformers import MixtralConfig, MixtralForCausalLM

    def net(experts: int) -> Any:
        config = MixtralConfig(
            vocab_size=61,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=1,
            num_attention_heads=4,
            num_key_value_heads=2,
            num_local_experts=experts,
            num_experts_per_tok=2,
        )
        with torch.device("meta"):
            return MixtralForCausalLM(config)

    few, many = cost_of(net(2)), cost_of(net(8))
    assert many.token - few.token == 6 * 6 * 32  # the router alone is larger
