"""LoRA with a higher learning rate for B than for A (LoRA+, Hayou et al., arXiv 2402.12354).

B is zero at the start and A is not, so one rate for both moves the two by very different shares. The
weights are LoRA's; `parameter_groups` reads the ratio.
"""

from __future__ import annotations

from wfllm.training.strategies.lora import apply

__all__ = ["apply"]
