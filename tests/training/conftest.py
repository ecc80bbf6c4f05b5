"""A tiny real Llama and encoded samples of mixed length."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from wfllm.data.encode import CODE, PROMPT, Encoded

VOCABULARY = 97


def tiny_llama(seed: int = 0) -> Any:
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        tie_word_embeddings=True,
    )
    return LlamaForCausalLM(config)


def make_samples(count: int, seed: int = 0) -> list[Encoded]:
    """Samples of 6 to 60 tokens, a third to two thirds of them learned."""
    draw = random.Random(seed)
    samples = []
    for number in range(count):
        length = draw.randint(6, 60)
        prompt = draw.randint(length // 3, 2 * length // 3)
        ids = [draw.randrange(1, VOCABULARY) for _ in range(length)]
        samples.append(Encoded(f"s{number}", ids, [PROMPT] * prompt + [CODE] * (length - prompt)))
    return samples


@pytest.fixture
def samples() -> list[Encoded]:
    return make_samples(13)
