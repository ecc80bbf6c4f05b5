"""FSDP2: weights, gradients and optimiser states cut over all ranks; checkpoints are whole and so the same
files as those of one process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from pytorch_lightning.core.optimizer import LightningOptimizer
from pytorch_lightning.strategies import ModelParallelStrategy
from torch import Tensor
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.optim import Optimizer


class Sharded(ModelParallelStrategy):
    """Lightning's strategy for FSDP2, with checkpoints of the trained weights alone, in one whole file.

    Any number of ranks, and any other strategy, goes on from such a file.
    """

    def __init__(self, size: int) -> None:
        super().__init__(data_parallel_size=size, tensor_parallel_size=1, save_distributed_checkpoint=False)

    @property
    def lightning_restore_optimizer(self) -> bool:
        return True

    def shard(self, model: Any) -> None:
        """Cut every transformer block, then what is left: a block is whole only while it computes."""
        base = model.get_base_model() if hasattr(model, "peft_config") else model
        mesh = self.device_mesh["data_parallel"]
        mixed = getattr(self.precision_plugin, "precision", "") == "bf16-mixed"
        policy = MixedPrecisionPolicy(torch.bfloat16, torch.float32) if mixed else MixedPrecisionPolicy()
        blocks = set(getattr(base, "_no_split_modules", None) or ())
        for module in base.modules():
            if type(module).__name__ in blocks:
                fully_shard(module, mesh=mesh, mp_policy=policy)
        fully_shard(base, mesh=mesh, mp_policy=policy)
        base.register_forward_hook(_cut_again)

    def lightning_module_state_dict(self) -> dict[str, Any]:
        """Trained weights, whole, on the CPU of rank 0; nothing elsewhere. All ranks must ask."""
        assert self.model is not None
        parts = {name: _whole(p, self.is_global_zero) for name, p in self._trained()}
        return parts if self.is_global_zero else {}

    def optimizer_state(self, optimizer: Optimizer) -> dict[str, Any]:
        """As an unsharded optimiser has it, on the CPU of rank 0. All ranks must ask."""
        if isinstance(optimizer, LightningOptimizer):
            optimizer = optimizer._optimizer
        state = optimizer.state_dict()
        whole = {
            index: {key: _whole(value, self.is_global_zero) for key, value in of_one.items()}
            for index, of_one in state["state"].items()
        }
        return {**state, "state": whole}

    def load_checkpoint(self, checkpoint_path: Any, weights_only: bool | None = None) -> dict[str, Any]:
        """The file's content, its tensors left on the disk until they are asked for."""
        loaded: dict[str, Any] = torch.load(checkpoint_path, map_location="cpu", weights_only=True, mmap=True)
        return loaded

    @torch.no_grad()
    def load_model_state_dict(self, checkpoint: Mapping[str, Any], strict: bool = True) -> None:
        for name, parameter in self._trained():
            parameter.copy_(cut(checkpoint["state_dict"][name], parameter))

    def load_optimizer_state_dict(self, checkpoint: Mapping[str, Any]) -> None:
        for optimizer, state in zip(self.optimizers, checkpoint["optimizer_states"], strict=True):
            parameters = [p for group in optimizer.param_groups for p in group["params"]]
            own = {
                index: {key: cut(value, parameters[index]) for key, value in of_one.items()}
                for index, of_one in state["state"].items()
            }
            optimizer.load_state_dict({**state, "state": own})

    def _trained(self) -> list[tuple[str, Tensor]]:
        assert self.lightning_module is not None
        return [(n, p) for n, p in self.lightning_module.named_parameters() if p.requires_grad]


def _cut_again(module: Any, _inputs: Any, _outputs: Any) -> None:
    """What is outside the blocks stays whole for the backward pass; where none follows, nothing else would
    cut it again, and whoever copies weights after a validation would meet both kinds."""
    if not torch.is_grad_enabled():
        module.reshard()


def plain(tensor: Tensor) -> Tensor:
    """A tensor that is cut over ranks as one of its own on each of them; others as they are."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def _whole(value: Any, wanted: bool) -> Any:
    if not isinstance(value, Tensor):
        return value
    whole = plain(value.detach())
    return whole.cpu() if wanted else None


def cut(value: Any, like: Tensor) -> Any:
    """A whole tensor as `like` is cut; counters and whatever has another shape stay as they are."""
    if not isinstance(value, Tensor) or not isinstance(like, DTensor) or value.shape != like.shape:
        return value
    return distribute_tensor(value.to(like.device), like.device_mesh, like.placements)
