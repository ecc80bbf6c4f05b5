"""Memory of one device in training, part by part, counted without any weights.

Weights, gradients and optimiser states follow from the parameters. What the backward pass keeps is counted
where it arises: the model's own forward pass, with the lean layers where training has them, runs on tensors
that have a shape and no content, and every tensor that autograd holds on to is added up. What the allocator
loses and the libraries take is not known.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode

from wfllm.errors import WfllmError
from wfllm.models.segments import isolate
from wfllm.training import head
from wfllm.training.lean import lean as lean_layers
from wfllm.training.loss import chunk_size
from wfllm.training.speed import blocks_of
from wfllm.training.strategies.qlora import stored_bytes

Parallel = Literal["none", "ddp", "fsdp", "deepspeed"]


@dataclass(frozen=True)
class Memory:
    """Bytes on each device at the peak of a step."""

    weights: int
    gradients: int
    optimizer: int
    gathered: int
    """Whole copies of what is cut over devices, while it is computed with: two blocks, all outside them."""
    activations: int
    logits: int

    @property
    def total(self) -> int:
        return sum(asdict(self).values())


def memory_of(
    model: Any,
    *,
    rows: int,
    length: int,
    learned: int,
    low: torch.dtype | None,
    parallel: Parallel = "none",
    devices: int = 1,
    zero_stage: int = 3,
    recompute: bool = False,
    loss_chunk: int | None = None,
    lean: bool = False,
    half: torch.dtype | None = None,
    gpu: bool = False,
) -> Memory:
    """Memory of a training step.

    Args:
        model: on the meta device, its strategy applied.
        rows, length: of the largest batch of a device.
        learned: positions of it that go through the output head.
        low: what autocast computes in; None computes in the weights' own type.
        parallel, devices, zero_stage: how the work is cut.
        recompute: whether blocks keep only what they take in.
        loss_chunk: as `trainer.loss_chunk`.
        lean: whether layers and head are the lean ones.
        half: of lean layers, what frozen weights are kept in.
        gpu: whether the device is one, whose chunks of logits are larger.
    """
    if lean:
        model = copy.deepcopy(model)  # of which lean layers are made, and weights rounded
        lean_layers(model, half)
    states = 2  # AdamW keeps the means of gradient and squared gradient
    weights, trained = stored_bytes(model), _trained_bytes(model)
    gradients, optimizer, gathered = trained, states * trained, 0
    if parallel == "fsdp":
        gathered = _gathered(model, low)
        weights, gradients, optimizer = (-(-part // devices) for part in (weights, gradients, optimizer))
    if parallel == "deepspeed":  # 16-bit weights and gradients; the optimiser's are 32-bit, a master copy too
        count = sum(p.numel() for p in model.parameters())
        learning = sum(p.numel() for p in model.parameters() if p.requires_grad)
        parts = [2 * count, 2 * learning, 12 * learning]
        gathered = _gathered(model, torch.bfloat16) if zero_stage == 3 else 0
        weights, gradients, optimizer = (
            -(-part // (devices if zero_stage >= stage else 1))
            for part, stage in zip(parts, (3, 2, 1), strict=True)
        )
    # FSDP2 and DeepSpeed hand a block 16-bit weights; elsewhere autocast keeps a 16-bit copy of each.
    low_weights = low if parallel in ("fsdp", "deepspeed") else None
    outside, blocks, entry = _kept(model, rows, length, low, low_weights)
    if recompute:
        activations = outside + len(blocks) * entry + max(blocks, default=0)
    else:
        activations = outside + sum(blocks)
    logits = _logits(model, learned, low, loss_chunk, lean, gpu)
    return Memory(weights, gradients, optimizer, gathered, activations, logits)


def _logits(
    model: Any, learned: int, low: torch.dtype | None, loss_chunk: int | None, lean: bool, gpu: bool
) -> int:
    """What head and loss take at once beside what is kept of the blocks."""
    vocabulary = model.config.get_text_config().vocab_size
    output = model.get_output_embeddings()
    fused = lean and loss_chunk != 0 and head.is_matrix(output) and low != torch.float16
    if fused:
        at_once = min(learned, loss_chunk or head.positions_at_once(output.weight, gpu))
    else:
        at_once = min(learned, chunk_size(loss_chunk, learned, vocabulary))
    # Of a logit: as the head gives it, in float32, its log-probability and its gradient in both types. Where
    # gradients are made along with the loss, they take the log-probability's place.
    small = low.itemsize if low is not None else 4
    each = (small if low is not None else 0) + 4 + 4 + (small if fused else 4 + small)
    matrix = output.weight
    rounded = matrix.numel() * small if low is not None else 0
    trained = matrix.numel() * (4 + small) if fused and matrix.requires_grad else 0
    return int(at_once * vocabulary * each + rounded + trained)


def _trained_bytes(module: Any) -> int:
    return sum(p.numel() * p.element_size() for p in module.parameters() if p.requires_grad)


def _gathered(model: Any, low: torch.dtype | None) -> int:
    """FSDP2 and ZeRO-3 hold the block that computes and the next one whole, and what is outside all blocks.

    Beside 16-bit copies of trained weights stand their gradients, in 16 bits and, summed over devices, in 32.
    """
    blocks = blocks_of(model)
    inside = {id(p) for block in blocks for p in block.parameters()}
    outside = [p for p in model.parameters() if id(p) not in inside]
    largest = max((list(block.parameters()) for block in blocks), key=lambda ps: sum(p.numel() for p in ps))
    total = 0
    for parameters, copies in ((outside, 1), (largest, 2)):
        for p in parameters:
            size = low.itemsize if low is not None else p.element_size()
            total += copies * p.numel() * size + (p.numel() * (size + 4) if p.requires_grad else 0)
    return total


def _kept(
    model: Any, rows: int, length: int, low: torch.dtype | None, low_weights: torch.dtype | None
) -> tuple[int, list[int], int]:
    """Bytes that autograd keeps of one forward pass without the head: outside the blocks, in each block, and
    what goes into a block."""
    counter = _Counter()
    blocks = blocks_of(model)
    of_block: list[int] = []
    entry = 0

    def before(_module: Any, args: tuple[Any, ...]) -> None:
        nonlocal entry
        of_block.append(-counter.total)
        entry = args[0].numel() * args[0].element_size()

    def after(_module: Any, _args: Any, _output: Any) -> None:
        of_block[-1] += counter.total

    head = model.get_output_embeddings()
    own = head.__dict__.get("forward")
    with FakeTensorMode(allow_non_fake_inputs=True), _unchanged(model), _maskless(model):
        hooks = [b.register_forward_pre_hook(before) for b in blocks]
        hooks += [b.register_forward_hook(after) for b in blocks]
        try:
            _without_content(model, low_weights)
            counter.ignored = {_place(p) for p in model.parameters()}
            head.forward = lambda hidden: hidden[..., :1]
            ids = torch.zeros((rows, length), dtype=torch.int64)
            places = torch.arange(length).expand(rows, -1)
            autocast = torch.autocast("cpu", low) if low is not None else nullcontext()
            with torch.autograd.graph.saved_tensors_hooks(counter.keep, lambda kept: kept), autocast:
                model(input_ids=ids, position_ids=places, use_cache=False)
        finally:
            for hook in hooks:
                hook.remove()
            head.__dict__.pop("forward", None)
            if own is not None:
                head.forward = own
    return counter.total - sum(of_block), of_block, entry


@contextmanager
def _maskless(model: Any) -> Iterator[None]:
    """No mask, as in training: of tensors without content transformers cannot see that none is needed, and
    makes one as large as the square of the length."""
    before = model.config._attn_implementation
    try:
        isolate(model)
    except WfllmError:  # its attention is fixed, and the plan counts its mask
        yield
        return
    try:
        yield
    finally:
        model.set_attn_implementation(before)


def _without_content(model: Any, dtype: torch.dtype | None) -> None:
    """Tensors of the same shapes in the places of the model's own; tied ones stay tied.

    Args:
        dtype: of the parameters; None keeps theirs.
    """
    made: dict[int, torch.nn.Parameter] = {}
    for module in model.modules():
        for name, p in module._parameters.items():
            if p is not None:
                if id(p) not in made:
                    empty = torch.empty(p.shape, dtype=dtype or p.dtype)
                    made[id(p)] = torch.nn.Parameter(empty, p.requires_grad)
                module._parameters[name] = made[id(p)]
        for name, buffer in module._buffers.items():
            if buffer is not None:
                module._buffers[name] = torch.empty(buffer.shape, dtype=buffer.dtype)


@contextmanager
def _unchanged(model: Any) -> Iterator[None]:
    """Give a model on the meta device its own parameters and buffers back."""
    before = [(m, copy.copy(m._parameters), copy.copy(m._buffers)) for m in model.modules()]
    try:
        yield
    finally:
        for module, parameters, buffers in before:
            module._parameters, module._buffers = parameters, buffers


class _Counter:
    """Adds up storages, each once, however many views of it are kept."""

    def __init__(self) -> None:
        self.total = 0
        self.ignored: set[int] = set()
        self._alive: list[Tensor] = []

    def keep(self, tensor: Tensor) -> Tensor:
        place = _place(tensor)
        if place not in self.ignored:
            self.ignored.add(place)
            self._alive.append(tensor)  # so that no other takes its place
            self.total += tensor.untyped_storage().nbytes()
        return tensor


def _place(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)
