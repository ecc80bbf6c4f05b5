"""Training is right to the last bit: the equalities that a comparison of runs rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch.nn.functional import cross_entropy

from tests.training.conftest import make_samples, tiny_llama
from wfllm.config.schema import Full, Lora, Optim, Trainer
from wfllm.data.batches import collate
from wfllm.data.encode import Encoded
from wfllm.data.module import WorkflowData
from wfllm.errors import WfllmError
from wfllm.tracking.metrics_log import MetricsLog, read_metrics
from wfllm.training.checkpoints import load_trained, merged, save_trained, steps_of
from wfllm.training.loop import LAST, build_trainer, chosen_callbacks, total_steps
from wfllm.training.loss import summed_loss
from wfllm.training.module import WorkflowModule
from wfllm.training.strategies import apply_strategy

# AdamW divides a gradient by its own size: without a large eps, rounding in a gradient near zero becomes a
# step as large as any other, and no two orders of summation would agree.
OPTIM = Optim(name="adamw", lr=1e-2, eps=1e-3)
pytestmark = pytest.mark.filterwarnings(
    "ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"
)


class KilledError(Exception):
    """Stands for a kill: nothing is cleaned up or written after it."""


class KillAt(pl.Callback):
    """Dies at the `number`-th time that the trainer calls `hook`."""

    def __init__(self, hook: str, number: int) -> None:
        self.left = number
        setattr(self, hook, self._count)

    def _count(self, *args: Any, **kwargs: Any) -> None:
        self.left -= 1
        if self.left < 0:
            raise KilledError


def fit(
    folder: Path,
    samples: list[Encoded],
    *,
    strategy: Full | Lora | None = None,
    resume: str | None = None,
    kill: KillAt | None = None,
    log: bool = False,
    optim: Optim = OPTIM,
    **trainer: Any,
) -> torch.Tensor:
    """Train a tiny Llama, from the last checkpoint on where one is named; all its weights as one vector."""
    settings = {"epochs": 2, "samples": 0, "precision": "32-true", **trainer}
    config = Trainer(name="default", accelerator="cpu", **settings)
    pl.seed_everything(0, verbose=False)
    model = apply_strategy(tiny_llama(), strategy or Full(name="full"))
    data = WorkflowData(samples, samples[:3], batch_size=config.batch_size, pad_id=0, seed=0)
    steps = total_steps(data.batches_per_epoch, config)
    module = WorkflowModule(model, optim, config, steps=steps, accumulate=config.accumulate)
    folder.mkdir(parents=True, exist_ok=True)
    loggers = [MetricsLog(folder / "metrics.jsonl")] if log else []
    for logger in loggers:
        logger.rewind(steps_of(Path(resume)) if resume else 0)
    callbacks = [*([kill] if kill else []), *chosen_callbacks(config, optim, folder)]
    loop = build_trainer(config, folder, loggers, callbacks)
    loop.fit(module, datamodule=data, ckpt_path=resume, weights_only=True)
    assert loop.global_step == steps or config.patience
    return torch.cat([p.detach().flatten() for p in module.model.parameters()])


def last(folder: Path) -> str | None:
    path = folder / f"{LAST}.ckpt"
    return str(path) if path.is_file() else None


def test_supervised_positions_alone_give_the_plain_loss(samples: list[Encoded]) -> None:
    model = tiny_llama()
    batch = collate(samples[:4], pad_id=0)
    loss, tokens = summed_loss(model, batch)
    logits = model(input_ids=batch["input_ids"]).logits[:, :-1].float()
    labels = batch["input_ids"].masked_fill(batch["weights"] == 0, -100)[:, 1:]
    plain = cross_entropy(logits.reshape(-1, logits.shape[-1]), labels.reshape(-1), reduction="sum")
    assert int(tokens) == int((labels != -100).sum()) > 0
    torch.testing.assert_close(loss, plain, rtol=1e-6, atol=1e-4)


def test_padding_changes_no_sample_loss(samples: list[Encoded]) -> None:
    model = tiny_llama().eval()
    together, _ = summed_loss(model, collate(samples, pad_id=0))
    alone = sum(summed_loss(model, collate([s], pad_id=0))[0] for s in samples)
    torch.testing.assert_close(together, alone, rtol=1e-6, atol=1e-3)


@pytest.mark.parametrize(("batch_size", "accumulate"), [(1, 13), (1, 20), (4, 4)])
def test_accumulation_equals_one_big_batch(
    tmp_path: Path, samples: list[Encoded], batch_size: int, accumulate: int
) -> None:
    """One step over 13 samples, however they are cut; clipping comes after the division."""
    one = fit(tmp_path / "one", samples, epochs=1, batch_size=13, accumulate=1, clip=0.3)
    cut = fit(tmp_path / "cut", samples, epochs=1, batch_size=batch_size, accumulate=accumulate, clip=0.3)
    assert float((one - cut).abs().max()) < 1e-6
    start = torch.cat([p.detach().flatten() for p in tiny_llama().parameters()])
    assert float((one - start).abs().max()) > 1e-3


@pytest.mark.parametrize("precision", ["bf16-mixed", "bf16-true", "auto"])
def test_lower_precision_trains_and_stays_near(
    tmp_path: Path, samples: list[Encoded], precision: str
) -> None:
    exact = fit(tmp_path / "a", samples, epochs=1, accumulate=4, precision="32-true")
    near = fit(tmp_path / "b", samples, epochs=1, accumulate=4, precision=precision).float()
    assert float((exact - near).abs().max()) < 0.1
    assert torch.isfinite(near).all()


def test_clipping_bounds_the_step(tmp_path: Path, samples: list[Encoded]) -> None:
    """The logged norm is the one before clipping, and no clipping is the same as a bound never reached."""
    free = fit(tmp_path / "free", samples, epochs=1, accumulate=4, clip=0, log=True)
    far = fit(tmp_path / "far", samples, epochs=1, accumulate=4, clip=1e6, log=True)
    assert torch.equal(free, far)
    norms = [
        r["train/grad_norm"]
        for r in read_metrics(tmp_path / "free" / "metrics.jsonl")
        if "train/grad_norm" in r
    ]
    assert len(norms) == 4
    near = fit(tmp_path / "near", samples, epochs=1, accumulate=4, clip=min(norms) / 2, log=True)
    assert not torch.equal(free, near)


def test_last_partial_window_weighs_by_its_own_tokens(tmp_path: Path, samples: list[Encoded]) -> None:
    """13 samples in windows of 8 leave a window of 5, whose gradient is the mean over its own tokens."""
    fit(tmp_path, samples, epochs=1, batch_size=1, accumulate=8, log=True)
    rows = [r for r in read_metrics(tmp_path / "metrics.jsonl") if "train/supervised_tokens" in r]
    assert len(rows) == 2
    assert sum(r["train/supervised_tokens"] for r in rows) == sum(s.supervised for s in samples)


HOOKS = ("on_train_batch_start", "on_train_batch_end", "on_validation_start", "on_validation_end")
"""Where a kill strikes: before a batch, after a step but before it is logged, around a validation."""


@pytest.mark.parametrize("hook", ["on_train_batch_end", "on_validation_end"])
def test_killed_and_resumed_equals_uninterrupted_to_the_last_bit(
    tmp_path: Path, samples: list[Encoded], hook: str
) -> None:
    """LoRA with dropout, killed once at the first chance after some steps; weights and all losses."""
    _resumes_exactly(
        tmp_path, samples, Lora(name="lora", dropout=0.2), 3, hook, [(4 if "batch" in hook else 0,)]
    )


@pytest.mark.slow
@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize(
    "strategy", [Full(name="full"), Lora(name="lora", dropout=0.2)], ids=["full", "lora"]
)
@pytest.mark.parametrize("batch_size", [1, 3])
def test_killed_anywhere_even_twice_equals_uninterrupted(
    tmp_path: Path, samples: list[Encoded], strategy: Full | Lora, batch_size: int, hook: str
) -> None:
    """Killed at every batch in turn, epoch ends included, and again shortly after having gone on."""
    times = 2 * -(-len(samples) // batch_size) if "batch" in hook else 2
    _resumes_exactly(tmp_path, samples, strategy, batch_size, hook, [(n, 1) for n in range(times)])


def _resumes_exactly(
    folder: Path,
    samples: list[Encoded],
    strategy: Full | Lora,
    batch_size: int,
    hook: str,
    plans: list[tuple[int, ...]],
) -> None:
    settings: dict[str, Any] = {
        "strategy": strategy,
        "batch_size": batch_size,
        "accumulate": 3,
        "checkpoint_every": 1,
        "log": True,
    }
    whole = fit(folder / "whole", samples, **settings)
    losses = _losses(folder / "whole")
    assert len([name for _, name, _ in losses if name == "val/loss"]) == 2
    for plan in plans:
        place = folder / "-".join(map(str, plan))
        for number in plan:
            try:
                fit(place, samples, resume=last(place), kill=KillAt(hook, number), **settings)
            except KilledError:
                continue
        resumed = fit(place, samples, resume=last(place), **settings)
        assert torch.equal(whole, resumed), f"killed at {hook} {plan}"
        assert _losses(place) == losses, f"killed at {hook} {plan}"


def _losses(folder: Path) -> list[tuple[int, str, float]]:
    rows = read_metrics(folder / "metrics.jsonl")
    return [(r["step"], name, r[name]) for r in rows for name in ("train/loss", "val/loss") if name in r]


def test_lora_starts_as_the_base_model_and_leaves_it_alone(tmp_path: Path, samples: list[Encoded]) -> None:
    base = tiny_llama().eval()
    ids = collate(samples[:1], pad_id=0)["input_ids"]
    expected = base(input_ids=ids).logits
    model = apply_strategy(tiny_llama(), Lora(name="lora")).eval()
    assert torch.equal(model(input_ids=ids).logits, expected)
    frozen = {n: p.detach().clone() for n, p in model.named_parameters() if not p.requires_grad}
    loss, tokens = summed_loss(model, collate(samples, pad_id=0))
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], 1.0)
    for _ in range(2):
        (loss / tokens).backward()
        optimizer.step()
        loss, tokens = summed_loss(model, collate(samples, pad_id=0))
    assert all(torch.equal(p, frozen[n]) for n, p in model.named_parameters() if n in frozen)
    assert not torch.equal(model(input_ids=ids).logits, expected)


def test_adapters_in_the_last_blocks_only() -> None:
    model = apply_strategy(tiny_llama(), Lora(name="lora", last_blocks=1))
    trained = [n for n, p in model.named_parameters() if p.requires_grad]
    everywhere = apply_strategy(tiny_llama(), Lora(name="lora"))
    in_last = [n for n, p in everywhere.named_parameters() if p.requires_grad and ".layers.1." in n]
    assert trained == in_last
    assert len(trained) == 14  # two matrices for each of seven layers


def test_unknown_layer_names_are_told_with_the_known_ones() -> None:
    with pytest.raises(WfllmError, match="q_proj"):
        apply_strategy(tiny_llama(), Lora(name="lora", target_modules=["nothing"]))


def test_merged_adapter_gives_the_adapters_logits(samples: list[Encoded]) -> None:
    model = apply_strategy(tiny_llama(), Lora(name="lora"))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.1)
    ids = collate(samples[:1], pad_id=0)["input_ids"]
    beside = model.eval()(input_ids=ids).logits
    torch.testing.assert_close(merged(model)(input_ids=ids).logits, beside, rtol=1e-4, atol=1e-5)


def test_checkpoint_holds_only_what_is_trained(tmp_path: Path, samples: list[Encoded]) -> None:
    fit(tmp_path, samples, strategy=Lora(name="lora"), accumulate=3, checkpoint_every=1)
    state = torch.load(tmp_path / f"{LAST}.ckpt", weights_only=True)["state_dict"]
    assert state
    assert all("lora_" in name for name in state)


def test_checkpoint_of_another_strategy_is_refused(tmp_path: Path, samples: list[Encoded]) -> None:
    fit(tmp_path, samples, strategy=Lora(name="lora"), accumulate=3, checkpoint_every=1)
    with pytest.raises(WfllmError, match="another model or strategy"):
        fit(tmp_path / "full", samples, accumulate=3, resume=str(tmp_path / f"{LAST}.ckpt"))


def test_nan_loss_stops_and_names_the_step(tmp_path: Path, samples: list[Encoded]) -> None:
    def poisoned() -> Any:
        model = tiny_llama()
        with torch.no_grad():
            model.model.embed_tokens.weight.fill_(float("nan"))
        return model

    data = WorkflowData(samples, [], batch_size=1, pad_id=0, seed=0)
    module = WorkflowModule(poisoned(), OPTIM, steps=4, accumulate=4)
    config = Trainer(name="default", accelerator="cpu", epochs=1, accumulate=4)
    with pytest.raises(WfllmError, match="nan at step 1"):
        build_trainer(config, tmp_path, [], []).fit(module, datamodule=data)


def test_a_model_that_cannot_be_written_is_one_line_and_leaves_nothing_half(tmp_path: Path) -> None:
    class NoRoom:
        def save_pretrained(self, folder: Path) -> None:
            folder.mkdir()
            (folder / "model.safetensors").write_text("half")
            raise OSError("No space left on device")

    with pytest.raises(WfllmError, match="Make room on the disk"):
        save_trained(NoRoom(), NoRoom(), tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_saved_weights_load_as_they_were(tmp_path: Path, samples: list[Encoded]) -> None:
    class NoTokenizer:
        def save_pretrained(self, folder: Path) -> None:
            (folder / "tokenizer.json").write_text("{}")

    from wfllm.config.schema import TinyModel

    model = tiny_llama().eval()
    save_trained(model, NoTokenizer(), tmp_path / "model")
    ids = collate(samples[:1], pad_id=0)["input_ids"]
    loaded = load_trained(tmp_path / "model", "", TinyModel(name="tiny"))
    assert torch.equal(loaded.eval()(input_ids=ids).logits, model(input_ids=ids).logits)


def test_order_is_a_function_of_seed_and_epoch() -> None:
    from wfllm.data.batches import batch_order

    lengths = [len(s.input_ids) for s in make_samples(40)]
    first = batch_order(lengths, 4, seed=0, epoch=0)
    assert first == batch_order(lengths, 4, seed=0, epoch=0)
    assert first != batch_order(lengths, 4, seed=0, epoch=1)
    assert first != batch_order(lengths, 4, seed=1, epoch=0)
    assert sorted(i for batch in first for i in batch) == list(range(40))
