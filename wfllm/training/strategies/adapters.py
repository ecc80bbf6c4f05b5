"""Low-rank adapters on frozen weights, by peft: what LoRA and its kin share."""

from __future__ import annotations

from typing import Any

from torch import nn

from wfllm.config.schema import Adapters
from wfllm.errors import WfllmError


def add_adapters(model: Any, strategy: Adapters, **options: Any) -> Any:
    """Freeze the model and add adapters, drawn from torch's global generator.

    Args:
        options: what the kind of adapter tells peft's LoraConfig beyond that.

    Raises:
        WfllmError: no layer is called as `strategy.target_modules` says.
    """
    from peft import LoraConfig, get_peft_model

    names = sorted({n.rsplit(".", 1)[-1] for n, m in model.named_modules() if isinstance(m, nn.Linear)})
    targets: str | list[str] = strategy.target_modules
    blocks: list[int] | None = None
    if strategy.last_blocks is not None:
        count: int = model.config.num_hidden_layers
        blocks = list(range(max(0, count - strategy.last_blocks), count))
        if targets == "all-linear":  # peft takes blocks only beside a list of names
            targets = [n for n in names if n != "lm_head"]
    config = LoraConfig(
        r=strategy.r,
        lora_alpha=strategy.alpha,  # type: ignore[arg-type]  # declared int, taken as any number
        lora_dropout=strategy.dropout,
        target_modules=targets,
        layers_to_transform=blocks,
        task_type="CAUSAL_LM",
        **options,
    )
    try:
        return get_peft_model(model, config)
    except ValueError as error:
        raise WfllmError(
            f"no layer called {strategy.target_modules} in this model",
            where="strategy.target_modules",
            mend=f"Layers: {', '.join(names)}, or all-linear.",
        ) from error
