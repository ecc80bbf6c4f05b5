"""Training is right to the last bit: the equalities that a comparison of runs rests on."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch.nn.functional import cross_entropy

from tests.training.conftest import make_samples, tiny_llama
from tests.training.fitting import OPTIM as OPTIM
from tests.training.fitting import fit, last, losses
from wfllm.config.schema import Full, Lora, Trainer
from wfllm.data.batches import collate
from wfllm.data.encode import CODE, COMMENT, CORRECTION, ERROR, PLAN, Encoded
from wfllm.data.module import WorkflowData
from wfllm.errors import WfllmError
from wfllm.tracking.metrics_file import read_metrics
from wfllm.training.checkpoints import load_trained, merged, save_trained
from wfllm.training.loop import LAST, build_trainer
from wfllm.training.loss import summed_loss
from wfllm.training.module import WorkflowModule
from wfllm.training.resume import steps_of
from wfllm.training.strategies import apply_strategy

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"),
]


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


def roles_of_all_kinds() -> list[Encoded]:
    """Samples whose answers are plan, comment, code, error and correction in turn."""
    kinds = (PLAN, COMMENT, CODE, ERROR, CORRECTION)
    mixed = []
    for sample in make_samples(13):
        roles = [r if r != CODE else kinds[i // 3 % len(kinds)] for i, r in enumerate(sample.roles)]
        mixed.append(Encoded(sample.id, sample.input_ids, roles))
    return mixed


def test_rows_one_by_one_rows_together_and_packs_are_the_same_step(tmp_path: Path) -> None:
    """Tokens weigh by their role, 0.3 or 2 or nothing, however the step is cut."""
    settings: dict[str, Any] = {"epochs": 1, "weights": (0.0, 1.0, 0.3, 1.0, 0.0, 2.0)}
    samples = roles_of_all_kinds()
    together = fit(tmp_path / "together", samples, batch_size=13, accumulate=1, **settings)
    single = fit(tmp_path / "single", samples, batch_size=1, accumulate=13, **settings)
    packed = fit(tmp_path / "packed", samples, batching="packed", accumulate=20, log=True, **settings)
    assert float((together - single).abs().max()) < 1e-6
    assert float((together - packed).abs().max()) < 1e-6
    assert len(losses(tmp_path / "packed")) == 2  # one step, one validation
    plain = fit(tmp_path / "plain", samples, batch_size=13, accumulate=1, epochs=1)
    assert float((together - plain).abs().max()) > 1e-4


def test_a_last_partial_window_of_packs_is_a_step_of_its_own(tmp_path: Path) -> None:
    """Packs in windows of 2: each step's loss is the mean over its own weights, so it is no smaller."""
    fit(tmp_path, make_samples(13), batching="packed", accumulate=2, epochs=1, log=True)
    course = [value for _, name, value in losses(tmp_path) if name == "train/loss"]
    tokens = [r["train/supervised_tokens"] for r in read_metrics(tmp_path / "metrics.jsonl") if len(r) > 5]
    assert len(course) == len(tokens) > 1
    assert all(3 < value < 6 for value in course)  # near ln 97, whatever the number of packs


def test_seed_zero_is_a_seed(tmp_path: Path, samples: list[Encoded]) -> None:
    how = Lora(name="lora", dropout=0.2)
    one, again, other = (
        fit(tmp_path / name, samples, strategy=how, epochs=1, accumulate=3, seed=seed)
        for name, seed in (("one", 0), ("again", 0), ("other", 1))
    )
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


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


def test_a_validation_within_a_window_is_logged_once_however_often_it_is_repeated(
    tmp_path: Path, samples: list[Encoded]
) -> None:
    """Windows of 4 batches, a validation after each 3: killed behind one, the run repeats it."""
    settings: dict[str, Any] = {
        "batch_size": 2,
        "accumulate": 4,
        "validate_every": 0.5,
        "epochs": 2,
        "checkpoint_every": 1,
        "log": True,
    }
    whole = fit(tmp_path / "whole", samples, **settings)
    with pytest.raises(KilledError):
        fit(tmp_path / "cut", samples, callbacks=[KillAt("on_train_batch_start", 11)], **settings)
    assert torch.equal(fit(tmp_path / "cut", samples, resume=last(tmp_path / "cut"), **settings), whole)
    assert losses(tmp_path / "cut") == losses(tmp_path / "whole")
    assert len([name for _, name, _ in losses(tmp_path / "whole") if name == "val/loss"]) == 4


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
    course = losses(folder / "whole")
    assert len([name for _, name, _ in course if name == "val/loss"]) == 2
    for plan in plans:
        place = folder / "-".join(map(str, plan))
        for number in plan:
            try:
                fit(place, samples, resume=last(place), callbacks=[KillAt(hook, number)], **settings)
            except KilledError:
                continue
        resumed = fit(place, samples, resume=last(place), **settings)
        assert torch.equal(whole, resumed), f"killed at {hook} {plan}"
        assert losses(place) == course, f"killed at {hook} {plan}"


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


class Overflow(pl.Callback):
    """Makes one gradient infinite in the backward pass of the `number`-th batch."""

    def __init__(self, number: int) -> None:
        self.left = number

    def on_after_backward(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.left -= 1
        if self.left == 0:
            weight = next(p for p in pl_module.parameters() if p.grad is not None)
            assert weight.grad is not None
            weight.grad[0] = float("inf")


def test_a_gradient_that_overflows_stops_before_it_spoils_the_weights(
    tmp_path: Path, samples: list[Encoded]
) -> None:
    with pytest.raises(WfllmError, match=r"gradient became (inf|nan) at step 3") as caught:
        fit(tmp_path, samples, accumulate=2, checkpoint_every=1, callbacks=[Overflow(6)])
    assert "last.ckpt is the last good state" in (caught.value.mend or "")
    state = torch.load(tmp_path / f"{LAST}.ckpt", weights_only=True)
    assert state["global_step"] == 2
    assert all(bool(torch.isfinite(w).all()) for w in state["state_dict"].values())
    with pytest.raises(WfllmError) as caught:
        fit(tmp_path / "early", samples, accumulate=2, checkpoint_every=9, callbacks=[Overflow(6)])
    assert "last.ckpt" not in (caught.value.mend or "")


def test_a_full_disk_stops_with_the_last_checkpoint_intact(tmp_path: Path, samples: list[Encoded]) -> None:
    settings: dict[str, Any] = {"accumulate": 3, "checkpoint_every": 1, "epochs": 1}
    whole = fit(tmp_path / "whole", samples, **settings)
    with pytest.raises(KilledError):
        fit(tmp_path / "full", samples, callbacks=[KillAt("on_train_batch_end", 4)], **settings)
    path = Path(str(last(tmp_path / "full")))
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, hard))
    try:
        with pytest.raises(WfllmError, match="could not be written") as caught:
            fit(tmp_path / "full", samples, resume=str(path), **settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "last checkpoint is intact" in (caught.value.mend or "")
    assert path.read_bytes() == before
    assert not list(path.parent.glob(".*"))
    assert torch.equal(fit(tmp_path / "full", samples, resume=str(path), **settings), whole)
    assert steps_of(path) > 1


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
