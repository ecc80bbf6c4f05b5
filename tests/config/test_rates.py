"""The learning rate that nobody named: a number that suits strategy and model, written into the config."""

from __future__ import annotations

import pytest

from wfllm.config.compose import compose
from wfllm.config.groups import option_files
from wfllm.config.schema import TrainCommand


def rate(*overrides: str) -> float | None:
    composed = compose("train", overrides)
    assert isinstance(composed.config, TrainCommand)
    assert composed.plain["optim"]["lr"] == composed.config.optim.lr
    return composed.config.optim.lr


def test_each_strategy_has_a_rate_of_its_own_and_adapters_a_higher_one() -> None:
    rates = {name: rate(f"strategy={name}") for name in option_files("strategy")}
    assert None not in rates.values()
    assert rates["lora"] == 1e-3
    assert rates["full"] == rates["freeze"] == 1e-4


def test_models_from_the_hub_take_a_fifth_which_is_the_papers_rate() -> None:
    assert rate("model=llama31_8b", "strategy=full") == 2e-5
    assert rate("model=llama31_8b", "strategy=lora") == 2e-4


@pytest.mark.parametrize("strategy", ["lora", "full"])
def test_a_rate_that_is_named_stays(strategy: str) -> None:
    assert rate(f"strategy={strategy}", "optim.lr=3e-4") == 3e-4


def test_another_strategy_for_the_starter_is_one_word_and_brings_its_rate() -> None:
    assert rate("experiment=starter") == 1e-3
    assert rate("experiment=starter", "strategy=full") == 1e-4
