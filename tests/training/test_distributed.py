"""Several processes are one training: the same losses and weights, whoever saved the checkpoint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.training.conftest import make_samples
from tests.training.ranks import run
from wfllm.config.schema import Trainer
from wfllm.data.module import WorkflowData
from wfllm.errors import WfllmError
from wfllm.ranks import World
from wfllm.tracking.metrics_file import read_metrics
from wfllm.training.distributed import moved_progress, require_world

pytestmark = pytest.mark.slow
FULL: dict[str, Any] = {"name": "full"}
LORA: dict[str, Any] = {"name": "lora"}


Jobs = dict[str, dict[str, Any]]


def jobs_of(ranks: int) -> Jobs:
    """13 samples in windows of 4 leave a window of one, in which a second rank has nothing to do."""
    share = {"accumulate": 4 // ranks}
    packs = {"batching": "packed", "pack_tokens": 96}
    # What may differ in rounding alone needs gradients that are not all rounding: see OPTIM.
    jobs: Jobs = {}
    for kind in ("ddp", "fsdp") if ranks > 1 else ("none",):
        trainer = {**share, "parallel": kind}
        jobs[f"full-{kind}"] = {"strategy": FULL, "trainer": {**trainer, "checkpoint_every": 1}}
        jobs[f"lora-{kind}"] = {"strategy": LORA, "trainer": {**trainer, "checkpoint_every": 1}}
        jobs[f"packs-{kind}"] = {"strategy": FULL, "trainer": {**trainer, **packs}}
        jobs[f"ema-{kind}"] = {"strategy": FULL, "trainer": trainer, "optim": {"ema": 0.9}}
        jobs[f"again-{kind}"] = {
            "strategy": FULL,
            "trainer": {**trainer, "activation_checkpointing": True, "loss_chunk": 7},
        }
    return jobs


def stopped(ranks: int, kinds: tuple[str, ...], to: tuple[str, ...]) -> Jobs:
    """Runs that stop in the second epoch."""
    trainer = {"accumulate": 4 // ranks, "checkpoint_every": 1}
    return {
        f"{kind}-{other}": {"strategy": FULL, "trainer": {**trainer, "parallel": kind}, "stop": 6}
        for kind in kinds
        for other in to
    }


def gone_on(ranks: int, stops: Jobs) -> Jobs:
    """The same folders, to the end, by another number of ranks."""
    return {
        name: {
            "strategy": FULL,
            "trainer": {"accumulate": 4 // ranks, "parallel": name.split("-")[1], "checkpoint_every": 1},
        }
        for name in stops
    }


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All trainings of this module: libraries take longer to load than these take to train."""
    folder = tmp_path_factory.mktemp("ranks")
    by_one, by_two = stopped(1, ("none",), ("ddp", "fsdp")), stopped(2, ("ddp", "fsdp"), ("none",))
    run(folder, 1, {**jobs_of(1), **by_one})
    run(folder, 2, {**jobs_of(2), **by_two, **gone_on(2, by_one)})
    run(folder, 1, gone_on(1, by_two))
    return folder


def losses(folder: Path) -> list[tuple[str, float]]:
    rows = read_metrics(folder / "metrics.jsonl")
    return [(name, r[name]) for r in rows for name in ("train/loss", "val/loss") if name in r]


def weights_agree(one: Path, other: Path) -> None:
    """Within float error: sums over ranks are taken in another order."""
    assert json.loads((other / "ended.json").read_text()) == {"steps": 8, "same": True}
    left, right = (torch.load(folder / "weights.pt") for folder in (one, other))
    assert float((left - right).abs().max()) < 1e-6


@pytest.mark.parametrize("kind", ["ddp", "fsdp"])
@pytest.mark.parametrize("what", ["full", "lora", "packs", "ema", "again"])
def test_two_processes_are_one(trained: Path, what: str, kind: str) -> None:
    """`again` computes activations and logits twice; two epochs with a partial window each."""
    one, two = trained / f"{what}-none", trained / f"{what}-{kind}"
    if what == "packs":
        steps = json.loads((one / "ended.json").read_text())
        assert json.loads((two / "ended.json").read_text()) == steps
        left, right = (torch.load(folder / "weights.pt") for folder in (one, two))
        assert float((left - right).abs().max()) < 1e-6
    else:
        weights_agree(one, two)
    assert [name for name, _ in losses(one)] == [name for name, _ in losses(two)]
    for (_, a), (_, b) in zip(losses(one), losses(two), strict=True):
        assert a == pytest.approx(b, abs=1e-6, rel=1e-6)


@pytest.mark.parametrize("way", ["none-ddp", "none-fsdp", "ddp-none", "fsdp-none"])
def test_a_checkpoint_goes_on_with_another_number_of_ranks(trained: Path, way: str) -> None:
    """Stopped in the second epoch by the one, ended by the other: the uninterrupted run's weights."""
    weights_agree(trained / "full-none", trained / way)
    first = torch.load(trained / "full-none" / "weights.pt")
    assert not torch.equal(first, torch.load(trained / "lora-none" / "weights.pt")[: len(first)])


def test_a_sharded_checkpoint_holds_only_what_is_trained_and_whole(trained: Path) -> None:
    left, right = (
        torch.load(trained / name / "last.ckpt", weights_only=True) for name in ("lora-none", "lora-fsdp")
    )
    assert left["state_dict"].keys() == right["state_dict"].keys()
    assert all("lora_" in name for name in right["state_dict"])
    for name, tensor in left["state_dict"].items():
        torch.testing.assert_close(right["state_dict"][name], tensor, atol=1e-6, rtol=0)
    states = left["optimizer_states"][0]["state"]
    for index, state in right["optimizer_states"][0]["state"].items():
        assert state.keys() == states[index].keys()
        assert all(state[key].shape == states[index][key].shape for key in state)


@pytest.mark.parametrize("ranks", [1, 2, 5])
def test_lightning_is_told_how_many_batches_it_gets(ranks: int) -> None:
    samples = make_samples(13)
    for rank in range(ranks):
        data = WorkflowData(samples, samples[:4], batch_size=2, pad_id=0, seed=0, rank=rank, ranks=ranks)
        for loader in (data.train_dataloader(), data.val_dataloader()):
            assert len(list(loader)) == len(loader)


def test_progress_is_counted_anew() -> None:
    """Two ranks did 7 rounds an epoch of 13 batches and 2 more; one rank has done 13 and 4."""
    counts = {"ready": 2, "started": 2, "processed": 2, "completed": 2}
    total = dict.fromkeys(counts, 9)
    loops = {"fit_loop": {"epoch_loop.batch_progress": {"current": counts, "total": total}}}
    moved_progress(loops, 4, 13, (2, 1))
    assert set(counts.values()) == {4}
    assert set(total.values()) == {17}
    moved_progress(loops, 4, 13, (1, 2))
    assert set(counts.values()) == {2}
    assert set(total.values()) == {9}


def test_processes_that_are_not_those_asked_for_are_refused() -> None:
    started = World(0, 2, 0, 2, "127.0.0.1", 1, "torchrun")
    asked = Trainer(name="ddp", parallel="ddp", devices=2)
    require_world(asked, started)
    require_world(asked, None)
    with pytest.raises(WfllmError, match="torchrun started 2 processes"):
        require_world(Trainer(name="default"), started)
    with pytest.raises(WfllmError, match="torchrun"):
        require_world(Trainer(name="ddp", parallel="ddp", devices=2, nodes=2), None)
