"""What `optim.lr=null` stands for: the rate that suits strategy and model, as a number in the config."""

from __future__ import annotations

from wfllm.config import schema as s


def with_rate(config: s.Command) -> s.Command:
    """The config with its learning rate filled in where it is null, so that every run says what it used."""
    if not isinstance(config, s.TrainCommand) or config.optim.lr is not None:
        return config
    rate = float(f"{config.strategy.rate * config.model.rate_scale:.3g}")
    return config.model_copy(update={"optim": config.optim.model_copy(update={"lr": rate})})
