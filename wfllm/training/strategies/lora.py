"""Low-rank adapters on frozen weights (LoRA, Hu et al., arXiv 2106.09685), by peft."""

from __future__ import annotations

from typing import Any

from wfllm.config.schema import Lora, Strategy
from wfllm.errors import WfllmError


def apply(model: Any, strategy: Strategy) -> Any:
    """Freeze the model and add adapters; the output is the base model's until the first step."""
    from peft import LoraConfig, get_peft_model

    assert isinstance(strategy, Lora)
    config = LoraConfig(
        r=strategy.r,
        lora_alpha=strategy.alpha,  # type: ignore[arg-type]  # annotated int, but only divided by r
        lora_dropout=strategy.dropout,
        target_modules=strategy.target_modules,
        task_type="CAUSAL_LM",
    )
    try:
        return get_peft_model(model, config)
    except ValueError as error:
        names = sorted({name.rsplit(".", 1)[-1] for name, m in model.named_modules() if hasattr(m, "weight")})
        raise WfllmError(
            f"no layer called {strategy.target_modules} in this model",
            where="strategy.target_modules",
            mend=f"Layers: {', '.join(names)}, or all-linear.",
        ) from error
