"""How a base model is fine-tuned: one module a strategy, named as its option in `conf/strategy/`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wfllm.config.schema import Model, Qlora, Strategy, Trainer
from wfllm.errors import WfllmError
from wfllm.models.load import load_model
from wfllm.training.loop import precision_of
from wfllm.training.origin import Origin, of, remember
from wfllm.training.strategies import dora, freeze, full, lora, lora_plus, pissa, qlora, rslora
from wfllm.training.strategies.plugin import way_of_plugin
from wfllm.training.strategies.way import Way, save_pretrained

STRATEGIES = {
    "lora": Way(lora.apply),
    "rslora": Way(rslora.apply),
    "dora": Way(dora.apply),
    "pissa": Way(pissa.apply, pissa.save),
    "lora_plus": Way(lora_plus.apply, rate_of=lora_plus.rate_of),
    "qlora": Way(qlora.apply),
    "freeze": Way(freeze.apply, freeze.save),
    "full": Way(full.apply),
}
"""The built-in ones; `way_of` knows those of plug-ins, too."""


def way_of(name: str) -> Way:
    """The strategy of that name, built in or a plug-in's.

    Raises:
        WfllmError: there is none, or its plug-in is broken.
    """
    found = STRATEGIES.get(name) or way_of_plugin(name)
    if found is None:
        mend = "Set WFLLM_PLUGINS to the folder that holds it."
        raise WfllmError(f"no strategy {name}", where="strategy.name", mend=mend)
    return found


def load_to_train(base: str, model: Model, strategy: Strategy, trainer: Trainer) -> Any:
    """The base model at `base`, loaded and made trainable as `strategy` says, for that trainer's arithmetic.

    Raises:
        WfllmError: it does not load, or a library that the strategy needs is missing.
    """
    found = load_base(base, model, strategy, accelerator=trainer.accelerator, precision=precision_of(trainer))
    return apply_strategy(found, strategy)


def load_base(
    base: str,
    model: Model,
    strategy: Strategy | None,
    *,
    accelerator: str = "auto",
    precision: str = "32-true",
) -> Any:
    """The base model with the weights that `strategy` trains on: rounded to 4 bits where it says so."""
    if isinstance(strategy, Qlora):
        options = qlora.loading(strategy, accelerator, precision)
        return qlora.as_stored(load_model(base, model, **options))
    return load_model(base, model)


def apply_strategy(model: Any, strategy: Strategy) -> Any:
    """Make a loaded `model` trainable as `strategy` says.

    New weights are drawn from torch's global generator. The model remembers strategy and base
    (`wfllm.training.origin`): checkpoints, saving and the optimiser ask for them.
    """
    origin = Origin.of_base(model, strategy)
    return remember(way_of(strategy.name).apply(model, strategy), origin)


def save_strategy(model: Any, folder: Path) -> None:
    """Write what was trained, as the strategy that the model remembers does it."""
    origin = of(model)
    save = way_of(origin.strategy.name).save if origin else save_pretrained
    save(model, folder)
