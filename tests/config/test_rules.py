"""Each rule between keys: broken, and just kept."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest

from tests.config.conftest import faults
from wfllm.config.compose import compose, validate
from wfllm.config.problems import ConfigError

TINY = {"model": {"name": "tiny"}, "decoding.max_new_tokens": 64}
RECORDS = {"data": {"name": "records", "path": "x"}}
CALLS = {"target.calls": "all", "target.plan": False, "target.comments": False}

RULES = [
    (
        {**TINY, "model.hidden": 65},
        "model.hidden",
        "65 is no multiple of model.heads=4",
        {**TINY, "model.hidden": 64},
    ),
    (
        {**TINY, "model.hidden": 12},
        "model.hidden",
        "12 / model.heads=4 is odd",
        {**TINY, "model.hidden": 8},
    ),
    (
        {"model.context": 512},
        "decoding.max_new_tokens",
        "512 leaves no room for a prompt in model.context=512",
        {"model.context": 513},
    ),
    (
        {**RECORDS, "data.dev_share": 0.5, "data.test_share": 0.5},
        "data.test_share",
        "with data.dev_share it is 1, which leaves nothing to train on",
        {**RECORDS, "data.dev_share": 0.5, "data.test_share": 0.49},
    ),
    (
        {"trainer.accelerator": "cpu", "trainer.precision": "16-mixed"},
        "trainer.precision",
        "16-mixed needs a GPU, and trainer.accelerator is cpu",
        {"trainer.accelerator": "auto", "trainer.precision": "16-mixed"},
    ),
    (
        {"optim.min_lr": 0.1, "optim.schedule": "constant"},
        "optim.min_lr",
        "a constant rate ends where it was",
        {"optim.min_lr": 0.1, "optim.schedule": "cosine"},
    ),
    (
        {"trainer.loss_mean": "micro_batch", "trainer.batching": "packed"},
        "trainer.loss_mean",
        "a pack holds whatever fits, so a record would weigh by its neighbours",
        {"trainer.loss_mean": "micro_batch", "trainer.batching": "padded"},
    ),
    (
        {"trainer.min_gain": 0.01},
        "trainer.min_gain",
        "nothing waits for a gain",
        {"trainer.min_gain": 0.01, "trainer.patience": 2},
    ),
    (
        {"trainer.compile": True, "trainer.batching": "packed"},
        "trainer.compile",
        "every pack is cut otherwise, and the blocks would be compiled again for each",
        {"trainer.compile": True, "trainer.batching": "padded"},
    ),
    (
        {"trainer.liger": True, "trainer.accelerator": "cpu"},
        "trainer.liger",
        "Liger's kernels need a GPU",
        {"trainer.liger": True},
    ),
    (
        {"trainer.liger": True, "trainer.loss_chunk": 512},
        "trainer.loss_chunk",
        "Liger makes chunks of its own",
        {"trainer.loss_chunk": 512},
    ),
    (
        {"trainer.parallel": "deepspeed", "trainer.devices": 2, "optim.ema": 0.99},
        "optim.ema",
        "needs every weight, and DeepSpeed keeps them to itself",
        {"trainer.parallel": "fsdp", "trainer.devices": 2, "optim.ema": 0.99},
    ),
    (
        {"trainer.parallel": "deepspeed", "trainer.devices": 2, "trainer.best": "loss"},
        "trainer.best",
        "needs every weight, and DeepSpeed keeps them to itself",
        {"trainer.parallel": "ddp", "trainer.devices": 2, "trainer.best": "loss"},
    ),
    (
        {"evaluation.before": True, "evaluation.splits": []},
        "evaluation.splits",
        "empty, but an evaluation is asked for",
        {"evaluation.splits": []},
    ),
    (
        {"evaluation.after": True, "evaluation.splits": []},
        "evaluation.splits",
        "empty, but an evaluation is asked for",
        {"evaluation.after": True, "evaluation.splits": ["ood"]},
    ),
    (
        {"target.calls": "all", "target.plan": False},
        "target.comments",
        "true, but calls stand alone in an answer",
        {**CALLS, "target.calls": "first"},
    ),
    (
        {**CALLS, **RECORDS, "target.trajectories": True},
        "target.trajectories",
        "true, but calls stand alone in an answer",
        {**CALLS, **RECORDS},
    ),
    (
        {**CALLS, "evaluation.after": True},
        "evaluation.after",
        "scores code, and with target.calls the model writes none",
        {**CALLS, "evaluation.after": False},
    ),
    (
        {**CALLS, "trainer.best": "codebleu"},
        "trainer.best",
        "scores code, and with target.calls the model writes none",
        {**CALLS, "trainer.best": "loss"},
    ),
]


@cache
def defaults() -> dict[str, Any]:
    return compose("train", []).plain


def changed(values: dict[str, Any]) -> dict[str, Any]:
    plain = copy.deepcopy(defaults())
    for key, value in values.items():
        group, _, name = key.partition(".")
        if name:
            plain[group][name] = value
        else:
            plain[group] = copy.deepcopy(value)
    return plain


@pytest.mark.parametrize(("broken", "key", "cause", "kept"), RULES)
def test_a_rule_is_told_when_broken_and_silent_when_kept(
    broken: dict[str, Any], key: str, cause: str, kept: dict[str, Any]
) -> None:
    with pytest.raises(ConfigError) as caught:
        validate("train", changed(broken))
    assert [(p.key, p.cause) for p in caught.value.problems] == [(key, cause)]
    validate("train", changed(kept))


def test_rules_hold_for_evaluation_too() -> None:
    assert list(faults("evaluate", "model.context=100")) == ["decoding.max_new_tokens"]
    assert "wfllm teval" in faults("evaluate", "target=json_calls")["target.calls"].mend


def test_rules_are_checked_beside_faults_of_a_part_that_has_no_defaults() -> None:
    found = faults("train", "target.plan=x", "trainer.accelerator=cpu", "trainer.precision=16-mixed")
    assert sorted(found) == ["target.plan", "trainer.precision"]


def test_what_only_a_build_takes_is_refused_elsewhere_and_the_other_way_round() -> None:
    told = faults("train", "thoughts=llm", "prompts=build")
    assert sorted(told) == ["prompts.name", "thoughts.name"]
    assert "wfllm build thoughts=llm" in told["thoughts.name"].mend
    assert list(faults("build", "output=x", "prompts=default")) == ["prompts.name"]


def test_a_prompt_of_a_build_that_leaves_out_what_it_is_about_is_told() -> None:
    told = faults("build", "output=x", "prompts.plan.user='Write a plan.'")
    assert list(told) == ["prompts.plan.user"]
    assert "nowhere says {code}" in told["prompts.plan.user"].cause


@pytest.mark.parametrize("own", ["annotator.base_url=http://localhost:8000/v1", "annotator.model=other"])
def test_a_budget_in_usd_needs_the_prices_of_an_annotator_of_its_own(own: str) -> None:
    asked = (
        "output=x",
        "expand.count=2",
        "annotator=llm",
        "llm.model=m",
        "llm.price_in=1",
        "llm.price_out=2",
    )
    budget = "llm.budget_usd=5"
    told = faults("build", *asked, own, budget)
    assert list(told) == ["annotator.price_in"]
    assert "llm.budget_usd holds for the annotator too" in told["annotator.price_in"].cause
    assert list(faults("build", *asked, own, budget, "annotator.price_in=0")) == ["annotator.price_in"]
    for kept in (
        (own, budget, "annotator.price_in=0", "annotator.price_out=0"),
        (own, "llm.budget_tokens=5"),
        (budget,),
    ):
        compose("build", [*asked, *kept])
