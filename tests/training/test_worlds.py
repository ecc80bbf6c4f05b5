"""Which process takes which batches, and who started it; nothing is trained."""

from __future__ import annotations

from typing import Any

import pytest

from tests.training.conftest import make_samples
from wfllm.config.schema import Trainer
from wfllm.data.feed import Feed
from wfllm.errors import WfllmError
from wfllm.ranks import World, first_host, launched
from wfllm.tracking.identity import same_training


@pytest.mark.parametrize("ranks", [1, 2, 3, 5])
@pytest.mark.parametrize("pack_tokens", [None, 96])
def test_ranks_share_every_batch_out_once(ranks: int, pack_tokens: int | None) -> None:
    samples = make_samples(13)

    def data(rank: int, ranks: int) -> Feed:
        keys: dict[str, Any] = {"batch_size": 1, "pad_id": 0, "seed": 0, "pack_tokens": pack_tokens}
        return Feed(samples, samples[:4], rank=rank, ranks=ranks, **keys)

    alone = data(0, 1)
    shared = [data(rank, ranks) for rank in range(ranks)]
    for epoch in range(2):
        whole = [b["input_ids"].tolist() for b in alone.training_batches()]
        parts = [list(d.training_batches()) for d in shared]
        assert {len(part) for part in parts} == {-(-len(whole) // ranks)}
        turns = [batch for turn in zip(*parts, strict=True) for batch in turn]
        assert [b["input_ids"].tolist() for b in turns if b["tokens"]] == whole
        assert all(not b["weights"].any() for b in turns if not b["tokens"])
        assert all(d.epoch == epoch + 1 for d in shared)
    dev = [list(d.validation_batches()) for d in shared]
    assert len({len(part) for part in dev}) == 1
    supervised = sum(b["supervised"] for b in alone.validation_batches())
    assert sum(b["supervised"] for part in dev for b in part) == supervised


def test_who_started_this_process_is_read_off_the_environment() -> None:
    torchrun = {
        "RANK": "3",
        "WORLD_SIZE": "4",
        "LOCAL_RANK": "1",
        "LOCAL_WORLD_SIZE": "2",
        "MASTER_PORT": "7",
    }
    assert launched({**torchrun, "MASTER_ADDR": "a"}) == World(3, 4, 1, 2, "a", 7, "torchrun")
    slurm = {
        "SLURM_STEP_NUM_TASKS": "4",
        "SLURM_STEP_NUM_NODES": "2",
        "SLURM_PROCID": "2",
        "SLURM_LOCALID": "0",
        "SLURM_STEP_NODELIST": "gpu[07-08]",
        "SLURM_JOB_ID": "123456",
    }
    world = launched(slurm)
    assert world == World(2, 4, 0, 2, "gpu07", 23456, "srun")
    assert world.node == 1
    assert launched({}) is None
    assert launched({"SLURM_NTASKS": "4", "SLURM_PROCID": "0"}) is None  # the batch script itself
    assert launched({"RANK": "0", "WORLD_SIZE": "1", "LOCAL_RANK": "0"}) is None
    with pytest.raises(WfllmError, match="LOCAL_RANK"):
        launched({"RANK": "0", "WORLD_SIZE": "2"})


@pytest.mark.parametrize(
    ("nodes", "first"),
    [("a", "a"), ("a,b", "a"), ("n[03-05,9],x", "n03"), ("n[1,2].cl", "n1.cl"), ("x-1", "x-1")],
)
def test_the_first_machine_of_slurms_list(nodes: str, first: str) -> None:
    assert first_host(nodes) == first


def test_the_same_work_on_other_devices_is_the_same_training() -> None:
    one = Trainer(name="default", accumulate=16).model_dump()
    eight = Trainer(name="fsdp", parallel="fsdp", devices=8, accumulate=2).model_dump()
    less = Trainer(name="fsdp", parallel="fsdp", devices=4, accumulate=2).model_dump()
    zero = Trainer(name="deepspeed", parallel="deepspeed", devices=8, accumulate=2).model_dump()
    assert same_training(one) == same_training(eight)
    assert same_training(one) not in (same_training(less), same_training(zero))
