"""Options of a training step: each does what it says, and no more."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch import nn
from torch.optim import AdamW

from tests.training.conftest import make_samples, tiny_llama
from tests.training.fitting import OPTIM, fit, last, logged, losses
from wfllm.config.schema import Lora, Optim, Strategy
from wfllm.data.batches import collate
from wfllm.data.encode import Encoded
from wfllm.training.best import BEST
from wfllm.training.flops import cost_of
from wfllm.training.loss import summed_loss
from wfllm.training.neftune import Neftune
from wfllm.training.optim import schedule
from wfllm.training.speed import compile_blocks, peak_flops, recompute_activations
from wfllm.training.strategies import apply_strategy

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"),
]


def changed(**keys: Any) -> Optim:
    return OPTIM.model_copy(update=keys)


# ---------------------------------------------------------------- the learning rate


@pytest.mark.parametrize("kind", ["linear", "cosine"])
def test_the_rate_warms_up_and_falls_to_its_least(kind: str) -> None:
    optim = changed(schedule=kind, warmup=0.2, min_lr=0.1)
    optimizer = AdamW([nn.Parameter(torch.zeros(1))], lr=1.0)
    rule = schedule(optimizer, optim, 10)
    rates = []
    for _ in range(11):
        rates.append(rule.get_last_lr()[0])
        optimizer.step()
        rule.step()
    assert rates[:3] == [0.5, 1.0, 1.0]
    assert rates[10] == pytest.approx(0.1)
    assert rates[6] == pytest.approx(0.55)  # half of the way
    assert rates[2:] == sorted(rates[2:], reverse=True)


# ---------------------------------------------------------------- running mean of the weights


class Trace(pl.Callback):
    """Trained weights before the first step and after each, and at each validation."""

    def __init__(self) -> None:
        self.steps: list[torch.Tensor] = []
        self.validated: list[torch.Tensor] = []

    @staticmethod
    def _weights(module: Any) -> torch.Tensor:
        return torch.cat([p.detach().flatten() for p in module.parameters() if p.requires_grad])

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        self.steps.append(self._weights(pl_module))

    def on_train_batch_end(self, trainer: Any, pl_module: Any, *args: Any, **kwargs: Any) -> None:
        if trainer.global_step == len(self.steps):
            self.steps.append(self._weights(pl_module))

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        self.validated.append(self._weights(pl_module))


def test_the_mean_of_the_weights_is_validated_and_saved_and_training_goes_on_as_without(
    tmp_path: Path, samples: list[Encoded]
) -> None:
    plain, trace = Trace(), Trace()
    fit(tmp_path / "plain", samples, accumulate=4, log=True, callbacks=[plain])
    saved = fit(tmp_path / "mean", samples, accumulate=4, log=True, callbacks=[trace], optim=changed(ema=0.6))
    assert all(torch.equal(a, b) for a, b in zip(plain.steps, trace.steps, strict=True))
    mean, means = trace.steps[0], []
    for step, weights in enumerate(trace.steps[1:], start=1):
        decay = min(0.6, step / (step + 10))
        mean = decay * mean + (1 - decay) * weights
        means.append(mean)
    torch.testing.assert_close(saved, means[-1], rtol=1e-5, atol=1e-7)
    for validated, expected in zip(trace.validated, (means[3], means[7]), strict=True):
        torch.testing.assert_close(validated, expected, rtol=1e-5, atol=1e-7)
    one, other = ([v for _, name, v in losses(tmp_path / d) if name == "val/loss"] for d in ("plain", "mean"))
    assert one != other


# ---------------------------------------------------------------- noise on embeddings


class Embedded(nn.Module):
    """As much of a model as the noise needs."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(11, 400)

    def get_input_embeddings(self) -> nn.Embedding:
        return self.embed


@pytest.mark.parametrize("packed", [False, True])
def test_noise_is_scaled_by_the_length_of_each_sample(packed: bool) -> None:
    model = Embedded()
    lengths = [4, 64]
    ids = torch.zeros((1, 68) if packed else (2, 64), dtype=torch.int64)
    noise = Neftune(model, 10.0, seed=0)
    quiet = model.embed(ids)
    with noise.on(lengths, packed, rank=0):
        first = model.embed(ids) - quiet
    with noise.on(lengths, packed, rank=0):
        second = model.embed(ids) - quiet
    assert torch.equal(model.embed(ids), quiet)
    assert not torch.equal(first, second)
    parts = (first[0, :4], first[0, 4:]) if packed else (first[0], first[1])
    for length, part in zip(lengths, parts, strict=True):
        reach = 10.0 / math.sqrt(length * 400)
        assert float(part.abs().max()) <= reach * 1.0001
        assert float(part.std()) == pytest.approx(reach / math.sqrt(3), rel=0.05)  # uniform

    again = Neftune(Embedded(), 10.0, seed=0)
    again.batch = 1
    assert not torch.equal(again_noise(again, ids, lengths, packed, rank=1), second)
    again.batch = 1
    torch.testing.assert_close(again_noise(again, ids, lengths, packed, rank=0), second, rtol=0, atol=1e-5)


def again_noise(
    noise: Neftune, ids: torch.Tensor, lengths: list[int], packed: bool, rank: int
) -> torch.Tensor:
    with noise.on(lengths, packed, rank):
        return noise._noise(torch.zeros(*ids.shape, 400))


def test_noise_is_never_in_a_validation(tmp_path: Path, samples: list[Encoded]) -> None:
    """With a rate too small to change a weight, validations see the same model; training does not."""
    still = {"lr": 1e-30}
    quiet = fit(tmp_path / "a", samples, accumulate=4, log=True, optim=changed(**still))
    noisy = fit(tmp_path / "b", samples, accumulate=4, log=True, optim=changed(**still, neftune=10.0))
    assert torch.equal(quiet, noisy)
    one, other = dict_of(tmp_path / "a"), dict_of(tmp_path / "b")
    assert one["val/loss"] == other["val/loss"]
    assert all(a != b for a, b in zip(one["train/loss"], other["train/loss"], strict=True))


def dict_of(folder: Path) -> dict[str, list[float]]:
    return {name: logged(folder, name) for name in ("train/loss", "val/loss")}


# ---------------------------------------------------------------- smaller and faster steps


@pytest.mark.parametrize("last_blocks", [None, 1])
def test_recomputed_activations_change_nothing(
    tmp_path: Path, samples: list[Encoded], last_blocks: int | None
) -> None:
    how = Lora(name="lora", dropout=0.3, last_blocks=last_blocks)
    few = samples[:5]
    kept = fit(tmp_path / "kept", few, strategy=how, accumulate=2)
    again = fit(tmp_path / "again", few, strategy=how, accumulate=2, activation_checkpointing=True)
    assert torch.equal(kept, again)


def test_recomputed_activations_are_not_kept_and_frozen_blocks_have_no_backward_pass() -> None:
    model = apply_strategy(tiny_llama(), Lora(name="lora", last_blocks=1)).train()
    recompute_activations(model)
    batch = collate(make_samples(2), pad_id=0)
    embedded: list[torch.Tensor] = []
    model.get_input_embeddings().register_forward_hook(lambda m, i, out: embedded.append(out))

    def kept(net: Any) -> int:
        sizes: list[int] = []

        def keep(tensor: torch.Tensor) -> torch.Tensor:
            sizes.append(tensor.numel())
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            summed_loss(net, batch)
        return sum(sizes)

    plain = apply_strategy(tiny_llama(), Lora(name="lora", last_blocks=1)).train()
    assert kept(model) < kept(plain)
    assert not embedded[0].requires_grad


def test_compiled_blocks_give_the_same_and_keep_their_names(tmp_path: Path, samples: list[Encoded]) -> None:
    settings: dict[str, Any] = {"accumulate": 3, "checkpoint_every": 1, "epochs": 1, "dev": []}
    plain = fit(tmp_path / "plain", samples, **settings)
    compiled = fit(tmp_path / "compiled", samples, compile=True, **settings)
    torch.testing.assert_close(plain, compiled, rtol=1e-4, atol=1e-5)
    states = [
        torch.load(str(last(tmp_path / d)), weights_only=True)["state_dict"] for d in ("plain", "compiled")
    ]
    assert states[0].keys() == states[1].keys()
    resumed = fit(tmp_path / "on", samples, compile=True, resume=last(tmp_path / "compiled"), **settings)
    assert torch.equal(compiled, resumed)


def test_every_block_is_compiled_and_no_weight_renamed() -> None:
    model = apply_strategy(tiny_llama(), Lora(name="lora"))
    names = [name for name, _ in model.named_parameters()]
    compile_blocks(model)
    assert [name for name, _ in model.named_parameters()] == names
    compiled = [name for name, m in model.named_modules() if m._compiled_call_impl is not None]
    assert [name.rpartition(".")[2] for name in compiled] == ["0", "1"]


def test_chunks_of_the_loss_train_the_same(tmp_path: Path, samples: list[Encoded]) -> None:
    whole = fit(tmp_path / "whole", samples, accumulate=4, loss_chunk=0)
    cut = fit(tmp_path / "cut", samples, accumulate=4, loss_chunk=5)
    torch.testing.assert_close(whole, cut, rtol=0, atol=1e-6)


# ---------------------------------------------------------------- the best, and enough


def test_the_best_weights_are_left_in_the_model(tmp_path: Path, samples: list[Encoded]) -> None:
    """Of a model that learns its few samples by heart and knows the others less and less; means validated."""
    settings: dict[str, Any] = {
        "batch_size": 4,
        "accumulate": 1,
        "epochs": 5,
        "optim": changed(lr=0.05, ema=0.5),
        "dev": make_samples(3, seed=9),
        "log": True,
    }
    trace = Trace()
    final = fit(tmp_path / "last", samples, callbacks=[trace], **settings)
    best = fit(tmp_path / "best", samples, best="loss", **settings)
    values = logged(tmp_path / "best", "val/loss")
    assert values == logged(tmp_path / "last", "val/loss")
    place = values.index(min(values))
    assert place < len(values) - 1
    assert torch.equal(best, trace.validated[place])
    assert not torch.equal(best, final)
    kept = torch.load(tmp_path / "best" / BEST, weights_only=True)
    assert (kept["best"], kept["global_step"]) == (values[place], 4 * (place + 1))


class Grades(pl.Callback):
    """Logs what answers would have scored."""

    def __init__(self, grades: list[float]) -> None:
        self.grades = list(grades)

    def on_validation_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        pl_module.log("val/codebleu", self.grades.pop(0))


def test_the_best_by_codebleu_is_the_highest(tmp_path: Path, samples: list[Encoded]) -> None:
    trace = Trace()
    grades = Grades([0.1, 0.4, 0.4, 0.2])
    best = fit(tmp_path, samples, best="codebleu", epochs=4, callbacks=[trace, grades])
    assert torch.equal(best, trace.validated[1])


@pytest.mark.parametrize(("patience", "min_gain", "validations"), [(1, 0.0, 3), (2, 0.0, 4), (2, 10.0, 3)])
def test_training_ends_when_nothing_is_gained(
    tmp_path: Path, samples: list[Encoded], patience: int, min_gain: float, validations: int
) -> None:
    grades = Grades([0.1, 0.4, 0.4, 0.2, 0.9, 0.9])
    fit(
        tmp_path, samples, best="codebleu", patience=patience, min_gain=min_gain, epochs=6, callbacks=[grades]
    )
    assert 6 - len(grades.grades) == validations


# ---------------------------------------------------------------- what is shown while it runs


@pytest.mark.parametrize("batching", ["padded", "packed"])
def test_tokens_padding_and_utilisation_are_counted(
    tmp_path: Path, samples: list[Encoded], batching: str
) -> None:
    settings: dict[str, Any] = (
        {"batch_size": 4, "accumulate": 2} if batching == "padded" else {"accumulate": 8}
    )
    fit(tmp_path, samples, log=True, epochs=1, peak_tflops=1e-3, batching=batching, **settings)
    names = ("train/supervised_tokens", "train/supervised_tokens_per_s", "train/tokens_per_s")
    supervised, learned, tokens = (logged(tmp_path, name) for name in names)
    padding, use = logged(tmp_path, "train/padding"), logged(tmp_path, "train/utilisation")
    assert sum(supervised) == sum(s.supervised for s in samples)
    if batching == "packed":
        assert padding == [0.0]
        seconds = supervised[0] / learned[0]
        lengths = [len(s.input_ids) for s in samples]
        assert tokens[0] * seconds == pytest.approx(sum(lengths))
        done = cost_of(tiny_llama()).of(lengths, int(supervised[0]))
        assert use[0] * seconds == pytest.approx(done / 1e9)
    else:
        assert all(0 < share < 0.3 for share in padding)
    assert all(u > 0 for u in use)


def test_the_peak_of_this_device_is_measured() -> None:
    assert 1e8 < peak_flops("cpu", torch.float32) < 1e14


def test_strategies_all_have_a_cost() -> None:
    from wfllm.config.schema import Dora, Freeze

    hows: list[Strategy] = [Dora(name="dora"), Freeze(name="freeze", last_blocks=1)]
    for how in hows:
        assert cost_of(apply_strategy(tiny_llama(), how)).of([10], 5) > 0
